"""`tesc check`: diagnostics for files, folders or the whole tree."""

from __future__ import annotations

import argparse
import os
import sys

from tesc.analysis.check import check
from tesc.analysis.registry import UnknownRule, selected
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure, add_color, error, plural, print_text, use_color, width
from tesc.files import MAX_SOURCE_BYTES, too_large
from tesc.syntax.source import Source
from tesc.workspace import Workspace, distinct, find_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic

_EPILOG = """\
exit status: 0 nothing at error severity, 1 findings at error severity, 2 tesc could not do its work

A folder stands for every file below it named trace-events or *.trace-events; in a git checkout,
for those that git does not ignore. A FIFO counts only where it is named itself: it is waited for
and read to its end. RULE is a code (TE401), a family (TE4), a name (format-type-mismatch) or ALL.
A comment '# tesc: ignore[RULE] reason' silences a rule for the next item, and at the top
'# tesc: ignore-file[RULE] reason' for the file. 'tesc explain RULE' says what a rule means.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "check",
        help="diagnostics for files, folders or the whole tree",
        description="Check trace-events files.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; - is standard input (default: .)")
    parser.add_argument(
        "--output-format",
        choices=["text", "concise", "json"],
        default="text",
        help="text with excerpts, concise (a line a finding) or json (default: text)",
    )
    parser.add_argument("--select", action="append", metavar="RULE,...", default=[], help="run these rules only")
    parser.add_argument("--ignore", action="append", metavar="RULE,...", default=[], help="do not run these rules")
    add_overrides(parser)
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="what standard input is called")
    add_color(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        rules = selected(_split(options.select), _split(options.ignore))
    except UnknownRule as unknown:
        raise Failure(str(unknown)) from None
    workspace = Workspace(overrides(options))
    missing = _fill(workspace, options.paths or ["."], options.stdin_filename)
    workspace.resolve()
    found = check(workspace.units, rules, workspace.settings, {})
    _print(found, workspace, options)
    for unreadable in workspace.unreadable:
        error(f"{unreadable.path}: {unreadable.reason}")
    if missing or workspace.unreadable:
        return 2
    return 1 if any(diagnostic.severity == "error" for diagnostic in found) else 0


def _split(selectors: Sequence[str]) -> list[str]:
    return [part for selector in selectors for part in selector.split(",") if part.strip()]


def _fill(workspace: Workspace, paths: Sequence[str], stdin_name: str) -> bool:
    """Read what the paths name; true if one of them does not exist."""
    files = []
    missing = False
    for path in paths:
        if path == "-":
            files.append(path)
        elif os.path.isdir(path):
            below = find_files(path)
            if not below:
                error(f"{path}: no trace-events files here", "warning")
            files.extend(below)
        elif os.path.lexists(path):
            files.append(path)
        else:
            error(f"{path}: no such file or folder")
            missing = True
    for path in distinct(files):
        if path == "-":
            workspace.add_source(_standard_input(stdin_name))
        else:
            workspace.add_file(path)
    return missing


def _standard_input(name: str) -> Source:
    if sys.stdin is None:
        raise Failure("standard input is closed")
    data = sys.stdin.buffer.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise Failure(f"{name}: {too_large(name).strerror}")
    return Source.from_bytes(name, data)


def _print(found: list[Diagnostic], workspace: Workspace, options: argparse.Namespace) -> None:
    if options.output_format == "json":
        from tesc.cli.output import json

        print_text(json.render(found))
    elif options.output_format == "concise":
        from tesc.cli.output import concise

        print_text(concise.render(found))
    else:
        from tesc.cli.output import text

        color = use_color(options.color, sys.stdout)
        print_text(text.render(found, color, width()) + _summary(found, workspace.files) + "\n")


def _summary(found: list[Diagnostic], files: int) -> str:
    """The last line of the text output: `3 errors, 1 warning in 2 of 100 files`."""
    of_files = plural(files, "file")
    if not found:
        return f"no findings in {of_files}"
    counts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("information", "note")):
        number = sum(1 for diagnostic in found if diagnostic.severity == severity)
        if number:
            counts.append(plural(number, word))
    hit = len({diagnostic.source for diagnostic in found})
    return f"{', '.join(counts)} in {hit} of {of_files}" if files > 1 else f"{', '.join(counts)} in 1 file"
