"""Completion at the beginning of a line, and in an event's parameters."""

from __future__ import annotations

from collections import Counter

from tesc.lsp.completion.items import Kind, stems
from tesc.syntax.c_type import ALLOWED_WORDS, parse_declaration, parse_type
from tesc.syntax.nodes import Event, Include, Prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.completion.items import Here, Items
    from tesc.syntax.c_type import CType
    from tesc.syntax.cursor import InParameters, Start

# In the order in which a file without events offers them; types without an LTTng field (TE414) are left out.
_TYPES = (
    "int", "unsigned int", "uint64_t", "uint32_t", "uint16_t", "uint8_t", "const char *", "void *",
    "bool", "size_t", "int64_t", "int32_t", "int16_t", "int8_t", "ssize_t", "long", "unsigned long",
    "long long", "unsigned long long", "unsigned char", "unsigned short", "ptrdiff_t", "uintptr_t",
    "intptr_t", "const void *", "char *",
)  # fmt: skip
_MOST_STEMS = 100
# How many names must share a prefix for it to be offered.
_OFTEN = 3
_MOST_NAMES = 50


def complete_start(place: Start, here: Here, items: Items) -> None:
    """Directives, whole events, and common prefixes of names."""
    names = [event.name for event in here.view.tree.events]
    begun = stems(names)
    if not place.properties and not place.after.strip(" \t"):
        # In most files all names begin alike.
        common = [stem for stem, number in begun.items() if number == len(names)]
        _directives(place, here, items, max(common, key=len, default=""))
    often = [(stem, number) for stem, number in begun.items() if number >= _OFTEN]
    for stem, number in often[:_MOST_STEMS]:
        items.add(stem, Kind.Module, place.begin, detail=f"{number} events")


def _directives(place: Start, here: Here, items: Items, stem: str) -> None:
    begin = place.begin
    line = here.view.line_of(here.line)
    above = [item for item in here.view.tree.items if item.line < line]
    items.add(
        "event", Kind.Snippet, begin, f'{stem}name(int value) "value %d"',
        detail="a new event", filter_text=f"event {stem}",
        snippet=f'{stem}${{1:name}}(${{2:int}} ${{3:value}}) "${{3:value}} ${{4:%d}}"$0',
    )  # fmt: skip
    items.add(
        "event without parameters", Kind.Snippet, begin, f'{stem}name(void) "text"',
        detail="a new event", filter_text=f"event {stem}",
        snippet=f'{stem}${{1:name}}(void) "${{2:text}}"$0',
    )  # fmt: skip
    items.add(
        "include", Kind.Keyword, begin, 'include "', detail="another file's events", snippet='include "$1"$0'
    )
    if not any(isinstance(item, (Prefix, Include, Event)) for item in above):
        items.add("prefix", Kind.Keyword, begin, "prefix ", detail="added to the names of this file's events")
    items.add("disable", Kind.Keyword, begin, "disable ", detail="compile events out")


def complete_parameter(place: InParameters, here: Here, items: Items) -> None:
    """Types or, after a type, the names that the file's events give to parameters of that type."""
    tree = here.view.tree
    allowed = here.view.settings.types
    head = place.text.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
    declared = parse_type(head.strip(" \t"))
    if head.strip(" \t") and (
        declared.base or (declared.words and not set(declared.words) - ALLOWED_WORDS - allowed)
    ):
        _names(place, declared, len(head), here, items)
    if "*" in head:
        return
    if not place.others and not head:
        closed = place.after.lstrip(" \t").startswith(")")
        if closed or not place.after.strip(" \t"):
            items.add("void", Kind.Keyword, place.begin, detail="no parameters")
    written = " ".join(head.split())
    for spelled in _types(tree.events, sorted(allowed)):
        if not written or spelled.startswith(f"{written} "):
            items.add(spelled, Kind.Keyword, place.begin, detail="type")


def _types(events: list[Event], allowed: list[str]) -> list[str]:
    """The types to offer: those that the file uses, most frequent first, then the others."""
    spelled = {_key(parse_type(one)): one for one in (*_TYPES, *allowed)}
    used: Counter[tuple[object, ...]] = Counter(
        _key(parameter.type) for event in events for parameter in event.parameters
    )
    order = {key: number for number, key in enumerate(spelled)}
    return [spelled[key] for key in sorted(spelled, key=lambda key: (-used[key], order[key]))]


def _key(type_: CType) -> tuple[object, ...]:
    return (type_.base or type_.words, type_.pointers, "const" in type_.words)


def _names(place: InParameters, declared: CType, length: int, here: Here, items: Items) -> None:
    key = _key(declared)[:2]
    line = here.view.line_of(here.line)
    taken = {one.name for one in place.others}
    # Parameters after the cursor count too.
    rest = place.after.split(")")[0].split(",")[1:]
    taken |= {parse_declaration(text.strip(" \t")).name for text in rest if text.strip(" \t")}
    counted: Counter[str] = Counter()
    for event in here.view.tree.events:
        if event.line != line:
            for parameter in event.parameters:
                if _key(parameter.type)[:2] == key and parameter.name not in taken:
                    counted[parameter.name] += 1
    for name, number in counted.most_common(_MOST_NAMES):
        if name:
            times = f"{number} times" if number > 1 else "once"
            items.add(name, Kind.Variable, place.begin + length, detail=f"{times} in this file")
