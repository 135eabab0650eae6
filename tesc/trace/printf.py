"""What printf would make of recorded arguments: an event's format compiled to a Python function.

Characters are bytes here, as they are to C: text goes through as Latin-1, so that widths and
precisions count what C counts and bytes that are not UTF-8 stay what they are. Behaviour is that
of C11 7.21.6.1 and, where that is silent (`%p`), of glibc on LP64.

What the record does not hold is printed as far as possible: `%s` of an address as 0x%x, `%p` of a
text as the text, and a conversion without an argument, or of a kind that trace events cannot
have (`%f`, `%m`), as it stands in the format.
"""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.printf import PRI_MACROS, parse_format
from tesc.trace.values import extended, number_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.syntax.printf import Conversion, ParsedFormat
    from tesc.trace.values import Kind, Values

# A width or precision that is an argument comes from the trace: it must not cost gigabytes.
MAX_WIDTH = 4096
_BITS = {"hh": 8, "h": 16, "": 32, **dict.fromkeys(("l", "ll", "q", "L", "j", "z", "Z", "t"), 64)}
_BASES = {"d": 10, "i": 10, "u": 10, "o": 8, "x": 16, "X": 16, "b": 2, "B": 2, "p": 16}
_DIGITS = {8: "o", 10: "d", 2: "b"}
# What follows the kind in the name of a macro whose argument is 64 bits wide (glibc's <inttypes.h>).
_WIDE_MACROS = ("64", "MAX", "PTR", "FAST16", "FAST32")


@record
class _Spec:
    """A conversion with its macro expanded; width and precision are Python, "" for none."""

    flags: str
    width: str
    precision: str
    bits: int
    letter: str


def compile_format(
    text: str, kinds: Sequence[Kind], before: str = "", after: str = ""
) -> Callable[[Values], str]:
    """A function from an event's values to the formatted text, between what stands before and after it."""
    template, expressions = _Compiler(parse_format(text), kinds).run()
    template = before.replace("%", "%%") + template + after.replace("%", "%%")
    if not expressions:
        fixed = template % ()
        return lambda values: fixed
    source = f"lambda v: template % ({', '.join(expressions)},)"
    helpers = {
        "template": template,
        "number": number,
        "text": text_of,
        "pointer": pointer,
        "bounded": bounded,
    }
    made: Callable[[Values], str] = eval(source, helpers)
    return made


