"""`tesc list`: lists the events of a unit with IDs, locations and types."""

from __future__ import annotations

import json

from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import error, print_text
from tesc.cli.units import load, refused, warn_of_missing_roots
from tesc.units.flatten import declaration
from tesc.units.former_names import former_names
from tesc.units.patterns import pattern
from tesc.units.rejections import rejections
from tesc.units.unknown_event import no_match

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tesc.cli.commands import Commands
    from tesc.units.unit import UnitEvent


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "list",
        help="list events with IDs, locations and types",
        description="List the events of a unit. A PATTERN is a name in which * matches any characters and "
        "? a single one, as in QEMU's '-trace enable='; '-PATTERN' (after --) excludes events.",
    )
    parser.add_argument("file", metavar="FILE", help="the root file; - is standard input")
    parser.add_argument(
        "patterns", nargs="*", default=[], metavar="PATTERN", help="list only matching events"
    )
    parser.add_argument(
        "--format",
        choices=["text", "json", "names"],
        default="text",
        help="text: a table; names: one per line, for QEMU's '-trace events=FILE' (default: text)",
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    workspace, unit = load(options.file, overrides(options))
    warn_of_missing_roots(workspace.configurations.values())
    broken = refused(rejections(unit, "flatten"))
    events, unmatched = matching(unit.events, options.patterns, former_names(unit))
    if options.format == "json":
        print_text(json.dumps([_entry(event) for event in events], indent=1) + "\n")
    elif options.format == "names":
        # A disabled event cannot be enabled at run time.
        print_text("".join(f"{event.name}\n" for event in events if not event.disabled))
    else:
        print_text(_table(events))
    for text in unmatched:
        error(no_match(text, (event.name for event in unit.events)), "warning")
    return 1 if broken else 0


def matching(
    events: Sequence[UnitEvent], patterns: Sequence[str], former: Mapping[str, UnitEvent] | None = None
) -> tuple[list[UnitEvent], list[str]]:
    """The events that patterns select by their names or `former` names, and the patterns that match none.

    Patterns apply in order, like lines of QEMU's `-trace events=` file: one that starts with `-`
    excludes its events. Without patterns, or with only such ones, the selection starts with all events.
    """
    chosen = set() if any(not text.startswith("-") for text in patterns) else {e.index for e in events}
    unmatched = []
    for text in patterns:
        matches = pattern(text[1:] if text[:1] == "-" else text).fullmatch
        hits = {event.index for event in events if matches(event.name)}
        hits |= {event.index for name, event in (former or {}).items() if matches(name)}
        chosen = chosen - hits if text.startswith("-") else chosen | hits
        if not hits:
            unmatched.append(text)
    return [event for event in events if event.index in chosen], unmatched


def _entry(event: UnitEvent) -> dict[str, Any]:
    form = event.format.rstrip(" \t")
    return {
        "name": event.name,
        "index": event.index,
        "wire_id": event.wire_id,
        "stream_id": event.stream_id,
        "disabled": event.disabled,
        "path": event.source.path,
        "line": event.node.line,
        "parameters": [{"type": type_, "name": name} for type_, name in event.parameters],
        "format": form or None,
    }


def _table(events: Sequence[UnitEvent]) -> str:
    rows = [("INDEX", "WIRE ID", "STREAM ID", "STATE", "PLACE", "EVENT")]
    for event in events:
        declared = declaration(event).partition(")")[0].partition("(")[2]
        stream = hex(event.stream_id) if event.stream_id >= 1 << 32 else str(event.stream_id)
        state = "disabled" if event.disabled else "enabled"
        place = f"{event.source.path}:{event.node.line}"
        rows.append((str(event.index), str(event.wire_id), stream, state, place, f"{event.name}({declared})"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row in rows:
        numbers = "  ".join(cell.rjust(w) for cell, w in zip(row[:3], widths))
        lines.append(f"{numbers}  {row[3].ljust(widths[3])}  {row[4].ljust(widths[4])}  {row[5]}")
    return "\n".join(lines) + "\n"
