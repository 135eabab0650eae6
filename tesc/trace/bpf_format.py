"""Translates an event's format to bpftrace's printf: what the log backend would print.

All conversions are 64 bits wide, with casts to what C's conversion reads, since argument types differ between
versions (unsigned in 0.17 and 0.23, signed in 0.27). As observed in bpftrace 0.17 (Debian 12), 0.23 (13) and
0.27 (sid): only 0.27 supports the flags # and +, but it drops precisions; up to 0.23, `%%` is doubled after
the last conversion, and is read as a conversion before a letter; none supports `%i`, `*` and escapes other
than \\n, \\t, \\r, \\" and \\\\.
"""

from __future__ import annotations

from tesc.records import record
from tesc.trace.conversions import Applied, Taken, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.trace.events import TracedEvent
    from tesc.trace.values import Kind

VERSIONS = {"0.17": (0, 17), "0.23": (0, 23), "0.27": (0, 27)}
NEWEST = (0, 27)
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


@record
class Version:
    """What a version of bpftrace can do; `number` is, for example, (0, 23)."""

    number: tuple[int, int]

    @property
    def most_arguments(self) -> int:
        """How many arguments of a probe it can read on x86-64."""
        return 6 if self.number < (0, 27) else 12

    @property
    def most_text(self) -> int:
        """How many bytes of text it shows."""
        return 63 if self.number < (0, 23) else 1023

    @property
    def flags(self) -> bool:
        return self.number >= (0, 27)

    @property
    def searches(self) -> bool:
        """Whether it supports strcontains()."""
        return self.number >= (0, 23)

    @property
    def configures(self) -> bool:
        return self.number >= (0, 23)

    @property
    def shows_nil(self) -> bool:
        """Whether %p prints (nil) for a null pointer, as the log does."""
        return self.number < (0, 27)

    def __str__(self) -> str:
        return ".".join(map(str, self.number))


@record
class Printed:
    """A printf: its format without quotes, its arguments, and how its output differs from the log."""

    format: str
    arguments: tuple[str, ...]
    differences: tuple[str, ...]


def variable(name: str) -> str:
    """The script's variable for a parameter."""
    return f"${name}"


def declared(kind: Kind, index: int, version: Version) -> str:
    """A probe's argument as a value of its parameter's type, in 64 bits."""
    argument = f"arg{index}"
    if kind.truth:
        return f"(uint64)(uint8){argument}"
    if kind.text or kind.bits == 64:
        wide = "int64" if kind.signed else "uint64"
        # Casts without effect are left out: bpftrace warns about them.
        unneeded = kind.signed if version.number >= (0, 27) else not kind.signed
        return argument if unneeded else f"({wide}){argument}"
    sign = "" if kind.signed else "u"
    return f"({sign}int64)({sign}int{kind.bits}){argument}"


def printed(event: TracedEvent, version: Version) -> Printed:
    """The printf that prints the event as the log does, with its name in front."""
    return _Printing(event, version).run()


