"""Formats applied to recorded values, compared with the C library's printf."""

from __future__ import annotations

import random
import subprocess

import pytest

from tesc.trace.columnwise import many_of
from tesc.trace.printf import MAX_WIDTH, compile_format
from tesc.trace.values import kind_of

TYPES = {
    "bool": (8, False),
    "char": (8, True),
    "signed char": (8, True),
    "unsigned char": (8, False),
    "short": (16, True),
    "unsigned short": (16, False),
    "int": (32, True),
    "unsigned": (32, False),
    "long": (64, True),
    "unsigned long": (64, False),
    "long long int": (64, True),
    "unsigned long long": (64, False),
    "int8_t": (8, True),
    "uint8_t": (8, False),
    "int16_t": (16, True),
    "uint16_t": (16, False),
    "int32_t": (32, True),
    "uint32_t": (32, False),
    "int64_t": (64, True),
    "uint64_t": (64, False),
    "size_t": (64, False),
    "ssize_t": (64, True),
    "ptrdiff_t": (64, True),
    "intptr_t": (64, True),
    "uintptr_t": (64, False),
    "void *": (64, False),
    "const char *": (0, False),
}
NARROW = [""] * 4 + ["h", "hh"]
WIDE = ["l", "ll", "j", "z", "t"]


def formatted(text: str, types: list[str], *values: int | bytes) -> str:
    made = compile_format(text, [kind_of(type_) for type_ in types])
    many = many_of(made)
    if many is not None and values:
        others = tuple([b"" if isinstance(value, bytes) else 1 for value in values])
        assert many(list(zip(values, others, values))) == [made(values), made(others), made(values)]
    return made(values)


def conversion(choose: random.Random, type_: str) -> tuple[str, str]:
    """A conversion for an argument of a type, in two parts: before and after the quote of a macro."""
    bits, _ = TYPES[type_]
    flags = "".join(choose.sample("-+ #0", choose.choice([0, 0, 1, 2, 3])))
    width = choose.choice(["", "", "1", "7", "20"])
    if type_ == "const char *":
        return f"%{'-' * ('-' in flags)}{width}{choose.choice(['', '', '.0', '.', '.3', '.30'])}s", ""
    if type_ == "void *":
        return f"%{flags.replace('#', '').replace('0', '')}{width}p", ""
    if bits <= 8 and choose.random() < 0.2:
        return f"%{'-' * ('-' in flags)}{width}c", ""
    start = f"%{flags}{width}{choose.choice(['', '', '', '.', '.0', '.1', '.5', '.19'])}"
    if choose.random() < 0.3:
        size = choose.choice(
            ["64", "MAX", "PTR", "FAST32", "LEAST64"] if bits == 64 else ["32", "8", "16", "LEAST32"]
        )
        return start, f"PRI{choose.choice('diuoxX')}{size}"
    return f"{start}{choose.choice(WIDE if bits == 64 else NARROW)}{choose.choice('diuoxX')}", ""


def value(choose: random.Random, type_: str) -> int | bytes:
    if type_ == "const char *":
        return choose.choice([b"", b"x", b"hw/usb.c", "äö long enough".encode(), b"\xff\xfe raw"])
    bits, signed = TYPES[type_]
    if type_ == "bool":
        return choose.choice([0, 1])
    some = choose.choice([0, 1, 7, 8, 255, 1 << (bits - 1), (1 << bits) - 1, choose.getrandbits(bits)])
    some &= (1 << bits) - 1
    if type_ in ("char", "signed char", "unsigned char", "int8_t", "uint8_t"):
        some = some or 1  # with %c, a zero would end the line that C prints
    return some - (1 << bits) if signed and some >> (bits - 1) else some


def c_value(type_: str, one: int | bytes) -> str:
    if isinstance(one, bytes):
        return '"' + "".join(f"\\{byte:03o}" for byte in one) + '"'
    return f"({type_})0x{one & (1 << 64) - 1:x}ULL"


def recorded(one: int | bytes) -> int | bytes:
    return one if isinstance(one, bytes) else one & (1 << 64) - 1


