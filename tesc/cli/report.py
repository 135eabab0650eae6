"""The reports of `tesc check`: output formats, summary, statistics, and baselines."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from tesc.analysis.fixing import outlook
from tesc.cli.terminal import Failure, error, plural, print_text, printable, use_color, width
from tesc.files import Scope, write_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.diagnostic import Diagnostic

_FORMATS = {
    "text": "for people, with excerpts",
    "concise": "one line per finding",
    "json": "one array of all findings",
    "sarif": "SARIF 2.1.0, for code scanning",
    "github": "GitHub Actions annotations",
    "gitlab": "a GitLab Code Quality report",
    "gcc": "like gcc's warnings, for editors",
}


def add_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options that say how to report."""
    group = parser.add_argument_group("report")
    group.add_argument(
        "--output-format",
        choices=list(_FORMATS),
        default="text",
        help="; ".join(f"{name}: {what}" for name, what in _FORMATS.items()) + " (default: text)",
    )
    group.add_argument(
        "--statistics", action="store_true", help="count findings by rule instead of listing them"
    )
    group.add_argument("--baseline", metavar="FILE", help="hide the findings that this baseline accepts")
    group.add_argument(
        "--write-baseline", metavar="FILE", help="write a baseline that accepts all current findings"
    )
    return group


def unaccepted(found: list[Diagnostic], file: str | None) -> list[Diagnostic]:
    """The findings that the baseline in a file, if there is one, does not accept. Raises Failure."""
    if file is None:
        return found
    from tesc.analysis import baseline  # few runs use one

    try:
        with open(file, "rb") as opened:
            return baseline.new(found, baseline.read(opened.read()))
    except baseline.BadBaseline as problem:
        raise Failure(f"{file}: {problem}") from None


def write_baseline(found: list[Diagnostic], file: str) -> None:
    """Write a baseline that accepts the findings. Raises Failure if the file exists but is no baseline."""
    from tesc.analysis import baseline

    if os.path.isfile(file) and os.path.getsize(file):
        try:
            with open(file, "rb") as opened:
                baseline.read(opened.read())
        except baseline.BadBaseline:
            raise Failure(f"{file}: not a baseline, so it is not overwritten") from None
    write_output(file, baseline.written(found))
    error(f"{file} accepts {plural(len(found), 'finding')}; give it with --baseline", "note")


def scope(options: argparse.Namespace) -> Scope:
    """The files that fixes may change."""
    names = (options.stdin_filename if path == "-" else path for path in options.paths or ["."])
    return Scope(names)


def report(
    found: list[Diagnostic],
    files: int,
    options: argparse.Namespace,
    fixed: int = 0,
    known: int = 0,
    statistics: str = "",
) -> str:
    """Print the findings in a number of files, or those left after fixes; returns the printed text.

    `fixed` is the number of fixed findings, `known` of those that are not in `found` because they are
    accepted or existed before a change. `statistics` is text to print after the counts.
    """
    color = use_color(options.color, sys.stdout)
    text = _rendered(found, files, options, color, fixed, known) + statistics
    if not color:
        text = printable(text)
    print_text(text, painted=True)
    if known and (options.statistics or options.output_format != "text"):
        error(_unshown(known), "note")
    return text


def _unshown(known: int) -> str:
    return f"{plural(known, 'old finding')} not shown"


def _rendered(
    found: list[Diagnostic], files: int, options: argparse.Namespace, color: bool, fixed: int, known: int
) -> str:
    if options.statistics:
        from tesc.cli.output import statistics

        return statistics.render(found)
    if options.output_format != "text":
        module = import_module(f"tesc.cli.output.{options.output_format}")
        made: str = module.render(found)
        return made
    from tesc.cli.output import text

    done = f"{fixed} fixed; " if fixed else ""
    more = outlook(found, options.unsafe_fixes, scope(options).holds)
    more += f"; {_unshown(known)}" if known else ""
    summary = f"{done}{_summary(found, files, known)}{more}\n" if files else ""
    return text.render(found, color, width(), all_notes=bool(options.select)) + summary


def _summary(found: list[Diagnostic], files: int, known: int) -> str:
    """The last line of the text output: `3 errors, 1 warning in 2 of 100 files`."""
    of_files = plural(files, "file")
    if not found:
        return f"no {'new ' if known else ''}findings in {of_files}"
    counts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("information", "note")):
        number = sum(1 for diagnostic in found if diagnostic.severity == severity)
        if number:
            counts.append(plural(number, word))
    hit = len({diagnostic.source.path for diagnostic in found})
    return f"{', '.join(counts)} in {hit} of {of_files}" if files > 1 else f"{', '.join(counts)} in 1 file"
