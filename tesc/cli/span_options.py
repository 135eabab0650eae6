"""Spans: those of --span, of tesc.toml, and those that the names of events suggest."""

from __future__ import annotations

from tesc.cli.terminal import Failure, error
from tesc.config.errors import BadConfiguration
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tesc.config.loading import Configuration
    from tesc.trace.events import TracedEvent
    from tesc.trace.spans import Pairing, Spans
    from tesc.units.unit import Unit
    from tesc.workspace import Workspace


def add_span_options(group: argparse._ArgumentGroup) -> None:
    """Add --span and --spans, which `drawn_of` reads."""
    group.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="NAME=BEGIN..END[,key=PARAMETER]",
        help="the events that begin and end a span (patterns, with | between several), and the parameter "
        "that both have (default: those of [[span]] in tesc.toml)",
    )
    group.add_argument(
        "--spans",
        choices=("auto", "none"),
        help="auto: also all pairs recognized by name (_start and _end, _submit and _done, ...), keyed by "
        "the pointer or number that both have; none: only those of --span",
    )


@record
class Drawn:
    """The spans that are measured or drawn, and the counters."""

    pairings: Sequence[Pairing] = ()
    counters: Sequence[tuple[str, str]] = ()


def drawn_of(options: argparse.Namespace, workspace: Workspace, unit: Unit) -> Drawn:
    """The spans and counters that the options of `tesc decode` request, checked before a trace is read.

    Raises Failure, and BadConfiguration for spans of tesc.toml.
    """
    if options.latency:
        pairings = _pairings(options, workspace, unit, True)
        if not pairings:
            raise Failure("no events look like the beginning and end of a span: name them with --span")
        return Drawn(pairings)
    if options.format == "perfetto":
        return Drawn(_pairings(options, workspace, unit, False), _counters(options.counter, unit))
    return Drawn()


def _pairings(options: argparse.Namespace, workspace: Workspace, unit: Unit, needed: bool) -> list[Pairing]:
    """The requested pairings.

    If there are none but they are `needed`, those that the names of the events suggest.
    """
    from tesc.trace.events import Catalogue
    from tesc.trace.spans import BadPairing, chosen_pairings, unmatched
    from tesc.units.unknown_event import no_match

    source = unit.roots[0].source
    configured = () if options.spans == "none" else workspace.settings_of(source).spans
    auto = True if options.spans == "auto" else None if needed and options.spans is None else False
    try:
        found = chosen_pairings(options.span, configured, unit.events, auto)
    except BadPairing as wrong:
        raise Failure(str(wrong)) from None
    # The keys of suggested pairings need no check: all of their events have them.
    named = found[: len(options.span) or len(configured)]
    check_keys(options.span, named, Catalogue(unit).events, workspace.configuration_for(source.file))
    for name, text in unmatched(found, unit.events):
        error(f"span '{name}': {no_match(text, (event.name for event in unit.events))}", "warning")
    return found


def check_keys(
    texts: Sequence[str],
    pairings: Sequence[Pairing],
    events: Sequence[TracedEvent],
    configuration: Configuration | None = None,
) -> None:
    """Check that events have the keys of pairings; warn if only some lack one.

    The pairings are those of --span's `texts`, or else those of tesc.toml. Raises Failure, BadConfiguration.
    """
    from tesc.trace.span_keys import keyless, lacking_keys

    for text, one in zip(texts, pairings):
        for _, problem in lacking_keys(one, events):
            raise Failure(f"--span '{text}': {problem}")
    if not texts:
        _check_configured(pairings, events, configuration)
    for one in pairings:
        for problem in keyless(one, events):
            error(f"span '{one.name}': {problem}", "warning")


def _check_configured(
    pairings: Sequence[Pairing], events: Sequence[TracedEvent], configuration: Configuration | None
) -> None:
    """Raise BadConfiguration, with places, for keys of tesc.toml's spans that no event has."""
    from tesc.trace.span_keys import lacking_keys

    if configuration is None:
        return
    wrong = [
        configuration.error(problem, "span", number, "key", place)
        for number, one in enumerate(pairings)
        for place, problem in lacking_keys(one, events)
    ]
    if wrong:
        raise BadConfiguration(wrong)


def say_unmatched(spans: Spans) -> None:
    """Report how many records of each pairing have no partner."""
    for one, unfinished, orphaned in zip(spans.pairings, spans.unfinished, spans.orphaned):
        if unfinished or orphaned:
            error(f"span '{one.name}': {_counted(unfinished, orphaned)}", "note")


def _counted(unfinished: int, orphaned: int) -> str:
    parts = [f"{unfinished:,} not ended"] if unfinished else []
    return " and ".join([*parts, f"{orphaned:,} ended without a beginning"] if orphaned else parts)


def _counters(texts: Sequence[str], unit: Unit) -> list[tuple[str, str]]:
    """The counters of --counter: each an event's and a parameter's name. Raises Failure."""
    from tesc.trace.drawing import BadCounter, parse_counter

    try:
        return [parse_counter(text, unit.events) for text in texts]
    except BadCounter as wrong:
        raise Failure(f"--counter {wrong}") from None
