"""LTTng's fields with compat `fixed`: one for every argument, shown as in the format.

QEMU's tracetool finds conversions by a regular expression. It loses fields if a macro, a flag or a `*` hides
a conversion, has none for `char` and `short`, and treats `char **` as text.
"""

from __future__ import annotations

from tesc.syntax.arguments import printings
from tesc.syntax.c_type import parse_type
from tesc.units.text import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.arguments import Printing
    from tesc.units.text import Text
    from tesc.units.unit import UnitEvent

# The types of the other signedness, for types as wide as int or wider. Narrower types are widened before
# printf sees them, so they are printed with their own signedness.
_SIGNED = {
    "unsigned int": "int",
    "unsigned long": "long",
    "unsigned long long": "long long",
    "uint32_t": "int32_t",
    "uint64_t": "int64_t",
    "size_t": "ssize_t",
    "uintptr_t": "intptr_t",
}
_UNSIGNED = {signed: unsigned for unsigned, signed in _SIGNED.items()}


def fields(event: UnitEvent) -> list[str]:
    """The fields of an event with parameters, in an order in which readers can read the trace."""
    how = printings(event.format)
    found = texts(event.parameters, event.format, "fixed")
    made = [_field(event, index, text, how.get(index)) for index, text in enumerate(found)]
    return [made[index] for index in _readable_order(event, found)]


def _readable_order(event: UnitEvent, found: Sequence[Text | None]) -> list[int]:
    """The indices of the parameters, in order, except that `x` comes before `_x`.

    CTF 1.8 adds an underscore to every name, and readers remove one if there is one: babeltrace2 rejects a
    trace in which `_x` comes before `x`. Counted text also has a member `_NAME_length`.
    """
    members = [
        {name, f"_{name}_length"} if text is not None and text.bounded else {name}
        for text, (_, name) in zip(found, event.parameters)
    ]
    left = list(range(len(members)))
    order = []
    while left:
        later = {f"_{name}" for index in left for name in members[index]}
        first = next((index for index in left if not members[index] & later), left[0])
        left.remove(first)
        order.append(first)
    return order


def _field(event: UnitEvent, index: int, text: Text | None, printing: Printing | None) -> str:
    type_text, name = event.parameters[index]
    if text is not None:
        return _text(event, name, text)
    type_ = parse_type(type_text)
    letter = printing.letter if printing else ""
    if type_.is_pointer or letter in ("x", "X", "p"):
        return f"ctf_integer_hex({type_text}, {name}, {name})"
    other = (_SIGNED if letter in ("d", "i") else _UNSIGNED if letter == "u" else {}).get(type_.base or "")
    return f"ctf_integer({other or type_text}, {name}, {name})"


def _text(event: UnitEvent, name: str, text: Text) -> str:
    """The field of text: up to its NUL, or counted text if the format limits the printed bytes."""
    pointer = name if text.plain else f"(const char *){name}"
    if not text.bounded:
        return f"ctf_string({name}, {pointer})"
    most = str(text.bytes)
    if text.limit is not None:
        limit = event.parameters[text.limit][1]
        # printf ignores a negative precision.
        most = f"(int){limit} < 0 ? INT_MAX : (int){limit}"
    there = f'{name} ? {pointer} : ""'
    return f"ctf_sequence_text(char, {name}, {there}, size_t, {name} ? strnlen({pointer}, {most}) : 0)"