class _Printing:
    def __init__(self, event: TracedEvent, version: Version) -> None:
        self._event = event
        self._version = version
        self._arguments: list[str] = []
        self._differences: list[str] = []

    def run(self) -> Printed:
        event = self._event
        parts = [f"{event.name} ", *parts_of(event.format, event.kinds, event.model), "\n"]
        shown = [self._literal(part) if isinstance(part, str) else self._conversion(part) for part in parts]
        differences = tuple(dict.fromkeys(self._differences))
        return Printed("".join(shown), tuple(self._arguments), differences)

    def _literal(self, text: str) -> str:
        """Text between conversions; its characters are bytes."""
        shown = []
        for character in text.encode("latin-1").decode("utf-8", "replace"):
            if character == "%" and not self._version.flags:
                self._arguments.append('"%"')
                shown.append("%s")
            elif character == "%":
                shown.append("%%")
            elif character in _ESCAPES:
                shown.append(_ESCAPES[character])
            elif character < " ":
                self._differences.append("control characters are printed as spaces")
                shown.append(" ")
            else:
                shown.append(character)
        return "".join(shown)

    def _conversion(self, one: Applied) -> str:
        if one.index >= self._version.most_arguments:
            beyond = _ordinal(self._version.most_arguments)
            self._differences.append(f"arguments beyond the {beyond} are shown as ?")
            return "?"
        value = variable(self._event.parameters[one.index][1])
        if isinstance(one.width, Taken):
            self._differences.append("a width from an argument is ignored")
        width = "" if isinstance(one.width, Taken) or one.width == -1 else str(one.width)
        left = "-" if "-" in one.flags and width else ""
        if one.letter in "sS":
            return self._text(one, value, left + width)
        if one.letter in "cC":
            # Seen with bpftrace 0.17.
            self._differences.append("a NUL that %c prints is left out")
            self._arguments.append(f"(uint8){value}")
            return f"%{left}{width}c"
        if one.letter == "p":
            if not self._version.shows_nil:
                self._differences.append("a null pointer is printed as 0, not (nil)")
            self._arguments.append(value if one.kind.text or not one.kind.signed else f"(uint64){value}")
            return f"%{left}{width}p"
        if one.letter in "bB":
            self._differences.append("%b is printed in hex")
        return self._number(one, value, left, width)

    def _text(self, one: Applied, value: str, width: str) -> str:
        if one.precision == -1:
            self._arguments.append(f"str({value})")
        elif isinstance(one.precision, Taken) and one.precision.index >= self._version.most_arguments:
            self._differences.append("a precision beyond the supported arguments is ignored")
            self._arguments.append(f"str({value})")
        else:
            size = self._size(one.precision)
            self._arguments.append(f"str({value}, {size})")
        return f"%{width}s"

    def _size(self, precision: int | Taken) -> str:
        """The size to pass to str() for that many bytes of text: since 0.23 it includes the NUL."""
        end = 0 if self._version.number < (0, 23) else 1
        if isinstance(precision, int):
            return str(precision + end)
        name = variable(self._event.parameters[precision.index][1])
        return f"(uint64)({name} + {end})" if end else f"(uint64){name}"

    def _number(self, one: Applied, value: str, left: str, width: str) -> str:
        signed = one.letter in "di"
        zero = "0" if "0" in one.flags and not left and width else ""
        if isinstance(one.precision, Taken):
            self._differences.append("a precision from an argument is ignored")
        elif one.precision > 0 and not signed and int(width or 0) <= one.precision:
            left, zero, width = "", "0", str(one.precision)
        elif one.precision != -1:
            self._differences.append("a number's precision is ignored")
        cast = _cast(one, signed)
        letter = "d" if signed else "x" if one.letter in "bB" else one.letter
        argument = f"{cast}{value}"
        flags = "".join([flag for flag in "#+ " if flag in one.flags and (flag == "#") != signed])
        if flags and self._version.flags and " " not in flags:
            self._arguments.append(argument)
            return f"%{left}{flags}{zero}{width}ll{letter}"
        prefix = self._prefix(flags, letter, argument)
        if prefix and width:
            width = str(max(int(width) - len("0x"), 0)) if zero else ""
            self._differences.append("0 has a prefix, and spaces for a width with it are left out")
        self._arguments.append(argument)
        return f"{prefix}%{left}{zero}{width}ll{letter}"

    def _prefix(self, flags: str, letter: str, argument: str) -> str:
        """The prefix that # and + add to a number, for versions whose printf does not support them."""
        if not flags:
            return ""
        if letter == "o":
            shown, where = "0", f"{argument} != 0"
        elif "#" in flags:
            shown, where = f"0{letter}", f"{argument} != 0"
        else:
            shown, where = ("+" if "+" in flags else " "), f"{argument} >= 0"
        self._arguments.append(f'{where} ? "{shown}" : ""')
        return "%s"


def _ordinal(number: int) -> str:
    return {6: "sixth", 12: "twelfth"}[number]


def _cast(one: Applied, signed: bool) -> str:
    """The part of a 64-bit value that a conversion prints."""
    kind, bits = one.kind, one.bits
    low = 64 if kind.text else kind.bits
    kept = kind.signed and not kind.truth
    if bits >= 64 or (low < bits and (not kept or signed)) or (low == bits and kept == signed):
        # The conversion prints all bits; only the signedness may differ.
        return "" if kept == signed else "(int64)" if signed else "(uint64)"
    return f"(int64)(int{bits})" if signed else f"(uint64)(uint{bits})"
