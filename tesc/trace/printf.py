"""printf for recorded arguments: an event's format compiled to a Python function.

It follows C11 7.21.6.1 and, where that leaves things open (`%p`), glibc. What the record does not have is
approximated: `%s` of an address is printed as 0x%x, `%p` of text as the text.
"""

from __future__ import annotations

from tesc.records import replace
from tesc.trace.columnwise import Shown, texts_of, with_many
from tesc.trace.conversions import MAX_WIDTH, Applied, Taken, parts_of
from tesc.trace.values import LP64, extended, number_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.columnwise import Part
    from tesc.trace.values import Kind, Model, Value, Values

_BASES = {"d": 10, "i": 10, "u": 10, "o": 8, "x": 16, "X": 16, "b": 2, "B": 2, "p": 16}
_DIGITS = {8: "o", 10: "d", 2: "b"}
# Caches of text by conversion: many events print the same values in the same way.
_SHOWN: dict[str, Shown] = {}


def compile_format(
    text: str, kinds: Sequence[Kind], before: str = "", after: str = "", model: Model = LP64
) -> Callable[[Values], str]:
    """A function from an event's values to the formatted text, between `before` and `after`."""
    parts = [before, *parts_of(text, kinds, model), after]
    if all(isinstance(part, str) for part in parts):
        fixed = "".join(map(str, parts))
        return lambda values: fixed
    names = {"number": number, "padded": padded, "bounded": bounded, "nil": "(nil)", "latin1": "latin-1"}
    shown = "".join([_literal(part) if isinstance(part, str) else _field(part, names) for part in parts])
    variables = "".join([f"v{index}, " for index in range(len(kinds))])
    # A Python f-string; its expressions must not contain quotes or backslashes.
    exec(f'def formatted(v):\n {variables}= v\n return f"{shown}"\n', names)
    made: Callable[[Values], str] = names["formatted"]  # type: ignore[assignment]
    if any(Taken in (type(part.width), type(part.precision)) for part in parts if isinstance(part, Applied)):
        return made
    shows: list[Part] = []

    def many(columns: Sequence[Sequence[Value]]) -> list[str]:
        if not shows:
            shows.extend([part if isinstance(part, str) else _shower(part, names) for part in parts])
        return texts_of(shows, columns)

    return with_many(made, many)


def _shower(applied: Applied, names: dict[str, object]) -> tuple[int, Shown]:
    """The index of a conversion's argument, and the cache of its texts."""
    shown = _field(replace(applied, index=0), names)
    if shown not in _SHOWN:
        _SHOWN[shown] = Shown(eval(f'lambda v0: f"{shown}"', names))
    return applied.index, _SHOWN[shown]


def _literal(text: str) -> str:
    """Text as part of an f-string."""
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return escaped.replace("{", "{{").replace("}", "}}")


def _field(applied: Applied, names: dict[str, object]) -> str:
    """A conversion as part of an f-string."""
    value, kind = f"v{applied.index}", applied.kind
    if kind.text or applied.letter in "sS":
        shown = f"str({value}, latin1)" if kind.text else f"format({value}, {_named('#x', names)})"
        return _padded(applied, shown, applied.precision if applied.letter in "sS" else -1)
    if applied.letter in "cC":
        return _padded(applied, f"chr({value} & 255)", -1)
    return _number(applied, value, names)


def _named(text: str, names: dict[str, object]) -> str:
    """A name for a text that an expression needs."""
    name = f"text_{text.encode().hex()}"
    names[name] = text
    return name


def _measure(measure: int | Taken) -> str:
    if isinstance(measure, Taken):
        return f"bounded({extended(f'v{measure.index}', 32, True)})"
    return str(measure)


def _padded(applied: Applied, value: str, precision: int | Taken) -> str:
    """An expression for text of at most `precision` bytes in a field of the conversion's width."""
    if applied.width == -1 and precision == -1:
        return f"{{{value}}}"
    width = 0 if applied.width == -1 else applied.width
    return f"{{padded({value}, {'-' in applied.flags}, {_measure(width)}, {_measure(precision)})}}"


def _number(applied: Applied, value: str, names: dict[str, object]) -> str:
    """An expression for a number: Python's formatting if that is the same as C's, else a function call."""
    kind, bits, flags, letter = applied.kind, applied.bits, applied.flags, applied.letter
    signed = letter in "di"
    # The conversion uses the lowest bits of the value, as it was promoted or passed.
    narrow = kind.truth or kind.bits < bits
    number = f"({number_expression(kind, value)} & {(1 << bits) - 1:#x})" if narrow else value
    number = extended(number, bits, signed)
    plain = applied.precision == -1 and isinstance(applied.width, int)
    if letter == "p" and plain and not flags and applied.width == -1:
        return f"{{hex({number}) if {number} else nil}}"
    if letter in "diu" and plain and not flags and applied.width == -1:
        return f"{{{number}}}"
    if letter in "dixXuo" and plain and "#" not in flags:
        return f"{{{number}:{_specified(flags, applied.width, signed)}{'d' if letter in 'iu' else letter}}}"
    width = "0" if applied.width == -1 else _measure(applied.width)
    how = f"{_named(flags, names)}, {width}, {_measure(applied.precision)}, {_named(letter, names)}"
    return f"{{number({number}, {how})}}"


def _specified(flags: str, width: int | Taken, signed: bool) -> str:
    """Flags and a width in Python's format syntax."""
    sign = "+" if "+" in flags else " " if " " in flags else ""
    left = "<" if "-" in flags else ""
    zero = "0" if "0" in flags and not left and width != -1 else ""
    return f"{left}{sign if signed else ''}{zero}{'' if width == -1 else width}"


def bounded(size: int) -> int:
    """A width or precision from an argument, limited to a reasonable size."""
    return max(-MAX_WIDTH, min(size, MAX_WIDTH))


def padded(value: str, left: bool, width: int, precision: int) -> str:
    """`%s` or `%c` with a width, left-aligned if negative, and a precision, if not negative."""
    if precision >= 0:
        value = value[:precision]
    return value.ljust(abs(width)) if left or width < 0 else value.rjust(width)


def number(value: int, flags: str, width: int, precision: int, letter: str) -> str:
    """A number converted with any flags, width and precision."""
    if letter == "p":
        if not value:
            return padded("(nil)", "-" in flags, width, -1)
        flags += "#"
    base = _BASES[letter]
    digits = f"{abs(value):{_DIGITS.get(base, 'X' if letter == 'X' else 'x')}}"
    if precision >= 0:
        digits = digits.rjust(precision, "0") if value or precision else ""
    prefix = _prefix(value, flags, letter)
    if letter == "o" and "#" in flags and not digits.startswith("0"):
        digits = "0" + digits
    if "-" in flags or width < 0:
        return (prefix + digits).ljust(abs(width))
    if "0" in flags and precision < 0:
        digits = digits.rjust(width - len(prefix), "0")
    return (prefix + digits).rjust(width)


def _prefix(value: int, flags: str, letter: str) -> str:
    """The text before a number's digits: its sign or base."""
    sign = "-" if value < 0 else ""
    # glibc treats an address as a number with a sign.
    if not sign and letter in "dip":
        sign = "+" if "+" in flags else " " if " " in flags else ""
    if "#" in flags and value and letter in "xXbBp":
        return f"{sign}0{'x' if letter == 'p' else letter}"
    return sign
