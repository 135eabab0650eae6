"""The format rules against the compilers: random events, the same verdict on every one.

The calls are those of the log backend, judged by `gcc -Wformat` for LP64 (-m64) and ILP32 (-m32),
and by clang's Windows target for LLP64 on what gcc and clang judge alike. The environment variable
TESC_FORMAT_EVENTS says how many events (2000 without it), TESC_FORMAT_SEED which ones.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesc.analysis.formats.models import expansion
from tesc.analysis.registry import named
from tesc.analysis.rule import Finding
from tesc.config.settings import DATA_MODELS, Settings
from tesc.syntax.nodes import Event, Tree
from tesc.syntax.parser import parse
from tesc.syntax.printf import PRI_MACROS
from tesc.syntax.source import Source

_RULES = [rule for code in ("TE401", "TE402", "TE403", "TE404", "TE409", "TE415") for rule in named(code)]
_COUNT = int(os.environ.get("TESC_FORMAT_EVENTS", "2000"))
_SEED = int(os.environ.get("TESC_FORMAT_SEED", "1"))
_BATCH = 10_000

# What glibc's headers and mingw-w64's define, from what the compilers predefine.
_PREAMBLE = """
typedef __INT8_TYPE__ int8_t; typedef __UINT8_TYPE__ uint8_t;
typedef __INT16_TYPE__ int16_t; typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t; typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t; typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t; typedef __UINTPTR_TYPE__ uintptr_t;
typedef __SIZE_TYPE__ size_t; typedef __INTPTR_TYPE__ ssize_t; typedef __PTRDIFF_TYPE__ ptrdiff_t;
#define bool _Bool
#if __SIZEOF_LONG__ == 8
# define P64 "l"
# define PPTR "l"
# define PFAST "l"
#elif __SIZEOF_POINTER__ == 8
# define P64 "ll"
# define PPTR "ll"
# define PFAST ""
#else
# define P64 "ll"
# define PPTR ""
# define PFAST ""
#endif
void qemu_log(const char *format, ...) __attribute__((format(FORMAT_KIND, 1, 2)));
"""


def _preamble() -> str:
    lengths = {"64": "P64", "LEAST64": "P64", "FAST64": "P64", "MAX": "P64", "PTR": "PPTR"}
    lengths.update({"FAST16": "PFAST", "FAST32": "PFAST"})
    macros = [f'#define {name} {lengths.get(name[4:], "")} "{name[3]}"' for name in sorted(PRI_MACROS)]
    return _PREAMBLE + "\n".join(macros) + "\n"


_INTEGERS = """
    char;signed char;unsigned char;short;short int;unsigned short;unsigned short int;int;signed;signed int;unsigned
    unsigned int;long;long int;signed long;unsigned long;long unsigned int;long long;long long int;unsigned long long
    bool;int8_t;uint8_t;int16_t;uint16_t;int32_t;uint32_t;int64_t;uint64_t;size_t;ssize_t;ptrdiff_t;intptr_t;uintptr_t
