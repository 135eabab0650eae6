#!/usr/bin/env python3
"""Run the commands on pages, in order, and compare their output with the output on the page.

A page has commands in blocks of the language `console`: `$ ` begins a command, `> ` continues it, other
lines are its output. If a command is shown without output, it may print anything. A line `...` stands for
any lines, `...` in a line for any text. A comment above a block says more about it:

    <!-- status: 1 -->              the block's last command ends with this exit status
    <!-- needs: make, gcc -m32 -->  from here on the page needs these (`network`: the block only)
    <!-- before: COMMAND -->        run before the block, not shown
    <!-- not run: the reason -->    the block is not run

`commands.py FOLDER PAGE...` runs the pages one after the other, in one shell that starts in FOLDER.
It needs only Python and bash.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

# How long a command may take, in seconds.
PATIENCE = 600
# A shell that continues where the previous one stopped: in its folder, with its variables.
_SHELL = """\
. "$STATE/variables"
cd "$(cat "$STATE/folder")" || exit
{command}
status=$?
pwd >"$STATE/folder"
export -p >"$STATE/variables"
exit $status
"""


class Command(NamedTuple):
    """A command on a page; `shown` is None if the page does not show its output."""

    line: int
    text: str
    shown: str | None
    status: int


class Block(NamedTuple):
    line: int
    commands: tuple[Command, ...]
    needs: tuple[str, ...]
    not_run: str | None


class Stale(Exception):
    """A page does not show what happens."""


def blocks(text: str) -> list[Block]:
    """The console blocks of a page."""
    found = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        fence = re.fullmatch(r"( *)```(\w*).*", lines[at])
        at += 1
        if fence is None:
            continue
        start = at
        while lines[at].strip() != "```":
            at += 1
        if fence[2] == "console":
            indent = len(fence[1])
            marks = _marks(lines[: start - 1])
            shown = [line[indent:] for line in lines[start:at]]
            found.append(_block(start + 1, shown, marks))
        at += 1
    return found


def _marks(above: list[str]) -> dict[str, str]:
    """The comments directly above a block."""
    marks = {}
    while above:
        match = re.fullmatch(r" *<!-- (status|needs|before|not run): (.+?) -->", above.pop())
        if match is None:
            break
        marks[match[1]] = match[2]
    return marks


def _block(line: int, shown: list[str], marks: dict[str, str]) -> Block:
    commands: list[Command] = []
    if "before" in marks:
        commands.append(Command(line, marks["before"], None, 0))
    for number, text in enumerate(shown, line):
        if text.startswith("$ "):
            commands.append(Command(number, text[2:], None, 0))
            continue
        last = commands[-1]
        if (text.startswith("> ") or text == ">") and last.shown is None:
            commands[-1] = last._replace(text=f"{last.text}\n{text[2:]}")
        else:
            commands[-1] = last._replace(shown=f"{last.shown or ''}{text}\n")
    if "status" in marks:
        commands[-1] = commands[-1]._replace(status=int(marks["status"]))
    needs = tuple(need.strip() for need in marks.get("needs", "").split(",") if need.strip())
    return Block(line, tuple(commands), needs, marks.get("not run"))


def lacks(need: str, environment: dict[str, str], have: tuple[str, ...] = ()) -> bool:
    """Whether something that a page needs is missing: a program, or something that only callers know."""
    if need in have:
        return False
    if need == "network":
        return True
    words = need.split()
    path = shutil.which(words[0], path=environment.get("PATH"))
    if path is None or len(words) == 1:
        return path is None
    program = "#include <stdio.h>\nint main(void) { return 0; }\n"
    command = [path, *words[1:], "-x", "c", "-", "-o", os.devnull]
    return subprocess.run(command, input=program, text=True, capture_output=True).returncode != 0


class Shell:
    """A shell that starts in a folder; it keeps its state in the folder `state`."""

    def __init__(self, folder: Path, state: Path, environment: dict[str, str]) -> None:
        (state / "variables").write_text("")
        (state / "folder").write_text(f"{folder}\n")
        self.environment = {
            **environment,
            "STATE": str(state),
            "COLUMNS": "110",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        }

    def run(self, page: str, command: Command) -> None:
        """Run a command; raises Stale if the page is wrong."""
        script = _SHELL.replace("{command}", command.text)
        done = subprocess.run(
            ["bash", "-c", script],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
        printed = done.stdout.decode("utf-8", "replace")
        place = f"{page}:{command.line}: $ {command.text}"
        if done.returncode != command.status:
            raise Stale(f"{place}\nends with status {done.returncode}, not {command.status}\n{printed}")
        if command.shown is not None and not _is_shown(command.shown, printed):
            raise Stale(f"{place}\nprints\n{printed}\nThe page shows\n{command.shown}")


def _is_shown(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed, except for spaces at the ends of lines."""
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t\r]*\n"
    if printed and not printed.endswith("\n"):
        printed += "\n"
    return re.fullmatch(pattern, printed) is not None


def run(page: Path, shell: Shell, have: tuple[str, ...] = ()) -> list[str]:
    """Run a page's commands; returns what was missing, so that the rest was not run."""
    for block in blocks(page.read_text("utf-8")):
        lacking = [need for need in block.needs if lacks(need, shell.environment, have)]
        if lacking and lacking != ["network"]:
            return lacking
        if lacking or block.not_run:
            continue
        for command in block.commands:
            shell.run(str(page), command)
    return []


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("pages", type=Path, nargs="+", metavar="PAGE")
    parser.add_argument("--have", action="append", default=[], metavar="WHAT", help="'network'")
    parser.add_argument("--all", action="store_true", help="fail where something is missing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        shell = Shell(options.folder.resolve(), Path(state), dict(os.environ))
        return _run_all(options.pages, shell, tuple(options.have), options.all)


def _run_all(pages: list[Path], shell: Shell, have: tuple[str, ...], everything: bool) -> int:
    status = 0
    for page in pages:
        try:
            lacking = run(page, shell, have)
        except Stale as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{page}: {'there is no ' + ', '.join(lacking) if lacking else 'ok'}")
        if lacking and everything:
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
