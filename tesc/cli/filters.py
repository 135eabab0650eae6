"""The options that select records, and the resulting selection."""

from __future__ import annotations

import argparse

from tesc.cli.terminal import Failure, error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.trace.conditions import Where
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Moment, Selection, Window

WHERE_HELP = (
    "a condition on arguments and on the record's name, pid and time, such as "
    "'dev == 0x55d0 and len > 4096 and name ~ \"disk*\"'"
)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the options that `selection_of` reads."""
    filters = parser.add_argument_group("filters")
    filters.add_argument(
        "-e", "--event", action="append", default=[], metavar="PATTERN,...", help="only these events"
    )
    filters.add_argument("--where", metavar="CONDITION", help=WHERE_HELP)
    filters.add_argument("--since", type=_moment, metavar="TIME", help="only records from this time on")
    filters.add_argument("--until", type=_moment, metavar="TIME", help="only records before this time")
    filters.add_argument(
        "--pid", type=int, action="append", metavar="N", help="only this process; may be repeated"
    )


def _moment(text: str) -> Moment:
    from tesc.trace.selection import parse_moment

    try:
        return parse_moment(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def parsed_where(text: str, events: Sequence[TracedEvent]) -> Where:
    """The condition of --where for these events. Raises Failure, with carets under the mistake."""
    from tesc.trace.conditions import Where
    from tesc.trace.expressions import BadExpression

    try:
        return Where(text, events)
    except BadExpression as wrong:
        message, *picture = wrong.pictured().split("\n")
        raise Failure(f"--where: {message}", picture) from None


def selection_of(options: argparse.Namespace, readers: Sequence[RecordReader]) -> Selection:
    """The records that the options select; reads the first ones if times are relative to them.

    Warns about patterns that no event matches. Raises Failure.
    """
    from tesc.trace.selection import Selection, chooser, unmatched

    patterns = [text for argument in options.event for text in argument.split(",") if text]
    chosen = chooser(patterns)
    events = [event for reader in readers for event in reader.declared]
    for text in unmatched(patterns, [event.name for event in events]):
        from tesc.units.unknown_event import no_match

        error(no_match(text, (event.name for event in events)), "warning")
    window = _window(options, readers)
    if options.where is None:
        return Selection(chosen, window)
    where = parsed_where(options.where, [event for event in events if chosen(event.name)])
    if where.relative:
        where.origin = _origin(readers)
    return Selection(chosen, window, where, where.dated)


def _origin(readers: Sequence[RecordReader]) -> int:
    """The time of the first record in nanoseconds; 0 if no record has a time."""
    firsts = [reader.first_time() for reader in readers]
    return min([time for time in firsts if time is not None and time >= 0], default=0)


def _window(options: argparse.Namespace, readers: Sequence[RecordReader]) -> Window:
    """The times and processes that the options select."""
    from tesc.trace.selection import window

    relative = any(moment is not None and moment.relative for moment in (options.since, options.until))
    origin = _origin(readers) if relative else 0
    return window(
        None if options.since is None else options.since.at(origin),
        None if options.until is None else options.until.at(origin),
        options.pid,
    )
