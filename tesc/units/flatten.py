"""A unit as a plain trace-events file without directives, for tools that do not know them."""

from __future__ import annotations

import re

from tesc.records import record
from tesc.syntax.c_type import with_name
from tesc.syntax.nodes import Comment, Event, Include
from tesc.syntax.source import split_lines
from tesc.units.resolve import has_directives
from tesc.units.unit import Inclusion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.nodes import Tree
    from tesc.units.unit import Unit, UnitEvent

    Chain = tuple[Inclusion, ...]

# The start of comments that keep what decoders of a guest's events need; QEMU's tools skip them.
GUEST_COMMENT = "# tesc-guest"
_GUEST = rf"{GUEST_COMMENT} prefix '(\w*)' base (0x[0-9a-f]{{1,16}})"


def flatten(unit: Unit) -> str:
    """The text of a unit: its events with their effective names, in order, and all comments.

    For files without directives, it is their text, byte for byte, each with a final line end. Lines that are
    not items are left out.
    """
    directed = unit.directives or any(has_directives(tree) for tree in unit.roots)
    if not directed and all(e.name == e.node.name and not e.crosses for e in unit.events):
        # The next text, or the next file of a list, starts on a new line.
        texts = [tree.source.text for tree in unit.roots]
        return "".join(text if not text or text[-1] in "\r\n" else f"{text}\n" for text in texts)
    lines = [*_Flattener(unit).lines(), *_guests(unit)]
    return "".join(f"{line}\n" for line in lines)


def _guests(unit: Unit) -> Iterator[str]:
    """Comments with what a flat file loses: which events are a guest's, and their declarations."""
    for number, one in enumerate(unit.ranges):
        if one.inclusion is None:
            continue
        yield f"{GUEST_COMMENT} prefix '{one.prefix}' base {one.base:#x}"
        for event in unit.events:
            if event.range == number:
                name = event.name[len(one.prefix) :]
                yield f"{GUEST_COMMENT}: {_declared(event, name, False)}"


@record
class FlattenedGuest:
    """A guest of a flattened file: its prefix and base, and its events as a separate file."""

    prefix: str
    base: int
    text: str


def flattened_guests(text: str) -> list[FlattenedGuest]:
    """The guests that the comments of a flattened file name, in order."""
    found: list[FlattenedGuest] = []
    if GUEST_COMMENT not in text:
        return found
    for _, line in split_lines(text):
        head = re.fullmatch(_GUEST, line)
        if head is not None:
            found.append(FlattenedGuest(head[1], int(head[2], 16), ""))
        elif found and line.startswith(f"{GUEST_COMMENT}: "):
            last = found[-1]
            events = f"{last.text}{line[len(GUEST_COMMENT) + 2 :]}\n"
            found[-1] = FlattenedGuest(last.prefix, last.base, events)
    return found


class _Flattener:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._events = {(id(event.node), event.chain): event for event in unit.events}
        # Includes that were skipped as repetitions are not among these.
        self._included = dict(unit.expansions)

    def lines(self) -> Iterator[str]:
        for tree in self._unit.roots:
            yield from self._file(tree, ())
            for part in self._unit.directives:
                for item in part.items:
                    if isinstance(item, Include):
                        yield from self._include(part, item, ())

    def _file(self, tree: Tree, chain: Chain) -> Iterator[str]:
        items = {item.line: item for item in tree.items}
        for number, (_, text) in enumerate(split_lines(tree.source.text), 1):
            item = items.get(number)
            if isinstance(item, Event):
                event = self._events.get((id(item), chain))
                if event is not None:
                    yield declaration(event)
            elif isinstance(item, Include):
                yield from self._include(tree, item, chain)
            elif item is None or isinstance(item, Comment):
                yield text

    def _include(self, tree: Tree, include: Include, chain: Chain) -> Iterator[str]:
        inner = (*chain, Inclusion(tree.source, include))
        included = self._included.get(inner)
        if included is not None:
            yield from self._file(included, inner)


def declaration(event: UnitEvent) -> str:
    """An event as a line that QEMU's tracetool reads.

    Unless the event crosses the guest tunnel, its parameters and format are as written.
    """
    return _declared(event, event.name, event.crosses)


def _declared(event: UnitEvent, name: str, crosses: bool) -> str:
    node = event.node
    text = event.source.text
    if crosses:
        parameters = ", ".join(with_name(*one) for one in event.parameters) or "void"
    else:
        parameters = text[node.open + 1 : node.close].replace("\t", " ").strip(" ")
    head = f"{'disable ' if event.disabled else ''}{name}({parameters})"
    if node.format is None:
        return head
    gap = text[node.close + 1 : node.format.start]
    form = event.format if crosses else node.format.text
    return f"{head}{gap if not gap.strip(' ') else ' '}{form}"
