"""A first tesc.toml for a tree: its profile, its groups, and every other key in a comment."""

from __future__ import annotations

import os
import re

from tesc.config.settings import PROFILES, profile_at
from tesc.config.toml_text import toml_value
from tesc.files import MAX_SOURCE_BYTES
from tesc.records import record

# QEMU's build lists its groups' folders in this variable, except the top one.
_LISTED = re.compile(r"^[ \t]*trace_events_subdirs[ \t]*\+?=[ \t]*\[(.*?)\]", re.M | re.S)
_COMMENT = re.compile(r"#[^\n]*")
_FOLDER = re.compile(r"'([^'\\\n]+)'")

_TEMPLATE = """\
# The configuration of tesc, which checks trace-events files and generates code from them.
# Commented lines show a key's default or an example. 'tesc config' prints the effective settings,
# 'tesc config --schema' the JSON Schema for your editor.

# The kind of project, which sets the defaults below: qemu, classic or default.
profile = {profile}

# The maximum number of arguments of an event, and the data models that formats are checked for.
# max-args = {max_args}
# data-models = {data_models}

# Words that types may contain, in addition to C's and the standard ones.
# types = ["hwaddr"]

# Folders to search for included files, after the including file's own.
# include-path = ["include/trace"]

# Events to compile out everywhere.
# disable = ["debug_*"]

# Files whose events come from a guest, whose pointers are only numbers on the host.
# guest-files = ["firmware/trace-events"]

# Folders whose C and Rust sources are searched for uses of events, which takes longer.
# sources = ["."]

# The rules to run (without it, those that are on by default), and those to skip.
# 'tesc rules' lists them all.
# select = ["TE0", "TE1", "format-type-mismatch"]
# ignore = ["missing-format"]

# Files to skip when a folder is checked, as in .gitignore.
# exclude = ["third-party/"]

# Folders whose events are never linked into one program.
# exclusive = {exclusive}

# Generate the same bytes as QEMU (qemu), or correct code where its tracetool is wrong (fixed).
# compat = {compat}

# The QEMU whose tracetool to match (default: that of the tree's VERSION, else the newest).
# qemu-release = "7.2"

# error, warning, information or off.
# [severity]
# TE405 = "warning"

# [per-file-ignores]
# "tests/" = ["too-many-arguments"]

# Directives for one file that should not be in the file itself.
# [[unit]]
# path = "hw/board/trace-events"
# include = ["../firmware/trace-events,prefix=fw_,base=0x8000000000000000"]
# event-prefix = "board_"
# disable = ["fw_debug_*"]

# How guests send events: frames, or the words of 2011 (six arguments, and no text).
# [guest]
# wire = {wire}

# What 'tesc decode --latency' measures: from the events that begin something to those that end it.
# [[span]]
# name = "request"
# begin = ["req_submit"]
# end = ["req_done", "req_failed"]
# key = ["req"]

# What 'tesc gen' generates. Without groups: every folder that has a trace-events file, sorted.
{generate}
# backends = ["log"]
# formats = ["h", "c"]
# out = "build/trace"

# [[generate.tapset]]
# name = "program.stp"
# format = "stap"
# binary = "/usr/bin/program"
# probe-prefix = "program"
"""


@record
class Draft:
    """A tesc.toml's text, its profile, and the number of groups that it lists."""

    text: str
    profile: str
    groups: int


def draft(folder: str, profile: str | None = None) -> Draft:
    """A tesc.toml for a folder; without a profile, it changes no settings."""
    profile = profile or profile_at(os.path.join(folder, "trace-events"))
    defaults = PROFILES[profile]
    groups = meson_groups(folder) if profile == "qemu" else []
    listed = ["groups = [", *(f"    {toml_value(group)}," for group in groups), "]"]
    generate = ["[generate]", *listed] if groups else ["# [generate]", '# groups = [".", "src"]']
    exclusive = defaults.exclusive or (("server", "client"),)
    text = _TEMPLATE.format(
        profile=toml_value(profile),
        max_args=defaults.max_args,
        data_models=toml_value(defaults.data_models),
        exclusive=toml_value(exclusive),
        compat=toml_value(defaults.compat),
        wire=toml_value(defaults.wire),
        generate="\n".join(generate),
    )
    return Draft(text, profile, len(groups))


def meson_groups(folder: str) -> list[str]:
    """The folders of groups that have a trace-events file, in the order of QEMU's meson.build.

    A build uses only those for which it is configured; these are all.
    """
    try:
        with open(os.path.join(folder, "meson.build"), "rb") as file:
            text = file.read(MAX_SOURCE_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    lists = _LISTED.findall(_COMMENT.sub("", text))
    folders = [".", *(name for part in lists for name in _FOLDER.findall(part))] if lists else []
    return [
        one for one in dict.fromkeys(folders) if os.path.isfile(os.path.join(folder, one, "trace-events"))
    ]
