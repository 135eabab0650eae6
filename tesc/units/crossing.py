"""Events that cross the guest tunnel, as the host sees them: a guest's addresses are numbers there.

Text is the exception if the wire carries it: frames do, the words of 2011 do not.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.syntax.arguments import in_order, printings
from tesc.syntax.printf import parse_format
from tesc.units.text import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.config.settings import Wire
    from tesc.syntax.nodes import Event

POINTER_LETTERS = ("s", "p")
TEXT_TYPE = "const char *"
_NOTHING: frozenset[int] = frozenset()
# What the host gets for a guest's pointers, for messages.
POINTERS: dict[Wire, str] = {
    "frames": "text comes as text, other pointers are numbers to the host",
    "words": "pointers are numbers to the host",
}


def crossed(node: Event, wire: Wire) -> tuple[list[tuple[str, str]], str]:
    """The host's (type, name) of each parameter, and the format that prints them.

    The format is empty if the event has none.
    """
    sent = texts_sent(node) if wire == "frames" else _NOTHING
    parameters = [
        (TEXT_TYPE if number in sent else "uint64_t" if one.type.is_pointer else one.type.text, one.name)
        for number, one in enumerate(node.parameters)
    ]
    form = node.format.text if node.format else ""
    if any(one.type.is_pointer for one in node.parameters):
        form = pointers_as_numbers(form, sent)
    return parameters, form


def texts_sent(node: Event) -> frozenset[int]:
    """The indices of parameters sent as text in frames: `char *`, unless the format prints the address."""
    form = node.format.text if node.format else ""
    found = []
    for number, one in enumerate(node.parameters):
        if one.type.is_pointer:
            text = text_of(one.type.text, printings(form).get(number))
            # Functions that send text take a pointer to plain `char`.
            if text is not None and text.plain:
                found.append(number)
    return frozenset(found)


@lru_cache(maxsize=None)
def pointers_as_numbers(text: str, but: frozenset[int] = _NOTHING) -> str:
    """A format with `0x%" PRIx64` for each pointer's conversion, except for the parameters in `but`.

    Flags and widths of text mean nothing for an address, so they are removed; a `*` stays, so that the number
    of arguments does not change.
    """
    kept = {how.conversion.start for number, how in in_order(text) if number in but} if but else set()
    parsed = parse_format(text)
    made = ""
    at = 0
    for conversion in parsed.conversions:
        if (
            conversion.letter not in POINTER_LETTERS
            or conversion.macro is not None
            or conversion.start in kept
        ):
            continue
        width = "*" if conversion.width == "*" else ""
        precision = ".*" if conversion.precision == "*" else ""
        made += f'{text[at : conversion.start]}0x%{width}{precision}" PRIx64 "'
        at = conversion.end
    made += text[at:]
    # Literals that the replacement leaves empty, at the end or between two macros.
    stripped = made.rstrip(" \t")
    if at and stripped.endswith(' PRIx64 ""'):
        made = stripped[:-3] + made[len(stripped) :]
    return made
