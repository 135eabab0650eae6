"""The files for Kate and Helix: Kate's highlighting with its own engine, the rest only as data."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from fnmatch import fnmatch

import pytest

from tests.editors.conftest import EDITORS

toml = pytest.importorskip("tomllib", reason="Python 3.11 brings a TOML reader")


def test_kate_colours_events(need, tmp_path):
    program = need("kate-syntax-highlighter", "libkf5syntaxhighlighting-tools")
    folder = tmp_path / "org.kde.syntax-highlighting" / "syntax"
    folder.mkdir(parents=True)
    shutil.copy(EDITORS / "kate" / "trace-events.xml", folder)
    file = tmp_path / "trace-events"
    file.write_text(
        '# a.c\ndisable a_b(uint8_t c) "d 0x%" PRIx8 " %s.\\n"\ninclude "x" prefix y_ base 0x10\n'
    )
    done = subprocess.run(
        [program, file],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(Trace Events)" in done.stdout
    coloured = re.findall(r'<span style="color:(#\w+);">(.*?)</span>', done.stdout.replace("&quot;", '"'))
    colours = {text.strip(): colour for colour, text in coloured}
    # Each kind of text has its own colour.
    kinds = ["# a.c", "disable", "a_b", "uint8_t", '"d 0x', "%", "PRIx8", "include", "0x10"]
    assert len({colours.get(kind) for kind in kinds if kind != "disable"} - {None}) == len(kinds) - 1
    assert "<b>disable" in done.stdout or 'font-weight:bold;">disable' in done.stdout
    assert colours["%s"] == colours["%"] == colours["\\n"]


def test_kate_starts_the_server():
    servers = json.loads((EDITORS / "kate" / "settings.json").read_text())["servers"]
    assert servers["trace-events"]["command"] == ["tesc", "lsp"]
    name = re.search(r'<language name="([^"]+)"', (EDITORS / "kate" / "trace-events.xml").read_text())[1]
    assert re.search(servers["trace-events"]["highlightingModeRegex"], name)


def test_helix_starts_the_server():
    read = toml.loads((EDITORS / "helix" / "languages.toml").read_text())
    [language] = read["language"]
    assert [read["language-server"][name]["command"] for name in language["language-servers"]] == ["tesc"]
    globs = [one["glob"] if isinstance(one, dict) else f"*.{one}" for one in language["file-types"]]
    for name in ("trace-events", "qapi.trace-events"):
        assert any(fnmatch(name, glob) for glob in globs)
    [grammar] = read["grammar"]
    assert grammar["name"] == language["name"]
    assert grammar["source"]["path"].endswith("editors/tree-sitter")
