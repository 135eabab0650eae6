"""Completion of conversions, PRI macros, and the rest of a format."""

from __future__ import annotations

import re

from tesc.analysis.formats.drafting import draft, fitting, habits, is_hex
from tesc.lsp.completion.items import Kind
from tesc.records import replace
from tesc.syntax.c_type import parse_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.formats.advice import Advice
    from tesc.lsp.completion.items import Here, Items
    from tesc.syntax.c_type import Declaration
    from tesc.syntax.cursor import InFormat

# Types whose conversions are offered after those that fit, and if it is unknown which ones fit.
_OTHERS = ("int", "unsigned int", "const char *", "void *")
_ANY = (*_OTHERS, "size_t", "uint64_t", "int64_t", "char", "long", "unsigned long")

_LABEL = re.compile("[A-Za-z0-9_]+$")


def complete_format(place: InFormat, here: Here, items: Items) -> None:
    """Offer what fits the current parameter."""
    if not place.started:
        _whole(place, here, items)
    elif place.literal:
        if place.partial is None:
            _whole(place, here, items)
        if place.left:
            _conversions(place, here, items)
        elif place.partial is not None:
            _percent(place, items)
    elif place.partial is not None and place.left:
        _macros(place, here, items)


def _whole(place: InFormat, here: Here, items: Items) -> None:
    """Offer the rest of the format, if nothing or only a quote follows."""
    if not place.left or place.after.strip(" \t") not in ("", '"') or place.after.startswith((" ", "\t")):
        return
    text = draft(place.left, habits(here.view.tree.events), place.before)
    if text is None:
        return
    names = ", ".join(one.name for one in place.left if one.name)
    if not place.literal:
        quoted = f'"{text}'
        items.add(quoted, Kind.Snippet, place.begin, quoted, detail=f"prints {names}", filter_text=quoted)
        return
    end = here.column + len(place.after.rstrip(" \t"))
    # A partly typed label is not repeated.
    begun = _LABEL.search(place.before)
    label = text.lstrip(" ")
    begin = here.column
    if begun and label.startswith(begun[0]) and text != label:
        text, begin = label, here.column - len(begun[0])
    items.add(text, Kind.Snippet, begin, text, end=end, detail=f"prints {names}", filter_text=text)


def _fits(place: InFormat, here: Here) -> list[Advice]:
    """The conversions for the current parameter; those in hex come first if hex is likely."""
    at_hand = place.left[0]
    fits = fitting(at_hand.type, place.partial, here.view.settings.compat)
    wanted = _after_0x(place) or habits(here.view.tree.events).hexadecimal.get(at_hand.name, False)
    return sorted(fits, key=lambda one: not is_hex(one)) if wanted else fits


def _after_0x(place: InFormat) -> bool:
    before = place.before[: -len(place.partial.text)] if place.partial and not place.literal else place.before
    return before.endswith(("0x", "0X"))


def _conversions(place: InFormat, here: Here, items: Items) -> None:
    at_hand = place.left[0]
    shown = at_hand.type.before(at_hand.name)
    fits = _fits(place, here)
    for advice in fits:
        _conversion(advice, place, here, items, f"fits {shown}")
    if place.partial is None:
        return
    for other in _OTHERS if fits else _ANY:
        for advice in fitting(parse_type(other), place.partial)[: 1 if fits else 2]:
            _conversion(advice, place, here, items, f"prints {other}")
    _percent(place, items)


def _conversion(advice: Advice, place: InFormat, here: Here, items: Items, detail: str) -> None:
    begin = place.begin
    if _after_0x(place):
        advice = replace(advice, before="")
        if advice.tail == "p":
            begin -= 2  # %p prints its own 0x
    text = advice.before + advice.head + advice.tail
    end = here.column
    if advice.macro:
        rest = place.after
        text = f'{text}" {advice.macro}'
        if rest.startswith('"'):
            end += 1
            text += " " if rest[1:2] not in ("", " ", "\t") else ""
        elif rest.strip(" \t"):
            text += ' "'
    partial = place.partial
    typed = partial.text[: len(partial.text) - len(partial.length)] if partial else "%"
    # What users often type instead of the macro: %lx, %llu.
    filter_text = f"{typed}ll{advice.macro[3:4]} {advice.macro}" if advice.macro else typed + advice.tail
    label = f'{advice.before}{advice.head}" {advice.macro}' if advice.macro else text
    items.add(
        label, Kind.Value, begin, text, end=end, detail=detail, filter_text=_from(place, begin, filter_text)
    )


def _from(place: InFormat, begin: int, filter_text: str) -> str:
    """The text that a client compares with the typed text, from the item's beginning."""
    return f"0x{filter_text}" if begin < place.begin else filter_text


def _percent(place: InFormat, items: Items) -> None:
    if place.partial is not None and place.partial.text == "%":
        items.add("%%", Kind.Value, place.begin, detail="a percent sign")


def _macros(place: InFormat, here: Here, items: Items) -> None:
    """Offer the macros that complete the unfinished conversion at the end of the previous literal."""
    at_hand: Declaration = place.left[0]
    for advice in _fits(place, here):
        if advice.macro:
            blank = " " if here.view.text[here.line + place.begin - 1] == '"' else ""
            items.add(
                advice.macro, Kind.Constant, place.begin, f"{blank}{advice.macro}",
                detail=f"fits {at_hand.type.before(at_hand.name)}", filter_text=advice.macro,
            )  # fmt: skip
