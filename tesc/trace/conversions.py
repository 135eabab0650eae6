"""Splits an event's format into text and conversions with their arguments, as the traced program did.

Printing a record (tesc.trace.printf) and reading a line of a log (tesc.trace.inverse) both use this.
Characters are bytes here, as in C: text is treated as Latin-1, so that widths and precisions count what C
counts, and bytes that are not UTF-8 are preserved.
"""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.data_models import expansion
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Union

    from tesc.syntax.printf import Conversion, ParsedFormat
    from tesc.trace.values import Kind, Model

# A width or precision from an argument comes from the trace: it must not cost gigabytes.
MAX_WIDTH = 4096
_BITS = {"hh": 8, "h": 16, "": 32, **dict.fromkeys(("ll", "q", "L", "j"), 64)}
_LETTERS = frozenset("diuoxXbBpsScCn")


@record
class Taken:
    """A width or precision that is taken from the argument at `index`."""

    index: int


@record
class Applied:
    """A conversion, applied to the argument at `index`.

    A `width` or `precision` of -1 means none; `bits` is how many bits of the argument it prints.
    """

    index: int
    kind: Kind
    flags: str
    width: int | Taken
    precision: int | Taken
    bits: int
    letter: str


if TYPE_CHECKING:
    Part = Union[str, Applied]


def parts_of(text: str, kinds: Sequence[Kind], model: Model) -> list[Part]:
    """The format's parts; adjacent pieces of text are merged.

    A conversion without an argument, or that trace events cannot have (`%f`, `%m`), stays as text; `%n`
    prints nothing.
    """
    parts: list[Part] = []
    for part in _Walk(parse_format(text), kinds, model).run():
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part != "":
            parts.append(part)
    return parts


class _Walk:
    """Goes through a format, counting arguments."""

    def __init__(self, parsed: ParsedFormat, kinds: Sequence[Kind], model: Model) -> None:
        self._parsed = parsed
        self._kinds = kinds
        self._model = model
        self._macros = iter(parsed.macros)
        self._next = 0

    def run(self) -> list[Part]:
        joined = self._parsed.joined
        parts: list[Part] = []
        at = 0
        for conversion in self._parsed.conversions:
            start = joined.index("%", at)
            parts.append(self._literal(joined[at:start]))
            at = start + len(conversion.text)
            if conversion.macro is not None:
                next(self._macros)
                at -= len(conversion.macro.name) - 1
            parts.append(self._conversion(conversion))
        parts.append(self._literal(joined[at:]))
        return parts

    def _literal(self, text: str) -> str:
        """Text between conversions; a macro outside of any conversion is also text."""
        pieces = text.split("\ud800")
        for index in range(1, len(pieces)):
            pieces[index] = self._expansion(next(self._macros).name) + pieces[index]
        return _bytes_as_text("".join(pieces))

    def _conversion(self, conversion: Conversion) -> Part:
        if conversion.letter == "%":
            return "%"
        applied = self._applied(conversion)
        if applied is None:
            return _bytes_as_text(conversion.text)
        return "" if applied.letter == "n" else applied

    def _applied(self, conversion: Conversion) -> Applied | None:
        """A conversion with its macro expanded and its arguments found; None if it is invalid."""
        length, letter = conversion.length, conversion.letter
        if conversion.macro is not None:
            if conversion.macro.name not in PRI_MACROS:
                return None
            expansion = self._expansion(conversion.macro.name)
            length, letter = length + expansion[:-1], expansion[-1]
        bits = self._bits(length)
        if not letter or bits is None:
            return None
        width = self._measure(conversion.width)
        precision = -1 if conversion.precision is None else self._measure(conversion.precision or "0")
        if width is None or precision is None or letter == "m":
            return None
        index = self._argument(conversion.position)
        if index is None or letter not in _LETTERS:
            return None
        kind = self._kinds[index]
        if letter == "p":
            bits = self._model.address_bits
        return Applied(
            index=index,
            kind=kind,
            flags=conversion.flags,
            width=width,
            precision=precision,
            bits=bits,
            letter=letter,
        )

    def _bits(self, length: str) -> int | None:
        if length == "l":
            return self._model.long_bits
        if length in ("z", "Z", "t"):
            return self._model.address_bits
        return _BITS.get(length)

    def _measure(self, text: str) -> int | Taken | None:
        """A width or precision; None if its argument is missing."""
        if not text.startswith("*"):
            return min(int(text), MAX_WIDTH) if text.lstrip("-") else -1
        index = self._argument(text[1:])
        return None if index is None or self._kinds[index].text else Taken(index)

    def _argument(self, position: str) -> int | None:
        """The index of the argument; None if it does not exist."""
        index = int(position[:-1]) - 1 if position else self._next
        if not position:
            self._next += 1
        return index if 0 <= index < len(self._kinds) else None

    def _expansion(self, name: str) -> str:
        """The expansion of a macro of <inttypes.h>; for other macros, their name."""
        if name not in PRI_MACROS:
            return name
        return expansion(name, self._model.name)


def _bytes_as_text(text: str) -> str:
    """A format's text as the bytes that the compiler puts into the program, one character for each byte."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
