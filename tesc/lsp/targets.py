"""Finds what is at an offset in a trace-events document."""

from __future__ import annotations

from tesc.analysis.formats.pairing import pairings
from tesc.records import record
from tesc.syntax.nodes import Disable, Event, Include, Prefix
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.lsp.view import View
    from tesc.syntax.nodes import Word

    Target = Union["EventName", "ParameterPlace", "IncludedPath", "PatternPlace", "PrefixPlace"]


@record
class EventName:
    """An event's name where it is declared."""

    node: Event

    @property
    def span(self) -> Span:
        return self.node.name_span


@record
class ParameterPlace:
    """A parameter of an event, or a conversion that takes it.

    `parameters` are positions in the event; a conversion such as `%*d` takes several, with the value
    last. `span` is the parameter's name or the conversion.
    """

    node: Event
    parameters: tuple[int, ...]
    span: Span
    conversion: bool


@record
class IncludedPath:
    """The path of an include."""

    node: Include

    @property
    def span(self) -> Span:
        return path_of(self.node)


@record
class PatternPlace:
    """A pattern of a disable directive."""

    word: Word

    @property
    def span(self) -> Span:
        return self.word.span


@record
class PrefixPlace:
    """The name of a prefix, in a `prefix` or an `include` directive."""

    node: Prefix | Include
    word: Word

    @property
    def span(self) -> Span:
        return self.word.span


def path_of(include: Include) -> Span:
    """The span of an include's path, without its quotes."""
    return Span(include.path_span.start + 1, include.path_span.end - 1)


def target_at(view: View, offset: int) -> Target | None:
    """The target at an offset, or ending there; None if there is none."""
    item = view.item_at(offset)
    if isinstance(item, Event):
        return _in_event(item, offset, view.settings.data_models)
    if isinstance(item, Include):
        if _touches(path_of(item), offset):
            return IncludedPath(item)
        if item.prefix is not None and _touches(item.prefix.span, offset):
            return PrefixPlace(item, item.prefix)
    if isinstance(item, Prefix) and _touches(item.name.span, offset):
        return PrefixPlace(item, item.name)
    if isinstance(item, Disable):
        return next((PatternPlace(word) for word in item.patterns if _touches(word.span, offset)), None)
    return None


def _touches(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def _in_event(event: Event, offset: int, models: tuple[str, ...]) -> Target | None:
    if _touches(event.name_span, offset):
        return EventName(event)
    for number, parameter in enumerate(event.parameters):
        if parameter.name and _touches(parameter.name_span, offset):
            return ParameterPlace(event, (number,), parameter.name_span, False)
    best = None
    for span, parameters in conversions_of(event, models):
        # Between two adjacent conversions, the one that begins there.
        if parameters and _touches(span, offset):
            best = ParameterPlace(event, parameters, span, True)
    return best


def conversions_of(event: Event, models: tuple[str, ...]) -> list[tuple[Span, tuple[int, ...]]]:
    """Each conversion's span in the file, and the parameters that it takes, the value last."""
    if event.format is None:
        return []
    taken: dict[int, list[int]] = {}
    for pairing in pairings(event, models):
        if pairing.parameter is not None:
            taken.setdefault(pairing.slot.conversion, []).append(pairing.parameter)
    start = event.format.start
    return [
        (Span(start + one.start, start + one.end), tuple(taken.get(number, ())))
        for number, one in enumerate(event.format.parsed.conversions)
    ]


def conversions_that_take(event: Event, parameter: int, models: tuple[str, ...]) -> list[Span]:
    """The spans of the conversions that take a parameter."""
    return [span for span, parameters in conversions_of(event, models) if parameter in parameters]