class _Compiler:
    """Makes of a format a template for Python's `%`, and the expressions that fill it."""

    def __init__(self, parsed: ParsedFormat, kinds: Sequence[Kind]) -> None:
        self._parsed = parsed
        self._kinds = kinds
        self._macros = iter(parsed.macros)
        self._next = 0
        self._expressions: list[str] = []

    def run(self) -> tuple[str, list[str]]:
        joined = self._parsed.joined
        template = ""
        at = 0
        for conversion in self._parsed.conversions:
            start = joined.index("%", at)
            template += self._literal(joined[at:start])
            at = start + len(conversion.text)
            if conversion.macro is not None:
                next(self._macros)
                at -= len(conversion.macro.name) - 1
            template += self._conversion(conversion)
        return template + self._literal(joined[at:]), self._expressions

    def _literal(self, text: str) -> str:
        """Text between conversions; a macro that belongs to none is text too."""
        parts = text.split("\ud800")
        for index in range(1, len(parts)):
            parts[index] = _expansion(next(self._macros).name) + parts[index]
        return _bytes_as_text("".join(parts)).replace("%", "%%")

    def _conversion(self, conversion: Conversion) -> str:
        """The template's part for a conversion."""
        if conversion.letter == "%":
            return "%%"
        spec = self._spec(conversion)
        found = None if spec is None or spec.letter == "m" else self._argument(conversion.position)
        if spec is None or found is None:
            return _bytes_as_text(conversion.text).replace("%", "%%")
        value, kind = found
        if spec.letter == "n":
            return ""
        if kind.text or spec.letter in "sS":
            return self._text(spec, value, kind)
        if spec.letter in "cC":
            return self._padded(spec, f"chr({value} & 255)", "")
        if spec.letter in _BASES:
            return self._number(spec, value, kind)
        return _bytes_as_text(conversion.text).replace("%", "%%")

    def _spec(self, conversion: Conversion) -> _Spec | None:
        """A conversion with its width and precision taken from the arguments; None if it is none."""
        length, letter = conversion.length, conversion.letter
        if conversion.macro is not None:
            expansion = _expansion(conversion.macro.name)
            if conversion.macro.name not in PRI_MACROS:
                return None
            length, letter = length + expansion[:-1], expansion[-1]
        if not letter or length not in _BITS:
            return None
        width = self._measure(conversion.width)
        precision = "" if conversion.precision is None else self._measure(conversion.precision or "0")
        if width is None or precision is None:
            return None
        return _Spec(conversion.flags, width, precision, _BITS[length], letter)

    def _measure(self, text: str) -> str | None:
        """A width or precision as Python; None where its argument is missing."""
        if not text.startswith("*"):
            return str(min(int(text), MAX_WIDTH)) if text.lstrip("-") else ""
        found = self._argument(text[1:])
        if found is None or found[1].text:
            return None
        return f"bounded({extended(found[0], 32, True)})"

    def _argument(self, position: str) -> tuple[str, Kind] | None:
        """The value that a conversion takes, as Python, and its kind; None where there is none."""
        index = int(position[:-1]) - 1 if position else self._next
        if not position:
            self._next += 1
        return (f"v[{index}]", self._kinds[index]) if 0 <= index < len(self._kinds) else None

    def _text(self, spec: _Spec, value: str, kind: Kind) -> str:
        shown = f"{value}.decode('latin-1')" if kind.text else f"'%#x' % {value}"
        return self._padded(spec, shown, spec.precision if spec.letter in "sS" else "")

    def _padded(self, spec: _Spec, value: str, precision: str) -> str:
        """Text of at most `precision` bytes in a field of the conversion's width."""
        if not spec.width and not precision:
            self._expressions.append(value)
        else:
            left = "-" in spec.flags
            self._expressions.append(f"text({value}, {left}, {spec.width or 0}, {precision or -1})")
        return "%s"

    def _number(self, spec: _Spec, value: str, kind: Kind) -> str:
        """A number in the template if Python's `%` does as C's, else made by a function."""
        signed = spec.letter in "di"
        bits = 64 if spec.letter == "p" else spec.bits
        # What the type holds is promoted or passed, then the conversion looks at its lowest bits.
        narrow = kind.truth or kind.bits < bits
        number = f"({number_expression(kind, value)} & {(1 << bits) - 1:#x})" if narrow else value
        number = extended(number, bits, signed)
        if spec.letter == "p" and not (spec.flags or spec.width or spec.precision):
            self._expressions.append(f"pointer({number})")
            return "%s"
        plain = spec.letter in "dixXuo" and not spec.precision and "#" not in spec.flags
        if plain and (not spec.width or spec.width.isdecimal()):
            flags = "".join(flag for flag in "-+ 0" if flag in spec.flags and (signed or flag not in "+ "))
            self._expressions.append(number)
            return f"%{flags}{spec.width}{'d' if spec.letter in 'iu' else spec.letter}"
        width, precision = spec.width or 0, spec.precision or -1
        self._expressions.append(f"number({number}, {spec.flags!r}, {width}, {precision}, {spec.letter!r})")
        return "%s"


def _expansion(name: str) -> str:
    """What a macro of <inttypes.h> stands for; of others only the name is known."""
    if name not in PRI_MACROS:
        return name
    return ("l" if name.endswith(_WIDE_MACROS) else "") + name[3]


def _bytes_as_text(text: str) -> str:
    """A format's text as the bytes that the compiler puts into the program, one character each."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def bounded(size: int) -> int:
    """A width or precision that an argument gives, within what anybody wants to print."""
    return max(-MAX_WIDTH, min(size, MAX_WIDTH))


def pointer(value: int) -> str:
    """`%p` as glibc prints it."""
    return f"{value:#x}" if value else "(nil)"


def text_of(value: str, left: bool, width: int, precision: int) -> str:
    """`%s` and `%c` with a width, which is to the left if negative, and a precision, if not negative."""
    if precision >= 0:
        value = value[:precision]
    return value.ljust(abs(width)) if left or width < 0 else value.rjust(width)


def number(value: int, flags: str, width: int, precision: int, letter: str) -> str:
    """A number converted with any flags, width and precision."""
    if letter == "p":
        if not value:
            return text_of("(nil)", "-" in flags, width, -1)
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
    """What stands before a number's digits: its sign or its base."""
    sign = "-" if value < 0 else ""
    # glibc treats an address as a number with a sign.
    if not sign and letter in "dip":
        sign = "+" if "+" in flags else " " if " " in flags else ""
    if "#" in flags and value and letter in "xXbBp":
        return f"{sign}0{'x' if letter == 'p' else letter}"
    return sign
