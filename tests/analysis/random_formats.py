"""Random events with formats of every kind: most almost right, some wrong, a few without a conversion."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.nodes import Tree
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

BATCH = 10_000

_TYPES = """
    char; signed char; unsigned char; short; short int; unsigned short; unsigned short int
    int; signed; signed int; unsigned; unsigned int; long; long int; signed long; unsigned long
    long unsigned int; long long; long long int; unsigned long long; bool; int8_t; uint8_t; int16_t
    uint16_t; int32_t; uint32_t; int64_t; uint64_t; size_t; ssize_t; ptrdiff_t; intptr_t; uintptr_t
"""
INTEGERS = [text.strip() for text in _TYPES.strip().replace("\n", ";").split(";")]
LENGTHS = ["hh", "h", "l", "ll", "q", "L", "j", "z", "Z", "t"]
_LETTERS = "diouxXbBcsCSpnmeEfFgGaA"
# Some of these would be part of a conversion if one began before them.
_TEXTS = ["", " ", "a ", "x=", " 0x", "d", "l", "5", ": ", "%%", ", ", "é", "#", "$", "-", "h", "*", "I"]
MACROS = sorted(PRI_MACROS)


class _Generator:
    """Random events, determined by the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, values: Sequence[str]) -> str:
        return self.random.choice(values)

    def event(self, name: str) -> str:
        types = [self.type() for _ in range(int(self.pick("0111223456")))]
        declared = ", ".join(f"{type_} p{i}" for i, type_ in enumerate(types)) or "void"
        if self.chance(0.01):
            return f"{name}({declared})"
        pieces = self.positional(types) if self.chance(0.06) else self.sequence(types)
        return f"{name}({declared}) {self.literals(pieces)}"

    def type(self) -> str:
        type_ = self.pick(INTEGERS)
        stars = self.random.choices([0, 1, 2], [77, 21, 2])[0]
        if stars and self.chance(0.4):
            type_ = self.pick(["void", "char", "char", "char"])
        if self.chance(0.3 if stars else 0.05):
            type_ = f"const {type_}" if self.chance(0.8) else f"{type_} const"
        return f"{type_} {'*' * stars}" if stars else type_

    def sequence(self, types: list[str]) -> list[str]:
        """The pieces of a format: mostly one conversion for each parameter, mostly right for its type."""
        pieces = [self.pick(_TEXTS)]
        todo = list(types)
        if self.chance(0.06) and todo:
            del todo[self.random.randrange(len(todo))]
        while todo:
            pieces += [*self.conversion(todo), self.pick(_TEXTS)]
        if self.chance(0.06):
            pieces += [*self.conversion(["int"] * 3), self.pick(_TEXTS)]
        if self.chance(0.02):
            broken = self.pick(["\0", "%", "% ", "%l", "%5%"])
            pieces.insert(self.random.randrange(len(pieces) + 1), broken)
        return pieces

    def positional(self, types: list[str]) -> list[str]:
        """The pieces of a format whose conversions have positions, in any order."""
        order = list(range(len(types)))
        self.random.shuffle(order)
        if order and self.chance(0.2):
            order.append(self.random.choice([*order, len(types), -1]))
        if order and self.chance(0.1):
            order.pop()
        pieces = [self.pick(_TEXTS)]
        for index in order:
            first, *rest = self.conversion([types[index] if 0 <= index < len(types) else "int"])
            if not self.chance(0.02):
                first = first.replace("%", f"%{index + 1}$", 1)
            if self.chance(0.5):
                first = first.replace("*", f"*{self.random.randint(0, len(types))}$")
            pieces += [first, *rest, self.pick(_TEXTS)]
        return pieces

    def conversion(self, todo: list[str]) -> list[str]:
        """The pieces of a conversion, its macro last; it takes its types from `todo`."""
        number = self.random.choices([0, 1, 2, 3], [84, 12, 3, 1])[0]
        flags = "".join(self.pick("-+ #0'I0-") for _ in range(number))
        width = precision = ""
        if self.chance(0.23):
            width = self.star(todo) if self.chance(0.3) else str(self.random.randint(1, 30))
        if self.chance(0.12):
            precision = self.star(todo) if self.chance(0.4) else self.pick(["", "0", "3", "12", "-4"])
            precision = f".{precision}"
        type_ = todo.pop(0) if todo else "int"
        tail = self.suitable(type_) if self.chance(0.87) else self.anything()
        if self.chance(0.6):
            flags = flags.replace("I", "") if tail[-1][-1] in "di" else flags.strip("+ '#I")
        return [f"%{flags}{width}{precision}{tail[0]}", *tail[1:]]

    def star(self, todo: list[str]) -> str:
        """A `*`, mostly if an int comes next, or a number."""
        if todo and todo[0] in ("int", "unsigned", "char", "bool", "int32_t"):
            todo.pop(0)
            return "*"
        return "*" if self.chance(0.1) else "7"

    def suitable(self, type_: str) -> list[str]:
        """The end of a conversion that may fit a type: length and letter, or length and macro."""
        words = [word for word in type_.replace("*", " ").split() if word != "const"]
        letter = self.pick("diuxXo" if self.chance(0.95) else "bB")
        if type_.endswith("*"):
            if words[-1] in ("char", "int8_t", "uint8_t") and self.chance(0.8):
                return ["s"]
            return [self.pick([*["p"] * 12, "s", "ls", "S", "n", "hn", "hhn", "zn", "lln", "x"])]
        if words[-1] in ("size_t", "ssize_t", "ptrdiff_t"):
            return [self.pick(["z", "z", "Z", "t", "l", ""]) + letter]
        if words[-1].endswith("_t"):
            size = words[-1].strip("uint_").upper()
            macro = f"PRI{letter}{self.pick(['', '', 'LEAST', 'FAST'])}{size}"
            if macro in PRI_MACROS and self.chance(0.7):
                return ["", macro]
            return [
                self.pick({"64": ["l", "ll", "j"], "PTR": ["l", "z", "t"]}.get(size, ["", "h", "hh"]))
                + letter
            ]
        long = words.count("long")
        if not long and self.chance(0.1):
            return [self.pick(["c", "lc", "C"])]
        return ["l" * long + ("" if long else self.pick(["", "", "", "h", "hh"])) + letter]

    def anything(self) -> list[str]:
        length = self.pick(LENGTHS) if self.chance(0.5) else ""
        if self.chance(0.4):
            return [length if self.chance(0.2) else "", self.pick(MACROS)]
        return [length + self.pick(_LETTERS if self.chance(0.97) else "yDHkPr1$ é&")]

    def literals(self, pieces: list[str]) -> str:
        """The pieces as string literals and macros, split and escaped at random."""
        out = ""
        literal = ""
        for piece in pieces:
            if piece in PRI_MACROS:
                out += f'"{literal}" {piece} '
                literal = ""
                continue
            for char in piece:
                literal += self.character(char)
                # A hexadecimal escape would include the following digits.
                if self.chance(0.02) or literal.endswith(("\\x25", "\\x0")):
                    out += f'"{literal}"{self.pick(["", " "])}'
                    literal = ""
        return out + (f'"{literal}"' if literal or not out else "")

    def character(self, char: str) -> str:
        if char == "\0":
            return self.pick(["\\000", "\\x0"])
        if char == "%" and self.chance(0.02):
            return self.pick(["\\x25", "\\045"])
        if char == " " and self.chance(0.03):
            return self.pick(["\\t", "\\040", '\\"', "\\\\", "\\?", "\\e"])
        return char


def random_events(count: int, seed: int) -> Iterator[Tree]:
    """Trees of random events, a batch each."""
    generator = _Generator(seed)
    for start in range(0, count, BATCH):
        lines = [generator.event(f"ev{number}") for number in range(start, min(start + BATCH, count))]
        tree = parse(Source("trace-events", "\n".join(lines) + "\n"))
        assert len(tree.events) == len(lines)
        yield tree
