"""The releases of QEMU whose tracetool is reproduced, and what changed when.

The changes are from the history of QEMU's scripts/tracetool; a release is the commit that sets VERSION to it.
Generators ask `release.has(CHANGE)`: they know what a change does, and only this table knows its release.
"""

from __future__ import annotations

import os

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Change = Literal[
        "sdt-variadic",
        "group-headers",
        "plain-d-types",
        "void-cpu",
        "output-file",
        "log-timestamp-option",
        "stap-sizes",
        "stap-macros",
        "no-tcg",
        "ust-include",
        "relative-sources",
        "no-vcpu-state",
        "no-target-type",
        "no-newline",
        "no-vcpu-argument",
        "no-vcpu",
        "log-without-time",
        "simple-checked-by-caller",
        "relative-output",
        "state-checked-once",
        "ftrace-function",
        "tight-pointers",
        "one-format",
        "spdx",
        "rust",
        "rust-enabled",
    ]
    Version = tuple[int, int, int]

# The first release that has each change.
_SINCE: dict[Change, Version] = {
    # dtrace: the header defines SDT_USE_VARIADIC.
    "sdt-variadic": (5, 1, 0),
    # Sources include trace-GROUP.h and the like, not the trace.h of their folder.
    "group-headers": (5, 2, 0),
    # d: `long long` is spelled int64_t, and macOS has its own types.
    "plain-d-types": (5, 2, 0),
    # The argument of a `vcpu` event is a `void *` instead of a `CPUState *`.
    "void-cpu": (5, 2, 0),
    # The output is a file, named after the inputs; messages of compilers name the event's line.
    "output-file": (6, 0, 0),
    # log: times are printed only if the user asked for them.
    "log-timestamp-option": (6, 0, 0),
    # log-stap: `%l` and `%ll` also lose their lengths.
    "stap-sizes": (6, 0, 0),
    # log-stap: a macro before a string no longer decides how those after it are printed.
    "stap-macros": (6, 0, 0),
    # The property `tcg`, two events in one, is removed.
    "no-tcg": (7, 0, 0),
    # ust-events-h: TRACEPOINT_INCLUDE instead of TRACEPOINT_INCLUDE_FILE.
    "ust-include": (7, 0, 0),
    # `#line` names sources relative to the working directory.
    "relative-sources": (8, 1, 0),
    # Events are no longer switched on per CPU.
    "no-vcpu-state": (8, 1, 0),
    # --target-type and --target-name are removed.
    "no-target-type": (9, 0, 0),
    # `\n` is rejected anywhere in a format, not only at its end.
    "no-newline": (9, 1, 0),
    # The property `vcpu` no longer adds an argument.
    "no-vcpu-argument": (9, 1, 0),
    # The property `vcpu` is rejected.
    "no-vcpu": (10, 1, 0),
    # log: qemu_log prints the times.
    "log-without-time": (10, 1, 0),
    # simple: the function that writes a record is not called for events that are switched off.
    "simple-checked-by-caller": (10, 1, 0),
    # `#line` names the output relative to the working directory.
    "relative-output": (10, 1, 0),
    # The state of an event is checked once, for all backends.
    "state-checked-once": (10, 2, 0),
    # ftrace: the marker is written by a function.
    "ftrace-function": (10, 2, 0),
    # Declarations have no space after `*`, and structures none before the end of a line.
    "tight-pointers": (10, 2, 0),
    # A comma before a quote no longer begins the second of two formats.
    "one-format": (10, 2, 0),
    # Outputs name their licence.
    "spdx": (10, 2, 0),
    # The format rs exists.
    "rust": (10, 2, 0),
    # rs: functions that say whether an event is enabled, and code for dtrace.
    "rust-enabled": (10, 2, 50),
}
OLDEST: Version = (4, 2, 0)
# The development tree after 10.2 comes last; it is used for any tree that is not known to be older.
VERSIONS: tuple[Version, ...] = (
    *((4, 2, 0), (5, 0, 0), (5, 1, 0), (5, 2, 0), (6, 0, 0), (6, 1, 0), (6, 2, 0)),
    *((7, 0, 0), (7, 1, 0), (7, 2, 0), (8, 0, 0), (8, 1, 0), (8, 2, 0), (9, 0, 0)),
    *((9, 1, 0), (9, 2, 0), (10, 0, 0), (10, 1, 0), (10, 2, 0), (10, 2, 50)),
)
# A tree's VERSION is x.y.50 during development, and x.y.9z for its release candidates.
_CANDIDATE = 90


class BadRelease(ValueError):
    """There is no such release of QEMU, or tesc does not know it; the message says which."""


@record
class Release:
    """A release of QEMU by its version: major, minor, and micro (50: the development after that release)."""

    version: Version

    def has(self, change: Change) -> bool:
        """Whether a change is in this release's tracetool and QEMU."""
        return self.version >= _SINCE[change]

    @property
    def name(self) -> str:
        """The version as people write it: 7.2, or 10.2.50."""
        major, minor, micro = self.version
        return f"{major}.{minor}.{micro}" if micro else f"{major}.{minor}"


NEWEST = Release(VERSIONS[-1])


def release_of(text: str) -> Release:
    """The release with a version: 7.2, 7.2.0, 7.1.94 (its candidate); for an empty text, the newest.

    Raises BadRelease.
    """
    if not text:
        return NEWEST
    version = _version_of(text)
    if version < OLDEST:
        raise BadRelease(f"tesc knows QEMU from 4.2 on, not '{text}'")
    return Release(version)


def _version_of(text: str) -> Version:
    """The version in a text; that of a release for its candidates. Raises BadRelease."""
    parts = text[text.startswith("v") :].split(".")
    if not 2 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        raise BadRelease(f"'{text}' is not a release of QEMU (such as '7.2')")
    major, minor, micro = map(int, [*parts, "0"][:3])
    version = (major, minor, micro)
    if micro >= _CANDIDATE:
        return next((v for v in VERSIONS if v > version), version)
    return version


def release_at(path: str) -> Release:
    """The release of the QEMU tree that contains a file, by its VERSION; the newest if there is no tree.

    The tree is the nearest folder above the file that contains scripts/tracetool.py. Forks have their own
    version numbers, so a version below 4.2 means 4.2 only if the tree's tracetool transforms types for the
    translator, which QEMU did from 2.2 to 7.2; otherwise, as any version that QEMU never had, the newest.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while not os.path.isfile(os.path.join(folder, "scripts", "tracetool.py")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return NEWEST
        folder = parent
    try:
        with open(os.path.join(folder, "VERSION"), encoding="utf-8", errors="replace") as file:
            version = _version_of(file.readline(64).strip())
    except (OSError, BadRelease):
        return NEWEST
    if version >= OLDEST:
        return Release(version)
    old = os.path.isfile(os.path.join(folder, "scripts", "tracetool", "transform.py"))
    return Release(OLDEST) if old else NEWEST