""".replace("\n", ";").split(";")
_INTEGERS = [text.strip() for text in _INTEGERS if text.strip()]
_LENGTHS = ["hh", "h", "l", "ll", "q", "L", "j", "z", "Z", "t"]
_LETTERS = "diouxXbBcsCSpnmeEfFgGaA"
_TEXTS = [
    "",
    " ",
    "a ",
    "x=",
    " 0x",
    "d",
    "l",
    "5",
    ": ",
    "%%",
    ", ",
    "é",
    "#",
    "u$",
    "-",
    "h",
    ".",
    "*",
    "I",
]
_MACROS = sorted(PRI_MACROS)


class _Generator:
    """Random events; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def event(self, name: str) -> str:
        types = [self.type() for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3, 4, 5, 6]))]
        declared = (
            ", ".join(f"{t}{'' if t.endswith('*') else ' '}p{i}" for i, t in enumerate(types)) or "void"
        )
        if self.chance(0.01):
            return f"{name}({declared})"
        pieces = self.positional(types) if self.chance(0.06) else self.sequence(types)
        return f"{name}({declared}) {self.literals(pieces)}"

    def type(self) -> str:
        type_ = self.random.choice(_INTEGERS)
        stars = self.random.choices([0, 1, 2], [77, 21, 2])[0]
        if stars and self.chance(0.4):
            type_ = self.random.choice(["void", "char", "char", "char"])
        if self.chance(0.3 if stars else 0.05):
            type_ = f"const {type_}" if self.chance(0.8) else f"{type_} const"
        return f"{type_} {'*' * stars}" if stars else type_

    def sequence(self, types: list[str]) -> list[str]:
        """Conversions in order: mostly one for each parameter, mostly of its type."""
        pieces = [self.random.choice(_TEXTS)]
        todo = list(types)
        if self.chance(0.06) and todo:
            del todo[self.random.randrange(len(todo))]
        while todo:
            pieces += [*self.conversion(todo), self.random.choice(_TEXTS)]
        if self.chance(0.06):
            pieces += [*self.conversion(["int"] * 3), self.random.choice(_TEXTS)]
        if self.chance(0.02):
            pieces.insert(
                self.random.randrange(len(pieces) + 1), self.random.choice(["\0", "%", "% ", "%l", "%5%"])
            )
        return pieces

    def positional(self, types: list[str]) -> list[str]:
        order = list(range(len(types)))
        self.random.shuffle(order)
        if order and self.chance(0.2):
            order.append(self.random.choice([*order, len(types), -1]))
        if order and self.chance(0.1):
            order.pop()
        pieces = [self.random.choice(_TEXTS)]
        for index in order:
            type_ = types[index] if 0 <= index < len(types) else "int"
            body = self.conversion([type_])
            mixed = self.chance(0.02)
            pieces += [body[0] if mixed else body[0].replace("%", f"%{index + 1}$", 1), *body[1:]]
            if self.chance(0.05):
                pieces[-1] = pieces[-1].replace("*", f"*{self.random.randint(0, len(types))}$")
            pieces.append(self.random.choice(_TEXTS))
        return pieces

    def conversion(self, todo: list[str]) -> list[str]:
        """One conversion in pieces, macros among them; it takes its types from `todo`."""
        number = self.random.choices([0, 1, 2, 3], [84, 12, 3, 1])[0]
        flags = "".join(self.random.choice("-+ #0'I0-") for _ in range(number))
        width = (
            self.star(todo)
            if self.chance(0.08)
            else str(self.random.randint(1, 30))
            if self.chance(0.15)
            else ""
        )
        precision = ""
        if self.chance(0.12):
            precision = "." + (
                self.star(todo) if self.chance(0.4) else self.random.choice(["", "0", "3", "12", "-4"])
            )
        type_ = todo.pop(0) if todo else "int"
        tail = self.tail(type_) if self.chance(0.87) else self.anything()
        if self.chance(0.6):
            flags = flags.replace("I", "") if tail[-1][-1] in "di" else flags.strip("+ '#I")
        return [f"%{flags}{width}{precision}{tail[0]}", *tail[1:]]

    def star(self, todo: list[str]) -> str:
        """A `*`; its parameter is an int, or whatever comes."""
        if todo and "*" not in todo[0] and todo[0] in ("int", "unsigned", "char", "bool", "int32_t"):
            todo.pop(0)
            return "*"
        return "*" if self.chance(0.1) else "7"

    def tail(self, type_: str) -> list[str]:
        """The end of a conversion that may suit a type: length and letter, or a macro."""
        words = [word for word in type_.replace("*", " ").split() if word != "const"]
        letter = self.random.choice("diuxXo" if self.chance(0.95) else "bB")
        if type_.endswith("*"):
            if words[-1] in ("char", "int8_t", "uint8_t") and self.chance(0.8):
                return ["s"]
            return [self.random.choice(["p"] * 12 + ["s", "ls", "S", "n", "hn", "hhn", "zn", "lln", "x"])]
        if words[-1].endswith("_t") and words[-1][-3].isdigit():
            size = words[-1].strip("uint_")
            macro = f"PRI{letter}{self.random.choice(['', '', 'LEAST', 'FAST'])}{size}"
            if macro in PRI_MACROS and self.chance(0.7):
                return ["", macro]
            length = self.random.choice(["l", "ll", "j"] if size == "64" else ["", "h", "hh"])
            return [length + letter]
        if words[-1] in ("intptr_t", "uintptr_t") and letter not in "bB":
            return (
                ["", f"PRI{letter}PTR"]
                if self.chance(0.7)
                else [self.random.choice(["l", "z", "t"]) + letter]
            )
        if words[-1] in ("size_t", "ssize_t", "ptrdiff_t"):
            return [self.random.choice(["z", "z", "Z", "t", "l", ""]) + letter]
        long = words.count("long")
        if not long and self.chance(0.1):
            return [self.random.choice(["c", "lc", "C"])]
        return [(["", "l", "ll"][long] or self.random.choice(["", "", "", "h", "hh"])) + letter]

    def anything(self) -> list[str]:
        length = self.random.choice(_LENGTHS) if self.chance(0.5) else ""
        if self.chance(0.4):
            return [length if self.chance(0.2) else "", self.random.choice(_MACROS)]
        return [
            length
            + (self.random.choice(_LETTERS) if self.chance(0.97) else self.random.choice("yDHkPr1$ é&"))
        ]

    def literals(self, pieces: list[str]) -> str:
        """The pieces as string literals and macros, split and escaped at random."""
        out = ""
        literal: str | None = None
        for piece in pieces:
            if piece in PRI_MACROS:
                out += (f'"{literal}" ' if literal is not None else '"" ' if not out else "") + piece + " "
                literal = None
                continue
            for char in piece:
                literal = (literal or "") + self.character(char)
                if self.chance(0.02) or literal.endswith(("\\x25", "\\x0")):
                    out += f'"{literal}"{self.random.choice(["", " "])}'
                    literal = None
        return out + (f'"{literal}"' if literal is not None or not out else "")

    def character(self, char: str) -> str:
        if char == "\0":
            return self.random.choice(["\\000", "\\x0"])
        if char == "%" and self.chance(0.02):
            return self.random.choice(["\\x25", "\\045"])
        if char == " " and self.chance(0.03):
            return self.random.choice(["\\t", "\\040", '\\"', "\\\\", "\\?", "\\e"])
        return char


