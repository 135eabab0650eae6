"""Options that define spans: --span, those of tesc.toml, and those from events' names."""

from __future__ import annotations

from tesc.cli.terminal import Failure, error

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tesc.config.settings import Settings
    from tesc.trace.spans import Pairing, Spans
    from tesc.units.unit import Unit


def add_span_options(group: argparse._ArgumentGroup) -> None:
    """Add --span and --spans, which `pairings_of` reads."""
    group.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="NAME=BEGIN..END[,key=PARAMETER]",
        help="the events that begin and end a span (patterns, with | between several), and the parameter "
        "that both share (default: those of [[span]] in tesc.toml)",
    )
    group.add_argument(
        "--spans",
        choices=("auto", "none"),
        help="auto: also all pairs recognized by name (_start and _end, _submit and _done, ...), keyed by "
        "the pointer or number that both have; none: only those of --span",
    )


def pairings_of(options: argparse.Namespace, settings: Settings, unit: Unit, needed: bool) -> list[Pairing]:
    """The requested pairings. Raises Failure.

    If there are none and they are `needed`, those are used that the names of the events suggest.
    """
    from tesc.trace.spans import BadPairing, chosen_pairings, unmatched

    configured = () if options.spans == "none" else settings.spans
    auto = True if options.spans == "auto" else None if needed and options.spans is None else False
    try:
        found = chosen_pairings(options.span, configured, unit.events, auto)
    except BadPairing as wrong:
        raise Failure(str(wrong)) from None
    for name, text in unmatched(found, unit.events):
        error(f"span '{name}': no event matches '{text}'", "warning")
    return found


def say_unmatched(spans: Spans) -> None:
    """Say how many records of each pairing have no partner."""
    for one, unfinished, orphaned in zip(spans.pairings, spans.unfinished, spans.orphaned):
        if unfinished or orphaned:
            error(f"span '{one.name}': {_counted(unfinished, orphaned)}", "note")


def _counted(unfinished: int, orphaned: int) -> str:
    parts = [f"{unfinished:,} not ended"] if unfinished else []
    return " and ".join([*parts, f"{orphaned:,} ended without a beginning"] if orphaned else parts)


def counters_of(texts: Sequence[str], unit: Unit) -> list[tuple[str, str]]:
    """The counters of --counter. Raises Failure."""
    from tesc.trace.drawing import BadCounter, parse_counter

    try:
        return [parse_counter(text, unit.events) for text in texts]
    except BadCounter as wrong:
        raise Failure(f"--counter {wrong}") from None
