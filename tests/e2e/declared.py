"""The events of the harness, and the values with which they are called.

This module reads the declarations itself, and has its own version of C's rules: it does not use tesc.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

EVENTS = Path(__file__).with_name("events")
_EVENT = re.compile(r"(?P<disabled>disable\s+)?(?P<name>\w+)\((?P<parameters>[^)]*)\)\s*(?P<format>.*)")
_INCLUDE = re.compile(r'include\s+"([^"]+)"\s+prefix\s+(\w+)')
_CONVERSION = re.compile(
    r"%%|%[-+ #0]*(?:\d+|\*)?(?P<dot>\.(?:\d+|\*)?)?"
    r'(?:(?:hh|h|ll|l|z|t|j)?(?P<letter>[a-zA-Z])|"\s*PRI(?P<macro>\w))'
)
_BITS = {"char": 8, "bool": 1, "short": 16, "int": 32, "signed": 32, "unsigned": 32}
_POINTER_WIDE = {"long", "size_t", "ssize_t", "uintptr_t", "intptr_t", "ptrdiff_t"}
_UNSIGNED = {"unsigned", "bool", "size_t", "uintptr_t"}
_CHARACTERS = {"char", "int8_t", "uint8_t"}
LONG_TEXT = "0123456789abcdef" * 40
# Not only null: a tracer that reads an address as a text must crash.
ADDRESSES = (0x10, 0x7FFF_FFF0, 0)
TEXTS = ("hello", "", LONG_TEXT, "a%sb\\ é", None)


@dataclass(frozen=True)
class Parameter:
    type: str
    name: str
    letter: str  # of the conversion that prints it; * for a width or a precision, empty without one
    precision: str = ""  # digits, or * for the parameter before it

    @property
    def words(self) -> list[str]:
        return [word for word in self.type.replace("*", " ").split() if word != "const"]

    @property
    def is_pointer(self) -> bool:
        return "*" in self.type

    @property
    def is_text(self) -> bool:
        return self.type.count("*") == 1 and bool(_CHARACTERS & set(self.words)) and self.letter in ("s", "")

    @property
    def is_signed(self) -> bool:
        words = set(self.words)
        return not self.is_pointer and not words & _UNSIGNED and not any(w.startswith("uint") for w in words)

    def bits(self, pointer: int) -> int:
        """Its width in bits, given that of a pointer."""
        words = self.words
        if self.is_pointer:
            return pointer
        sized = [word for word in words if re.fullmatch(r"u?int\d+_t", word)]
        if sized:
            return int(re.findall(r"\d+", sized[0])[0])
        if words.count("long") == 2:
            return 64
        if _POINTER_WIDE & set(words):
            return pointer
        return min(_BITS[word] for word in words)


@dataclass(frozen=True)
class Event:
    name: str
    parameters: tuple[Parameter, ...]
    format: str
    disabled: bool
    index: int


def events(path: Path = EVENTS / "trace-events", prefix: str = "") -> list[Event]:
    """The events of a file and of what it includes, in the order of their numbers."""
    found: list[Event] = []
    for line in path.read_text("utf-8").splitlines():
        include = _INCLUDE.fullmatch(line)
        if include:
            found += events(path.parent / include[1], include[2])
        elif line and not line.startswith("#"):
            match = _EVENT.fullmatch(line)
            assert match, line
            found.append(_event(match, prefix))
    return [Event(e.name, e.parameters, e.format, e.disabled, at) for at, e in enumerate(found)]


def _event(match: re.Match[str], prefix: str) -> Event:
    takers: list[tuple[str, str]] = []
    for one in _CONVERSION.finditer(match["format"]):
        if one[0] == "%%":
            continue
        takers += [("*", "none")] * one[0].count("*")
        takers.append((one["letter"] or one["macro"], one["dot"][1:] if one["dot"] else "none"))
    declared = [part.strip() for part in match["parameters"].split(",") if part.strip() not in ("", "void")]
    assert len(takers) == len(declared) or not match["format"], match[0]
    takers += [("", "none")] * (len(declared) - len(takers))
    made: list[Parameter] = []
    for text, (letter, precision) in zip(declared, takers):
        parts = re.fullmatch(r"(.*?)(\w+)", text)
        assert parts
        made.append(
            Parameter(parts[1].strip(), parts[2], letter, "" if precision == "none" else precision or "0")
        )
    return Event(prefix + match["name"], tuple(made), match["format"].strip(), bool(match["disabled"]), 0)


def values(parameter: Parameter, pointer: int) -> list[int | str | None]:
    """The values for a parameter, one after the other."""
    if parameter.is_text:
        return list(TEXTS)
    if parameter.is_pointer:
        return [*ADDRESSES, (1 << pointer) - 1]
    if parameter.letter == "*":
        return [3, -1, 0, 12]
    bits = parameter.bits(pointer)
    if bits == 1:
        return [1, 0]
    if parameter.letter == "c":
        return [65, 122]
    if parameter.is_signed:
        return [-1, -(1 << (bits - 1)), (1 << (bits - 1)) - 1, 0, 42]
    return [(1 << bits) - 1, 1 << (bits - 1), 0, 42]


def calls(event: Event, pointer: int) -> list[tuple[int | str | None, ...]]:
    """The calls of an event, each with a value for every parameter."""
    each = [values(parameter, pointer) for parameter in event.parameters]
    count = max([len(options) for options in each], default=1)
    return [tuple(options[(k + j) % len(options)] for j, options in enumerate(each)) for k in range(count)]


def most(event: Event, call: tuple[int | str | None, ...], at: int) -> int | None:
    """How many bytes of a text the format prints at most; None for all."""
    precision = event.parameters[at].precision
    if not precision:
        return None
    number = call[at - 1] if precision == "*" else int(precision)
    assert isinstance(number, int)
    return number if number >= 0 else None


def shown(event: Event, call: tuple[int | str | None, ...], at: int) -> bytes | None:
    """The bytes of a text argument that the format prints; None for NULL."""
    text = call[at]
    assert text is None or isinstance(text, str)
    return None if text is None else text.encode()[: most(event, call, at)]
