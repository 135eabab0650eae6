"""Inlay hints: names, IDs and parameters that editors show between the characters of a file."""

from __future__ import annotations

from tesc.analysis.formats.pairing import pairings
from tesc.lsp.hovers.event import shown_id
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from tesc.lsp.settings import ClientSettings
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event, Tree
    from tesc.syntax.source import Span
    from tesc.units.unit import UnitEvent

    Kind = Literal["name", "id", "parameter"]

_MOST = 3


@record
class Hint:
    """A hint to show before the character at an offset."""

    offset: int
    text: str
    kind: Kind
    tooltip: str | None = None


def hints(view: View, span: Span, settings: ClientSettings) -> Iterator[Hint]:
    """The hints in a span, including its end, in the order of the text."""
    for event in view.tree.events:
        if event.start <= span.end and event.end >= span.start:
            for hint in _of_event(view, event, settings):
                if span.start <= hint.offset <= span.end:
                    yield hint


def _of_event(view: View, node: Event, settings: ClientSettings) -> Iterator[Hint]:
    if settings.hint_names or settings.hint_ids:
        events = view.events_of(node)
        if settings.hint_ids and events:
            ids = list(dict.fromkeys(shown_id(event) for event in events))
            yield Hint(node.start, _few(ids), "id", f"stream ID {', '.join(ids)}")
        if settings.hint_names:
            yield from _prefix(node, events)
    if settings.hint_parameters:
        yield from _parameters(view, node)


def _prefix(node: Event, events: list[UnitEvent]) -> Iterator[Hint]:
    """The prefix that makes the effective name, right before the written name.

    If a file is included in several ways, its prefixes are in braces, as in a shell:
    `{a_,b_}name`.
    """
    names = list(dict.fromkeys(event.name for event in events))
    prefixes = [name[: len(name) - len(node.name)] for name in names]
    if len(prefixes) > 1:
        yield Hint(node.name_start, f"{{{_few(prefixes, ',')}}}", "name", ", ".join(names))
    elif any(prefixes):
        yield Hint(node.name_start, prefixes[0], "name", names[0])


def _parameters(view: View, node: Event) -> Iterator[Hint]:
    """The parameters that each conversion takes, before its `%`."""
    if node.format is None:
        return
    taken: dict[int, list[str]] = {}
    for pair in pairings(node, view.settings.data_models):
        if pair.parameter is not None:
            taken.setdefault(pair.slot.conversion, []).append(node.parameters[pair.parameter].name or "?")
    for index, names in sorted(taken.items()):
        conversion = node.format.parsed.conversions[index]
        yield Hint(node.format.start + conversion.start, f"{', '.join(names)}:", "parameter")


def _few(texts: list[str], separator: str = ", ") -> str:
    return separator.join([*texts[:_MOST], *(["..."] if len(texts) > _MOST else [])])


class SentHints:
    """The hints that were sent and that depend on more than the document's text."""

    def __init__(self) -> None:
        self._sent: dict[str, tuple[Tree, int]] = {}

    def note(self, view: View, settings: ClientSettings) -> None:
        """Keep the hints that are sent for a document."""
        self._sent[view.uri] = view.tree, _digest(view, settings)

    def stale(self, views: Iterator[View], settings: ClientSettings) -> bool:
        """Whether hints of an unedited document have changed; true only once."""
        before, self._sent = self._sent, {}
        stale = False
        for view in views:
            if view.uri in before:
                self.note(view, settings)
                tree, digest = self._sent[view.uri]
                stale |= tree is before[view.uri][0] and digest != before[view.uri][1]
        return stale


def _digest(view: View, settings: ClientSettings) -> int:
    which = settings.hint_names, settings.hint_ids, settings.hint_parameters
    events = [(event.name, event.stream_id) for node in view.tree.events for event in view.events_of(node)]
    return hash((which, tuple(events)))