def test_as_the_c_library_prints(need, tmp_path):
    """3,000 calls of one to four arguments, in one program."""
    choose = random.Random(20110811)
    lines, expected = [], []
    for number in range(3000):
        types = [choose.choice(list(TYPES)) for _ in range(choose.randint(1, 4))]
        text = f'"{number}:'
        for type_ in types:
            before, macro = conversion(choose, type_)
            text += f'{before}" {macro} "|' if macro else f"{before}|"
        text += '%%"'
        values = [value(choose, type_) for type_ in types]
        arguments = ", ".join(c_value(type_, one) for type_, one in zip(types, values))
        lines.append(f'printf({text} "\\n", {arguments});')
        shown = formatted(text, types, *map(recorded, values))
        expected.append(f"{shown}\n".encode("latin-1"))
    headers = ("inttypes", "stdbool", "stddef", "stdio", "sys/types")
    program = "".join(f"#include <{header}.h>\n" for header in headers)
    program += "int main(void)\n{\n" + "\n".join(lines) + "\nreturn 0;\n}\n"
    (tmp_path / "calls.c").write_text(program)
    binary = tmp_path / "calls"
    subprocess.run([need("gcc", "gcc"), "-w", "-O0", "-o", binary, tmp_path / "calls.c"], check=True)
    done = subprocess.run([binary], capture_output=True, check=True)
    differences = [
        (line, theirs, ours)
        for line, theirs, ours in zip(lines, _split(done.stdout), expected)
        if theirs != ours
    ]
    assert differences == []
    assert done.stdout == b"".join(expected)


def _split(output: bytes) -> list[bytes]:
    """Split the output at the lines' numbers, because %c can print a line end."""
    parts = []
    at = 0
    for number in range(1, 3000):
        after = output.index(f"|%\n{number}:".encode(), at) + 3
        parts.append(output[at:after])
        at = after
    return [*parts, output[at:]]


@pytest.mark.parametrize(
    ("text", "types", "values", "expected"),
    [
        ('"%*d|%-*d|"', ["int"] * 4, (5, 42, 5, 42), "   42|42   |"),
        ('"%*d"', ["int"] * 2, ((1 << 64) - 5, 42), "42   "),
        ('"%.*s"', ["int", "char *"], (3, b"abcdef"), "abc"),
        ('"%.*d"', ["int"] * 2, ((1 << 64) - 1, 42), "42"),
        ('"%2$d %1$d"', ["int"] * 2, (1, 2), "2 1"),
        ('"100%%"', [], (), "100%"),
        ('"tail 0x%" PRIx64', ["uint64_t"], (255,), "tail 0xff"),
        ('"%l" PRIx32', ["uint64_t"], (1 << 40,), "10000000000"),
        ('"a" PRIx64 "b"', [], (), "alxb"),
        ('"%s"', ["void *"], (0x1234,), "0x1234"),
        ('"%p"', ["char *"], (b"text",), "text"),
        ('"%d %d"', ["int"], (1,), "1 %d"),
        ('"%f %d"', ["int"] * 2, (1, 2), "%f 2"),
        ('"%m %d"', ["int"], (3,), "%m 3"),
        ('"%b %#B"', ["unsigned"] * 2, (5, 5), "101 0B101"),
        ('"%d" SOMETHING', ["int"], (3,), "3SOMETHING"),
        ('"%" SOMETHING " %d"', ["int"], (3,), "%SOMETHING 3"),
        ('"%lu"', ["int"], ((1 << 64) - 1,), str((1 << 64) - 1)),
        ('"%d"', ["hwaddr"], ((1 << 32) - 1,), "-1"),
        ('"%+p"', ["void *"], (16,), "+0x10"),
        ('"é \\t"', [], (), "é".encode().decode("latin-1") + " \t"),
        ('"cut %"', [], (), "cut %"),
        ("", [], (), ""),
    ],
)
def test_unusual(text, types, values, expected):
    assert formatted(text, types, *values) == expected


def test_a_width_from_the_trace_costs_no_memory():
    assert len(formatted('"%*d"', ["int", "int"], 0x7FFFFFFF, 1)) == MAX_WIDTH
    assert len(formatted('"%.*d"', ["int", "int"], 0x7FFFFFFF, 1)) == MAX_WIDTH
    assert len(formatted('"%2147483647d"', ["int"], 1)) == MAX_WIDTH
