"""Reads formats backwards: from what printf printed to the values that it printed.

A format becomes two regular expressions. From left to right, one gives each field as little text as possible,
the other as much as possible. If both find the same, the line can be read in only one way: any other reading
would give its first different field more than the least or less than the most. From the first field that
differs on, nothing is certain except numbers after the last string, which are found from the end.

Values that a line does not show are None: an argument that the format does not print, a width for `*`, a
number of which only some bits are printed, text that was cut at its precision.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.records import record
from tesc.trace.conversions import Applied, Taken, parts_of
from tesc.trace.errors import PayloadMismatch
from tesc.trace.values import LP64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Union

    from tesc.trace.conversions import Part
    from tesc.trace.values import Kind, Model

    Found = tuple[Union[int, bytes, None], ...]

_WORD = (1 << 64) - 1
_DIGITS = {"o": "[0-7]", "x": "[0-9a-f]", "X": "[0-9A-F]", "b": "[01]", "B": "[01]"}
_BASES = {"o": 8, "x": 16, "X": 16, "p": 16, "b": 2, "B": 2}
_DIGIT_BITS = {"o": 3, "x": 4, "X": 4, "b": 1, "B": 1}


@record
class Doubt:
    """Why a format cannot always be read backwards: the argument, and the reason.

    `joined` is true if the end of the argument is unclear.
    """

    index: int
    reason: str
    joined: bool = False


class Partial(tuple):  # type: ignore[type-arg]
    """Values of which some may be None, and the `text` from which they were read."""

    text: bytes


def certain(text: str, kinds: tuple[Kind, ...], model: Model = LP64) -> bool:
    """Whether every line of a format shows all values."""
    return _plain(parts_of(text, kinds, model)) and not doubts(text, kinds, model)


@lru_cache(maxsize=None)
def inverse(text: str, kinds: tuple[Kind, ...], model: Model = LP64) -> Callable[[bytes], Found]:
    """A function from what a format printed to the values; it raises PayloadMismatch if it does not fit.

    The values are Partial unless the format is `certain`.
    """
    parts = parts_of(text, kinds, model)
    fields = [part for part in parts if isinstance(part, Applied)]
    least = re.compile(_expression(parts, "?").encode("latin-1"), re.S)
    read = _reader(fields, len(kinds))
    if certain(text, kinds, model):

        def sure(line: bytes) -> Found:
            match = least.fullmatch(line)
            if match is None:
                raise PayloadMismatch
            return read(match.groups())

        return sure
    most = re.compile(_expression(parts, "").encode("latin-1"), re.S)
    tail = _tail(parts)

    def doubtful(line: bytes) -> Found:
        match = least.fullmatch(line)
        if match is None:
            raise PayloadMismatch
        other = most.fullmatch(line)
        assert other is not None
        groups: list[bytes | None] = list(match.groups())
        for number, (one, two) in enumerate(zip(groups, other.groups())):
            if one != two:
                end = len(groups) - tail
                groups[number:end] = [None] * (end - number)
                break
        values = Partial(read(groups))
        values.text = line
        return values

    return doubtful


def doubts(text: str, kinds: Sequence[Kind], model: Model = LP64) -> list[Doubt]:
    """What makes lines of a format ambiguous; empty for most formats."""
    parts = parts_of(text, kinds, model)
    fields = [part for part in parts if isinstance(part, Applied)]
    found = []
    for before, after in zip(parts, parts[1:]):
        if not (isinstance(before, Applied) and isinstance(after, Applied)) or _separate(before, after):
            continue
        # The last character of a line is always certain.
        if _is_text(before) or after is not parts[-1] or after.letter not in "cC":
            found.append(Doubt(before.index, "nothing separates it from the next argument", joined=True))
    for before, between, after in zip(parts, parts[1:], parts[2:]):
        texts = [part for part in (before, after) if isinstance(part, Applied) and _is_text(part)]
        if len(texts) == 2 and isinstance(between, str) and not between.strip():
            found.append(Doubt(texts[0].index, "only a space separates it from the next string", joined=True))
    printed = {field.index for field in fields}
    for index in range(len(kinds)):
        if index not in printed:
            found.append(Doubt(index, "it is not printed"))
    for field in fields:
        if _cut(field):
            found.append(Doubt(field.index, "only part of it is printed"))
    return found


def _separate(before: Applied, after: Applied) -> bool:
    """Whether it is clear where the first of two adjacent fields ends."""
    if _is_text(before):
        return False
    low, high = _length(before)
    if low == high:
        return True
    return after.letter == "p" and before.letter in "diu"


def _is_text(field: Applied) -> bool:
    return field.letter in "sS"


def _plain(parts: Sequence[Part]) -> bool:
    """Whether there is only one reading: at most one string, and numbers followed by something else."""
    texts = 0
    for place, part in enumerate(parts):
        if isinstance(part, str):
            continue
        if _is_text(part):
            texts += 1
            continue
        following = parts[place + 1] if place + 1 < len(parts) else None
        if isinstance(following, Applied) and not _separate(part, following):
            return False
        if isinstance(following, str) and _continues(part, following[0]):
            return False
    return texts <= 1 and not (texts and _touches(parts))


def _touches(parts: Sequence[Part]) -> bool:
    """Whether the string touches a field, or a literal before the next number could be part of the number."""
    for place, part in enumerate(parts):
        if isinstance(part, Applied) and _is_text(part):
            after = parts[place + 1 :]
            if after and isinstance(after[0], Applied):
                return True
            for literal, field in zip(after, after[1:]):
                if isinstance(literal, str) and isinstance(field, Applied) and _precedes(literal[-1], field):
                    return True
    return False


def _continues(field: Applied, character: str) -> bool:
    """Whether a character could continue a number, or its padding."""
    if field.letter in "cC":
        return False
    digits = "0123456789abcdefABCDEFx)" if field.letter in "xXp" else "0123456789"
    return character in digits or (character == " " and "-" in field.flags and field.width != -1)


def _precedes(character: str, field: Applied) -> bool:
    """Whether a character in front of a number could belong to it."""
    signs = "-+" if field.letter in "di" else ""
    padding = " " if field.width != -1 and "0" not in field.flags else ""
    # In 0x, the most frequent end of a literal, the x is not a digit, unless the conversion prints it.
    base = field.letter == "p" or "#" in field.flags or not isinstance(field.width, int)
    return character in "0123456789abcdefABCDEF" + "xX" * base + signs + padding


def _tail(parts: Sequence[Part]) -> int:
    """How many fields follow the last string, if they can be read from the end."""
    last = max(
        [place for place, part in enumerate(parts) if isinstance(part, Applied) and _is_text(part)], default=0
    )
    after = parts[last:]
    rest = [part for part in after[1:] if isinstance(part, Applied)]
    return len(rest) if _plain(after) else 0


def _expression(parts: Sequence[Part], lazy: str) -> str:
    return "".join([re.escape(part) if isinstance(part, str) else _field(part, lazy) for part in parts])


def _field(field: Applied, lazy: str) -> str:
    """A field as a regular expression with one group, which excludes padding."""
    padded = isinstance(field.width, Taken) or field.width != -1
    left = "-" in field.flags
    if not _is_text(field):
        content = f"({_number(field, lazy)})"
    elif not padded:
        most = field.precision if isinstance(field.precision, int) else -1
        content = f"(.*{lazy})" if most < 0 else f"(.{{0,{most}}}{lazy})"
    else:
        content = f"((?:.*{lazy}[^ ])?{lazy})" if left else f"((?:[^ ].*{lazy})?{lazy})"
    if isinstance(field.width, Taken):
        return f" *{lazy}{content} *"  # a negative width left-aligns
    return content if not padded else f"{content} *" if left else f" *{lazy}{content}"


def _number(field: Applied, lazy: str) -> str:
    if field.letter in "cC":
        return "."
    if field.letter == "p":
        sign = "[+ ]?" if "+" in field.flags or " " in field.flags else ""
        return f"{sign}0x[0-9a-f]{{1,{field.bits // 4}}}{lazy}|\\(nil\\)"
    low, high = _length(field)
    digits = f"{_DIGITS.get(field.letter, '[0-9]')}{{{low},{high}}}{lazy if low < high else ''}"
    if field.letter in "di":
        sign = "[-+]?" if "+" in field.flags else "[- ]?" if " " in field.flags else "-?"
        return sign + digits
    return f"(?:0[{field.letter}])?{digits}" if "#" in field.flags and field.letter != "o" else digits


def _length(field: Applied) -> tuple[int, int]:
    """The least and most digits of a number, without sign and base; 1 for a character."""
    if field.letter in "cC":
        return 1, 1
    signed = field.kind.signed and not field.kind.truth
    bits = field.bits if signed or field.kind.bits > field.bits else field.kind.bits
    per_digit = _DIGIT_BITS.get(field.letter)
    most = -(-bits // per_digit) if per_digit else len(str(1 << bits))
    least = 1
    if isinstance(field.precision, int) and field.precision >= 0:
        least = field.precision
    elif isinstance(field.width, int) and "0" in field.flags and "-" not in field.flags:
        least = max(1, field.width - (field.letter in "di" or "#" in field.flags) * 2)
        if field.letter not in "di" and "#" not in field.flags:
            least = max(1, field.width)
        most = max(most, field.width)
    elif isinstance(field.width, Taken) or isinstance(field.precision, Taken):
        least, most = 0, 4096
    if "#" in field.flags and field.letter == "o":
        most += 1
    return min(least, most), max(least, most)


def _cut(field: Applied) -> bool:
    """Whether the conversion prints fewer bits than the argument has, or something else than is recorded."""
    kind = field.kind
    if kind.text or field.letter in "sS":
        return kind.text != (field.letter in "sS")
    return not kind.truth and kind.bits > (8 if field.letter in "cC" else field.bits)


def _reader(fields: Sequence[Applied], number: int) -> Callable[[Sequence[Any]], Found]:
    """A compiled function from the groups to the values."""
    values = ["None"] * number
    for group, field in enumerate(fields):
        if values[field.index] == "None" and not _cut(field):
            values[field.index] = _value(field, f"g[{group}]")
    names: dict[str, Any] = {"int": int}
    made: Callable[[Sequence[Any]], Found] = eval(
        f"lambda g: ({''.join([f'{one}, ' for one in values])})", names
    )
    return made


def _value(field: Applied, group: str) -> str:
    """Python code for the value of a group's text."""
    kind = field.kind
    if kind.text:
        if isinstance(field.precision, Taken):
            return "None"
        if field.precision == -1:
            return group
        return f"({group} if {group} is not None and len({group}) < {field.precision} else None)"
    if field.letter in "cC":
        word = f"{group}[0]"
    elif field.letter == "p":
        word = f"(0 if {group} == b'(nil)' else int({group}, 16))"
    else:
        base = _BASES.get(field.letter, 10)
        # With a precision of 0, the value 0 is printed as nothing.
        word = f"int({group} or b'0', {base})" if field.precision == 0 else f"int({group}, {base})"
    bits = min(kind.bits, 64)
    if kind.truth:
        number = word
    elif kind.signed and bits < 64:
        sign = 1 << (bits - 1)
        number = f"((({word} & {(1 << bits) - 1:#x}) ^ {sign:#x}) - {sign:#x} & {_WORD:#x})"
    else:
        number = f"({word} & {(1 << bits) - 1:#x})"
    return f"(None if {group} is None else {number})"
