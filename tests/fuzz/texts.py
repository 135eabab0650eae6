"""Lines that together have everything, and random changes to them."""

from __future__ import annotations

import random

EVENTS = [
    'a(int a, const char *s) "a %d s %s"',
    'disable b(uint64_t x) "x=0x%" PRIx64 " end"',
    'c(void) ""',
    'vcpu d(void *p, size_t n, ssize_t m, bool ok) "p %p n %zu m %zd ok %d"',
    'e(unsigned long long v, uint8_t b) "%"PRIu64" %% 0x%08"PRIx32"=%d %d"',
    'f(int a, int b) "%*d %-8.3s %c %m %n %hhx"',
    "# tesc: ignore[TE407, TE4] why",
    "# tesc: ignore-file[TE405] why",
    'include "other" prefix x_ base 0x1000',
    "prefix esp_",
    "disable a*, *_b, ?c",
    "# a comment",
    "",
    'g(struct foo *f, char c, double d) "f %p c %c d %f \\t\\n\\x41 \\"q\\""',
]
TOML = [
    'profile = "qemu"',
    "max-args = 7",
    'exclude = ["*a*b/**", "[a-z]?/"]',
    'select = ["TE4", "ALL"]',
    "[severity]",
    'TE407 = "error"',
    "[[generate.tapset]]",
    'name = "x.stp"',
    '[[unit]]\npath = "a"\ninclude = ["b,prefix=c,base=1"]',
]
PATCH = [
    "diff --git a/hw/trace-events b/hw/trace-events",
    "--- a/hw/trace-events",
    "+++ b/hw/trace-events",
    "@@ -1,2 +1,3 @@",
    " a(void)",
    "-b(void)",
    '+c(int a) "%d"',
    "rename from a",
    "rename to b",
    "From 0123456789 Mon Sep 17 00:00:00 2001",
    "Content-Transfer-Encoding: quoted-printable",
    "\\ No newline at end of file",
]
PIECES = ["%", '"', "(", ")", ",", "*", "\\", " ", "\t", "\r", "\0", "\x1b", "é", "\udcff", "\u202e"]
PIECES += ["PRIx64", "0x", "%l", "const ", "disable ", "include ", "#", "[", "]", "=", "9" * 21, "\n", "-"]


def mutated(chance: random.Random, line: str) -> str:
    """A line with a few pieces inserted, removed, doubled or swapped."""
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        at = chance.randint(0, len(line))
        end = min(len(line), at + chance.randint(0, 6))
        what = chance.random()
        if what < 0.5:
            line = line[:at] + chance.choice(PIECES) + line[at:]
        elif what < 0.75:
            line = line[:at] + line[end:]
        elif what < 0.9:
            line = line[:end] + line[at:end] * chance.randint(1, 3) + line[end:]
        else:
            line = line[at:] + line[:at]
    return line


def text_of(chance: random.Random, lines: list[str], most: int = 12) -> str:
    end = chance.choice(("\n", "\n", "\n", "\r\n", "\r"))
    made = [mutated(chance, chance.choice(lines)) for _ in range(chance.randint(1, most))]
    return end.join(made) + end * (chance.random() < 0.9)
