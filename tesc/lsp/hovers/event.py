"""The hover for an event: how its callers and tracers see it."""

from __future__ import annotations

import os
from bisect import bisect_left

from tesc.analysis.formats.description import sample
from tesc.analysis.formats.pairing import pairings
from tesc.analysis.rules.te003_unknown_property import dropped
from tesc.analysis.suppressions import is_suppression
from tesc.lsp.hovers.page import Code, Page, listed
from tesc.syntax.c_type import parse_type
from tesc.syntax.nodes import Comment
from tesc.units.crossing import POINTERS, texts_sent
from tesc.units.disabling import disabling
from tesc.units.groups import group_of
from tesc.units.identifiers import c_function
from tesc.uses.use import CALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.hovers.page import Piece
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event, Word
    from tesc.units.unit import Unit, UnitEvent

_MOST_ENTRIES = 5
_MOST_CALLERS = 5


def callers(view: View, name: str) -> list[str] | None:
    """The calls of an event: `net/rx.c:12 rx_done`; None if sources are not indexed."""
    project = view.project
    if project.all_uses is None:
        return None
    calls = [(path, use) for path, use in project.all_uses.uses_of(name) if use.kind == CALL and not use.dead]
    places = (f"{project.shown(path)}:{use.line} {use.function or ''}".rstrip() for path, use in calls)
    return list(places)


def of_event(view: View, node: Event) -> Page:
    """The page on an event, with a part for each way in which it is included."""
    page = Page()
    entries = view.project.with_units(node)
    if not entries:
        page.code(declaration(node.name, [(p.type.text, p.name) for p in node.parameters]))
        _comments(page, view, node)
    for number, (unit, event) in enumerate(entries[:_MOST_ENTRIES]):
        if number:
            page.rule()
        page.code(declaration(event.name, event.parameters))
        if not number:
            _comments(page, view, node)
        page.code(log_line(event, view.settings.data_models), "text")
        _facts(page, view, unit, event)
    if len(entries) > _MOST_ENTRIES:
        page.text(f"It is included in {len(entries) - _MOST_ENTRIES:,} more ways.")
    return page


def declaration(name: str, parameters: list[tuple[str, str]]) -> str:
    """The C function that programs call, as a header declares it."""
    declared = ", ".join(parse_type(type_).before(name) for type_, name in parameters)
    return f"void {c_function(name)}({declared or 'void'})"


def log_line(event: UnitEvent, models: tuple[str, ...]) -> str:
    """The line that the log backend writes, with placeholders for values.

    If the event crosses the guest tunnel, its pointers become numbers, so its format has different
    conversions than in the file, but as many.
    """
    names = [name for _, name in event.parameters]
    text = sample(event.format, pairings(event.node, models), names) if event.format else ""
    return f"{event.name} {text}".rstrip(" ")


def _comments(page: Page, view: View, node: Event) -> None:
    """The comment lines right above an event, except suppressions."""
    items = view.tree.items
    at = bisect_left([item.line for item in items], node.line) - 1
    line = node.line - 1
    lines: list[str] = []
    while at >= 0 and items[at].line == line:
        item = items[at]
        if not isinstance(item, Comment):
            break
        if not is_suppression(item):
            lines.insert(0, item.text.lstrip("#").strip())
        at, line = at - 1, line - 1
    text = " ".join(part for part in lines if part)
    if text:
        page.text(text)


def _facts(page: Page, view: View, unit: Unit, event: UnitEvent) -> None:
    page.item(*_state(unit, event))
    group = _group(view, unit)
    page.item(*(("group ", Code(group), ", ") if group else ()), _numbers(unit, event))
    if event.crosses:
        pointers = any(parameter.type.is_pointer for parameter in event.node.parameters)
        wire = event.wire if texts_sent(event.node) else "words"
        page.item("crosses the guest tunnel", f": {POINTERS[wire]}" * pointers)
    if event.chain:
        ways = [f"{one.source.path}:{one.include.line}" for one in event.chain]
        page.item("included at ", Code(ways[0]), *(piece for way in ways[1:] for piece in (", ", Code(way))))
    found = callers(view, event.name)
    if found:
        page.item("called at ", *listed(found, _MOST_CALLERS))
    elif found is not None:
        page.item("called nowhere")


def _numbers(unit: Unit, event: UnitEvent) -> str:
    """An event's index, and its IDs if they differ from it."""
    index = f"index {event.index} of {len(unit.events)}"
    plain = not event.crosses and not event.range and event.wire_id == event.stream_id == event.index
    return index if plain else f"{index}, wire ID {event.wire_id}, stream ID {shown_id(event)}"


def _state(unit: Unit, event: UnitEvent) -> list[Piece]:
    if not event.disabled:
        return ["enabled"]
    pieces: list[Piece] = ["disabled by its property"] if event.node.disabled else ["disabled"]
    for number, (source, word) in enumerate(disabling(unit, event)):
        where = f"at {source.path}:{source.place(word.start)[0]}"
        joint = " and by " if number or event.node.disabled else " by "
        pieces.extend([joint, Code(word.text), f" {where}"])
    return pieces


def shown_id(event: UnitEvent) -> str:
    """A stream ID; in hex in a range with a base, which shows the range that it belongs to."""
    return f"{event.stream_id:#x}" if event.range else str(event.stream_id)


def _group(view: View, unit: Unit) -> str | None:
    """The group of a unit in its tree; None for a file outside of all folders."""
    file = unit.roots[0].source.file
    folder = view.project.workspace.settings_for(file).root or view.project.folder
    if folder is None:
        return None
    try:
        path = os.path.relpath(file, folder)
    except ValueError:  # on several drives of Windows
        return None
    return None if path.split(os.sep)[0] == os.pardir else group_of(path)


def of_property(view: View, node: Event, word: Word) -> Page:
    """The page on a word before an event's name."""
    page = Page()
    if word.text == "disable":
        names = dict.fromkeys(event.name for event in view.events_of(node)) or [node.name]
        functions = listed([f"{c_function(name)}()" for name in names], _MOST_ENTRIES)
        page.text(
            Code("disable"), " compiles the event out: ", *functions, " can be called, but does nothing."
        )
        return page
    for sentence in dropped(word.text, node.name) or (
        f"'{word.text}' is not a property; the only one is 'disable'",
    ):
        page.text(sentence)
    return page