def _events(count: int, seed: int) -> Iterator[Tree]:
    """Trees of random events, a batch each."""
    generator = _Generator(seed)
    for start in range(0, count, _BATCH):
        lines = [generator.event(f"ev{number}") for number in range(start, min(start + _BATCH, count))]
        tree = parse(Source("trace-events", "\n".join(lines) + "\n"))
        assert len(tree.events) == len(lines)
        yield tree


def _source(tree: Tree, kind: str = "printf") -> str:
    """The calls of the log backend, each with its event's line number."""
    parts = [f"#define FORMAT_KIND {kind}\n", _preamble()]
    for event in tree.events:
        declared = ", ".join(p.type.before(p.name) for p in event.parameters) or "void"
        arguments = "".join(f", {p.name}" for p in event.parameters)
        text = event.format.text if event.format else ""
        call = f'qemu_log("{event.name} " {text} "\\n"{arguments});'
        parts.append(f'# {event.line} "ev"\nvoid f{event.line}({declared}) {{ {call} }}\n')
    return "".join(parts)


def _compiler_faults(command: list[str], source: str, path: Path) -> set[int]:
    """The lines that a compiler finds fault with."""
    path.write_text(source, encoding="utf-8")
    options = ["-std=gnu11", "-ffreestanding", "-nostdinc", "-fsyntax-only", "-Wformat"]
    environment = {**os.environ, "LC_ALL": "C"}
    ran = subprocess.run([*command, *options, str(path)], capture_output=True, check=False, env=environment)
    output = ran.stderr.decode("utf-8", "replace")
    assert ran.returncode == 0, output[:2000]
    return {int(line) for line in re.findall(r"^ev:(\d+):\d+: warning: .*\[-Wformat[^]]*\]$", output, re.M)}


