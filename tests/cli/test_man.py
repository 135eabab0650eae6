"""The manual page: docs/tesc.1, which the wheel installs, is what `tesc man` prints.

`pytest tests/cli/test_man.py --update-goldens` writes it again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tesc.cli import man
from tesc.cli.parsers import arguments, commands, whole_parser

PAGE = Path(__file__).parent.parent.parent / "docs/tesc.1"


def test_page_is_up_to_date(request):
    if request.config.getoption("update_goldens"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(man.page(), encoding="utf-8")
    assert PAGE.read_text("utf-8") == man.page(), "run with --update-goldens"


def test_every_command_and_option_is_described():
    text = man.page()
    for name, _, parser in commands(whole_parser()):
        escaped = name.replace("-", r"\-")
        assert f'.SS "tesc {escaped}' in text
        options = [option for action in arguments(parser) for option in action.option_strings]
        assert all(option.replace("-", r"\-") in text for option in options if option != "-I")


def test_man_shows_it(tmp_path, need):
    need("man", "man-db")
    path = tmp_path / "tesc.1"
    path.write_text(man.page(), encoding="utf-8")
    command = ["man", "--warnings", "-E", "UTF-8", "-l", str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "100"}
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert "tesc fmt [OPTION...] [PATH...]" in done.stdout
    assert "type *name" in done.stdout


def test_mandoc_finds_no_errors(tmp_path, need):
    need("mandoc", "mandoc")
    path = tmp_path / "tesc.1"
    path.write_text(man.page(), encoding="utf-8")
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(path)], capture_output=True, text=True)
    # With a date, each build would make a different page.
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_command_line():
    done = subprocess.run([sys.executable, "-m", "tesc", "man"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, man.page(), "")
