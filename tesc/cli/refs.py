"""`tesc refs`: lists the places that name an event."""

from __future__ import annotations

import argparse
import json

from tesc.cli.overrides import add_overrides
from tesc.cli.terminal import error, print_text
from tesc.cli.tree_sources import add_tree, tree_and_uses
from tesc.references import references
from tesc.units.unknown_event import no_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.cli.commands import Commands
    from tesc.references import Reference

_EPILOG = """\
exit status: 0 the event exists, 1 it does not, 2 tesc could not run
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "refs",
        help="find every use of an event in trace-events, C and Rust files",
        description="Print where an event is declared, disabled by name, called, passed on and tested "
        "for, in trace-events files and in C and Rust sources. If a macro forms the name, the place is the "
        "word passed to the macro.",
        epilog=_EPILOG,
    )
    parser.add_argument("name", metavar="EVENT", help="the event's effective name")
    add_tree(parser)
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="text: one line per place (default: text)"
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    workspace, uses = tree_and_uses(options, "searched")
    found = references(workspace.units, uses, options.name)
    if not found:
        error(no_event(workspace.units, options.name))
        return 1
    if options.format == "json":
        print_text(json.dumps([_entry(one) for one in found], indent=1) + "\n")
    else:
        print_text("".join(f"{_line(one)}\n" for one in found))
    return 0


def _line(one: Reference) -> str:
    line, column = one.source.place(one.span.start)
    text = one.source.line_text(line).strip()
    return f"{one.source.path}:{line}:{column}: {one.label}: {text}"


def _entry(one: Reference) -> dict[str, Any]:
    line, column = one.source.place(one.span.start)
    end_line, end_column = one.source.place(one.span.end)
    return {
        "kind": one.label,
        "path": one.source.path,
        "line": line,
        "column": column,
        "endLine": end_line,
        "endColumn": end_column,
        "function": one.function,
    }
