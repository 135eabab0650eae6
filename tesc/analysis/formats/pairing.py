"""Pairs the arguments that a format's conversions take with parameters."""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.formats import conversions as conv
from tesc.analysis.formats.align import align
from tesc.records import record
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.syntax.arguments import Role
    from tesc.syntax.c_type import Declaration
    from tesc.syntax.nodes import Event
    from tesc.syntax.printf import Conversion

# A parameter of unknown type fits everything.
_UNKNOWN = "?"


@record
class Slot:
    """An argument that a conversion takes."""

    conversion: int
    role: Role
    length: str
    letter: str
    macro: str


@record
class Pairing:
    """A slot and the parameter that it takes, counted from 0; None if no parameter is left.

    `rejecting` are the data models on which the parameter does not fit.
    """

    slot: Slot
    parameter: int | None
    rejecting: tuple[str, ...]


def pairings(event: Event, models: tuple[str, ...]) -> tuple[Pairing, ...]:
    """The arguments that an event's conversions take, with their parameters, in printf's order.

    If there are more conversions than parameters or fewer, they are paired as a person would pair them.
    Invalid conversions are left out.
    """
    if event.format is None:
        return ()
    return _pairings(event.format.text, tuple([p.declaration.text for p in event.parameters]), models)


@lru_cache(maxsize=4096)
def _pairings(
    format_text: str, declarations: tuple[str, ...], models: tuple[str, ...]
) -> tuple[Pairing, ...]:
    conversions = parse_format(format_text).conversions
    parameters = [parse_declaration(text) for text in declarations]
    types = [type_of(parameter) for parameter in parameters]
    slots = [slot for index, c in enumerate(conversions) for slot in slots_of(index, c)]
    if len(slots) != len(types):
        stray = {index for index, c in enumerate(conversions) if is_stray(c, models)}
        slots = [slot for slot in slots if slot.conversion not in stray]
    taken: dict[int, int] = {}
    if has_positions(conversions):
        for number, slot in enumerate(slots):
            position = position_of(conversions[slot.conversion], slot.role)
            if position and position <= len(types):
                taken[number] = position - 1
    else:
        taken.update(pairs_of(slots, types, parameters, conversions, format_text, models))
    return tuple(
        Pairing(slot, at, () if at is None else rejecting(slot, types[at], models))
        for slot, at in ((slot, taken.get(number)) for number, slot in enumerate(slots))
    )


def pairs_of(
    slots: Sequence[Slot],
    types: Sequence[str],
    parameters: Sequence[Declaration],
    conversions: Sequence[Conversion],
    format_text: str,
    models: tuple[str, ...],
) -> list[tuple[int, int]]:
    """Pairs of slots and parameters: in order, or by the best fit if some are left over."""
    if len(slots) == len(types):
        return [(number, number) for number in range(len(types))]
    return align(slots, types, parameters, conversions, format_text, models)


def type_of(parameter: Declaration) -> str:
    """The text of a parameter's type, or one that fits everything."""
    return parameter.type.text if parameter.flaw in (None, "missing-name") else _UNKNOWN


def slots_of(index: int, conversion: Conversion) -> Iterator[Slot]:
    """The arguments that a conversion takes, in printf's order."""
    if conversion.width[:1] == "*":
        yield Slot(conversion=index, role="width", length="", letter="d", macro="")
    if conversion.precision and conversion.precision[0] == "*":
        yield Slot(conversion=index, role="precision", length="", letter="d", macro="")
    if conv.takes_value(conversion):
        known = conv.known_macro(conversion)
        macro = conversion.macro.name if conversion.macro and known else ""
        yield Slot(
            conversion=index,
            role="value",
            length=conversion.length,
            letter=conversion.letter if known else "",
            macro=macro,
        )


def rejecting(slot: Slot, type_text: str, models: tuple[str, ...]) -> tuple[str, ...]:
    """The data models on which a parameter of a type doesn't fit."""
    return conv.rejecting(slot.length, slot.letter, slot.macro, type_text, models)


def is_stray(conversion: Conversion, models: tuple[str, ...]) -> bool:
    """Whether the conversion is invalid, so that it is unknown whether it takes an argument."""
    errors = [conv.conversion_error_on(conversion, model) for model in models]
    return any(error is not None and error.kind in ("unknown", "percent") for error in errors)


def has_positions(conversions: Sequence[Conversion]) -> bool:
    """Whether any conversion numbers its arguments: `%2$s` (POSIX)."""
    return any(c.position or "$" in c.width or "$" in (c.precision or "") for c in conversions)


def position_of(conversion: Conversion, role: str) -> int | None:
    """The position that a conversion gives for its value, width or precision."""
    texts = {"value": conversion.position, "width": conversion.width, "precision": conversion.precision or ""}
    text = texts[role]
    return int(text.strip("*$")) if "$" in text else None
