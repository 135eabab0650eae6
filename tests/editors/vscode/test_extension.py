"""The extension's own texts: types, what it contributes, what is packed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from zipfile import ZipFile

from tesc.config.settings import PROFILES
from tesc.lsp.settings import ClientSettings, settings_from
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tests.editors.vscode.conftest import EXTENSION

MANIFEST = json.loads((EXTENSION / "package.json").read_text())
PROPERTIES = MANIFEST["contributes"]["configuration"]["properties"]
BUNDLE = EXTENSION / "bundle"
# What the extension itself reads.
OWN = {"tesc.path", "tesc.trace.server"}


def test_types_hold(npm):
    npm.script("check")


def test_where_tesc_is_looked_for(npm):
    said = npm.script("test:unit")
    assert re.search(r"^(# |ℹ )fail 0$", said, re.M)
    assert not re.search(r"^(# |ℹ )pass 0$", said, re.M)


def test_what_is_packed(vsix):
    with ZipFile(vsix) as packed:
        names = {name for name in packed.namelist() if name.startswith("extension/")}
        code = packed.read("extension/dist/extension.js").decode()
        described = packed.read("extension.vsixmanifest").decode()
    server = {name for name in names if name.startswith("extension/server/")}
    media = {name for name in names if name.startswith("extension/media/")}
    assert names - server - media == {
        f"extension/{name}"
        for name in (
            "LICENSE.txt",
            "changelog.md",
            "dist/extension.js",
            "icon.png",
            "language-configuration.json",
            "package.json",
            "readme.md",
            "snippets/trace-events.json",
            "syntaxes/calls.tmLanguage.json",
            "syntaxes/trace-events.tmLanguage.json",
        )
    }
    assert {"extension/server/__main__.py", "extension/server/tesc/cli/main.py"} <= server
    # It is run on every system: nothing in it is native, and nothing is left over from here.
    assert [name for name in server if name.endswith((".so", ".pyd", ".pyc")) or "/bin/" in name] == []
    assert 'Id="tesc" Version="0.1.0" Publisher="tesc"' in described
    # It speaks to the server that it starts, and to nobody else.
    assert not re.search(r"""(require|import)\(["'](node:)?(https?|http2|dgram|dns)["']\)|\bfetch\(""", code)


def test_its_license_is_the_projects():
    assert (EXTENSION / "LICENSE").read_bytes() == (EXTENSION.parents[1] / "LICENSE").read_bytes()


def test_the_lock_names_no_registry():
    lock = json.loads((EXTENSION / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_settings_are_the_servers():
    section: dict = {}
    for name, described in PROPERTIES.items():
        if name not in OWN:
            *path, last = name.split(".")[1:]
            inner = section
            for part in path:
                inner = inner.setdefault(part, {})
            inner[last] = described["default"]
    # VS Code takes the colours of one extension only, which may be another.
    assert settings_from(section) == (ClientSettings(source_tokens=False), [])
    # Every one of them is read: another value makes other settings.
    for name in PROPERTIES.keys() - OWN:
        changed = _with(section, name.split(".")[1:], _other(PROPERTIES[name]))
        settings, wrong = settings_from(changed)
        assert not wrong
        assert settings != ClientSettings(source_tokens=False), name
    assert len(ClientSettings.__annotations__) == len(PROPERTIES.keys() - OWN)


def _with(section, path, value):
    head, *rest = path
    return {**section, head: _with(section[head], rest, value) if rest else value}


def _other(described):
    if "enum" in described:
        return next(value for value in described["enum"] if value != described["default"])
    return {"boolean": not described["default"], "integer": 20, "array": ["TE401"]}[described["type"]]


def test_profiles_are_tescs():
    described = PROPERTIES["tesc.profile"]
    assert set(described["enum"]) == {None, *PROFILES}
    assert len(described["enumDescriptions"]) == len(described["enum"])


def test_every_setting_is_described():
    for name, described in PROPERTIES.items():
        text = described.get("description") or described["markdownDescription"]
        assert text.endswith("."), name


def test_the_readme_names_every_setting():
    rows = re.findall(r"^\| (`tesc\..*?) \| (?:`(.*?)`)? *\|", (EXTENSION / "README.md").read_text(), re.M)
    named = {name: value for names, value in rows for name in re.findall(r"`(.*?)`", names)}
    shown = {
        name: described["default"] for name, described in PROPERTIES.items() if name != "tesc.trace.server"
    }
    assert {name: value or None for name, value in named.items()} == {
        name: value
        if isinstance(value, str) and value
        else json.dumps(value)
        if value not in ("", None)
        else None
        for name, value in shown.items()
    }


def test_every_command_of_a_menu_is_declared():
    declared = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    for items in MANIFEST["contributes"]["menus"].values():
        assert {item["command"] for item in items} <= declared


def test_an_untrusted_workspace_sets_no_path():
    assert MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] == ["tesc.path"]
    assert PROPERTIES["tesc.path"]["scope"] == "machine-overridable"


def test_snippets_are_items():
    snippets = json.loads((EXTENSION / "snippets" / "trace-events.json").read_text())
    assert len(snippets) >= 9
    for title, snippet in snippets.items():
        text = "\n".join(snippet["body"]) + "\n"
        while "${" in text:
            text, replaced = re.subn(r"\$\{\d+:([^{}$]*)\}", r"\1", text)
            assert replaced, title
        assert not parse(Source("trace-events", text)).errors, title


def test_contributed_files_are_there():
    contributes = MANIFEST["contributes"]
    [language] = contributes["languages"]
    pictures = [step["media"]["image"] for step in contributes["walkthroughs"][0]["steps"]]
    for name in [*language["icon"].values(), *pictures]:
        assert (EXTENSION / name).is_file(), name


def test_the_problem_matcher_reads_what_tesc_prints(tmp_path):
    (tmp_path / "trace-events").write_text('lamp(int a) "%s"\n')
    command = [sys.executable, "-m", "tesc", "check", "--output-format", "concise", "trace-events"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    [matcher] = MANIFEST["contributes"]["problemMatchers"]
    pattern = matcher["pattern"]
    found = re.fullmatch(pattern["regexp"], said.splitlines()[0])
    parts = {name: found[pattern[name]] for name in ("file", "line", "column", "severity", "code")}
    assert parts == {
        "file": "trace-events",
        "line": "1",
        "column": "14",
        "severity": "error",
        "code": "TE415",
    }


def test_its_rpds_does_what_jsonschema_asks_of_it(tmp_path):
    """tesc's own schema, good and bad configurations, with no native module to be found."""
    code = (
        "from tesc.config.validation import mistakes;"
        "print([m.path for m in mistakes({'profile': 'qemu', 'unit': [{'nmae': 1}], 'max-args': 0}, 'x')],"
        " __import__('rpds').__file__)"
    )
    said = []
    for name, first in (("native", ""), ("bundled", f"import sys; sys.path.insert(0, {str(BUNDLE)!r});")):
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / name)}
        command = [sys.executable, "-c", first + code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.strip().rpartition(" "))
    assert said[0][0] == said[1][0] != "[]"
    assert said[1][2] == str(BUNDLE / "rpds.py") != said[0][2]
