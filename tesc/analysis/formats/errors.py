"""The format errors of an event, from pairing its conversions with its parameters.

On each data model, an event has an error exactly if `gcc -Wformat` (gcc 12) warns about the call
`qemu_log("NAME " FORMAT "\\n", ...)` that the log backend generates. The error may be a different one: the
compiler pairs in order, so one missing argument makes all later ones wrong; here those that fit worst are
left over, as a person would see it.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.formats import conversions as conv
from tesc.analysis.formats.pairing import (
    has_positions,
    is_stray,
    pairs_of,
    position_of,
    rejecting,
    slots_of,
    type_of,
)
from tesc.records import record
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from tesc.analysis.formats.pairing import Slot
    from tesc.syntax.arguments import Role
    from tesc.syntax.c_type import Declaration
    from tesc.syntax.nodes import Event
    from tesc.syntax.printf import Conversion

    Kind = Literal[
        "mismatch",
        "missing",
        "unused",
        "unformatted",  # parameters, but no format
        "conversion",
        "mixed",  # only some conversions are numbered
        "position",  # an invalid number: `%0$d`, `%1$m`
        "nul",
    ]


@record
class FormatError:
    """One error of an event.

    `conversion` and `parameter` count from 0 within the event.
    `models` are the data models on which it is an error.
    """

    kind: Kind
    models: tuple[str, ...]
    conversion: int | None = None
    parameter: int | None = None
    role: Role = "value"
    cause: conv.ConversionError | None = None


def format_errors(event: Event, models: tuple[str, ...]) -> tuple[FormatError, ...]:
    """The errors of an event, in the order of its format."""
    form = event.format
    found = errors_of(
        form.text if form else None, tuple([p.declaration.text for p in event.parameters]), models
    )
    if any(parameter.declaration.flaw for parameter in event.parameters):
        # It is not yet known how many parameters there should be.
        return tuple([error for error in found if error.kind not in ("unused", "missing", "unformatted")])
    return found


@lru_cache(maxsize=16384)
def errors_of(
    format_text: str | None, declarations: tuple[str, ...], models: tuple[str, ...]
) -> tuple[FormatError, ...]:
    """The errors of a format, given the texts of an event's parameters."""
    if format_text is None:
        return (FormatError("unformatted", models),) if declarations else ()
    parsed = parse_format(format_text)
    found = list(_conversion_errors(parsed.conversions, models))
    parameters = [parse_declaration(text) for text in declarations]
    if not any(parameter.flaw == "missing-comma" for parameter in parameters):
        types = [type_of(parameter) for parameter in parameters]
        if has_positions(parsed.conversions):
            found.extend(_positional(parsed.conversions, types, models))
        else:
            found.extend(_in_order(parsed.conversions, types, parameters, format_text, models, bool(found)))
        found = _one_each(found)
    # gcc stops at a NUL, with a warning.
    if "\0" in parsed.joined:
        found.append(FormatError("nul", models))
    return tuple(found)


def _conversion_errors(conversions: Sequence[Conversion], models: tuple[str, ...]) -> Iterator[FormatError]:
    for index, conversion in enumerate(conversions):
        if conversion.macro is None:
            # The models differ only in the expansion of macros.
            error = conv.conversion_error_on(conversion, models[0])
            if error:
                yield FormatError("conversion", models, index, cause=error)
            continue
        wrong = [(model, error) for model in models if (error := conv.conversion_error_on(conversion, model))]
        if wrong:
            yield FormatError("conversion", tuple([model for model, _ in wrong]), index, cause=wrong[0][1])


def _in_order(
    conversions: Sequence[Conversion],
    types: list[str],
    parameters: Sequence[Declaration],
    format_text: str,
    models: tuple[str, ...],
    misused: bool,
) -> Iterator[FormatError]:
    slots = [slot for index, c in enumerate(conversions) for slot in slots_of(index, c)]
    if misused and len(slots) != len(types):
        # It is unknown whether a stray percent sign should take an argument.
        stray = {i for i, c in enumerate(conversions) if is_stray(c, models)}
        slots = [slot for slot in slots if slot.conversion not in stray]
        if stray and len(slots) != len(types):
            return
    pairs = pairs_of(slots, types, parameters, conversions, format_text, models)
    yield from _left_over(slots, len(types), pairs, models)
    for number, parameter in pairs:
        slot = slots[number]
        wrong = rejecting(slot, types[parameter], models)
        if wrong:
            yield FormatError(
                kind="mismatch", models=wrong, conversion=slot.conversion, parameter=parameter, role=slot.role
            )


def _left_over(
    slots: Sequence[Slot], parameters: int, pairs: list[tuple[int, int]], models: tuple[str, ...]
) -> Iterator[FormatError]:
    printed = {parameter for _, parameter in pairs}
    for parameter in range(parameters):
        if parameter not in printed:
            yield FormatError("unused", models, parameter=parameter)
    taken = {number for number, _ in pairs}
    for number, slot in enumerate(slots):
        if number not in taken:
            yield FormatError("missing", models, slot.conversion, role=slot.role)


def _positional(
    conversions: Sequence[Conversion], types: list[str], models: tuple[str, ...]
) -> Iterator[FormatError]:
    """The errors of a format whose conversions number their arguments: `%2$s` (POSIX)."""
    used: set[int] = set()
    for index, conversion in enumerate(conversions):
        if conversion.letter == "m" and conversion.position:
            yield FormatError("position", models, index)
            return
        for slot in slots_of(index, conversion):
            position = position_of(conversion, slot.role)
            if not position:
                yield FormatError("mixed" if position is None else "position", models, index)
                return
            if position > len(types):
                yield FormatError("missing", models, index, role=slot.role)
                used.update(range(len(types)))
                continue
            used.add(position - 1)
            wrong = rejecting(slot, types[position - 1], models)
            if wrong:
                yield FormatError(
                    kind="mismatch", models=wrong, conversion=index, parameter=position - 1, role=slot.role
                )
    for parameter in range(len(types)):
        if parameter not in used:
            yield FormatError("unused", models, parameter=parameter)


def _one_each(found: list[FormatError]) -> list[FormatError]:
    """At most one error per conversion: invalid conversions come before missing arguments."""
    order = ["conversion", "mixed", "position", "missing", "mismatch", "unused"]
    kept: dict[tuple[int | None, int | None], FormatError] = {}
    for error in sorted(found, key=lambda error: order.index(error.kind)):
        kept.setdefault((error.conversion, error.parameter if error.conversion is None else None), error)
    return sorted(kept.values(), key=lambda f: (f.conversion is None, f.conversion or 0, f.parameter or 0))


def other_signs(event: Event, models: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Conversions that fit their parameters except for the sign, in events without an error."""
    if event.format is None or format_errors(event, models):
        return
    conversions = event.format.parsed.conversions
    slots = [slot for index, c in enumerate(conversions) for slot in slots_of(index, c)]
    if any(c.position for c in conversions):
        return
    for number, (slot, parameter) in enumerate(zip(slots, event.parameters)):
        key = slot.length, slot.letter, slot.macro, type_of(parameter.declaration)
        if slot.role == "value" and any(conv.other_sign(*key, model) for model in models):
            yield slot.conversion, number