def _our_faults(tree: Tree, models: tuple[str, ...]) -> set[int]:
    settings = Settings(data_models=models)
    return {event.line for event in tree.events if any(True for _ in _findings(event, tree, settings))}


def _findings(event: Event, tree: Tree, settings: Settings) -> Iterator[Finding]:
    for rule in _RULES:
        yield from rule.check(event, tree, settings)


def _assert_same(ours: set[int], theirs: set[int], tree: Tree) -> None:
    lines = tree.source.text.splitlines()
    only_ours = [lines[number - 1] for number in sorted(ours - theirs)]
    only_theirs = [lines[number - 1] for number in sorted(theirs - ours)]
    assert (only_ours[:5], only_theirs[:5]) == ([], [])


@pytest.mark.parametrize(("model", "option"), [("lp64", "-m64"), ("ilp32", "-m32")])
def test_faults_are_those_of_gcc(model, option, need, tmp_path):
    gcc = need("gcc", "gcc")
    for tree in _events(_COUNT, _SEED):
        theirs = _compiler_faults(
            [gcc, option, "-fno-diagnostics-show-caret"], _source(tree), tmp_path / "ev.c"
        )
        assert 0.3 < len(theirs) / len(tree.events) < 0.7
        _assert_same(_our_faults(tree, (model,)), theirs, tree)


def _judged_alike(event: Event) -> bool:
    """Whether clang judges an event's format by the same rules as gcc.

    clang does not take %b, %B, %m and %Z, nor I as a flag, and faults %hd and %hhd with an int.
    """
    if event.format is None:
        return True
    if "\0" in event.format.parsed.joined:
        return False
    return all(
        c.letter in "diouxXcCsSp%eEfFgGaA"
        and c.length not in ("h", "hh", "q", "L", "Z")
        and not set(c.flags) & set("I'")
        for c in event.format.parsed.conversions
    )


def test_faults_on_llp64_are_those_of_clang(need, tmp_path):
    clang = [need("clang-14", "clang-14"), "--target=x86_64-pc-windows-msvc"]
    clang += ["-fno-caret-diagnostics", "-ferror-limit=0"]
    for tree in _events(_COUNT, _SEED):
        theirs = _compiler_faults(clang, _source(tree), tmp_path / "ev.c")
        alike = {event.line for event in tree.events if _judged_alike(event)}
        assert len(alike) > len(tree.events) / 2
        _assert_same(_our_faults(tree, ("llp64",)) & alike, theirs & alike, tree)


def test_models_together_fault_what_one_of_them_faults():
    for tree in _events(min(_COUNT, _BATCH), _SEED + 1):
        each = [_our_faults(tree, (model,)) for model in DATA_MODELS]
        _assert_same(_our_faults(tree, DATA_MODELS), set.union(*each), tree)


def test_macros_are_those_of_the_c_library(need, tmp_path):
    """Which <inttypes.h> there is for -m32 depends on what is installed; for -m64 it is always there."""
    source = tmp_path / "macros.c"
    source.write_text("#include <inttypes.h>\n" + "".join(f"{name}_ {name}\n" for name in _MACROS))
    ran = subprocess.run([need("gcc", "gcc"), "-E", "-P", source], capture_output=True, check=True, text=True)
    texts = dict(line.split(" ", 1) for line in ran.stdout.splitlines() if line.startswith("PRI"))
    assert {name: re.sub('[" ]', "", texts[f"{name}_"]) for name in _MACROS} == {
        name: expansion(name, "lp64") for name in _MACROS
    }
