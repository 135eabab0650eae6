"""Mutated lines through every stage: nothing but values comes out, and layout changes no output.

    python tests/fuzz/fuzz.py --lines 1000000 --seed 1

prints how many lines it made of what, and stops at the first that breaks a promise, with its seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from tesc.analysis.check import Memory, check
from tesc.analysis.fixing import settle
from tesc.analysis.selection import chosen
from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.config.errors import BadConfiguration
from tesc.config.globs import matches
from tesc.config.loading import _checked
from tesc.patch.mail import patch_text
from tesc.patch.parse import BadPatch, parse_patch
from tesc.syntax.layout import canonical, difference
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.loading import Loader
from tesc.units.patterns import Names, pattern
from tesc.units.resolve import resolve
from tesc.workspace import Overrides, Workspace

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
    """A line with a few pieces put in, taken out, doubled or swapped."""
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


OUTPUTS = (("h", "log"), ("c", "simple"), ("d", "dtrace"), ("ust-events-h", "ust"), ("rs", "log"))


def outputs(source: Source) -> list[object]:
    """Whatever is generated of a file, in both compats."""
    unit = resolve((parse(source),), Loader())
    made: list[object] = []
    for compat in ("qemu", "fixed"):
        for form, backend in OUTPUTS:
            options = Options(form, (backend,), "g", "out", "", "", "linux", compat)
            text, refused = generate(unit.events, options)
            lines = [line for line in text.split("\n") if not line.startswith("#line")]
            # Between words, spaces mean nothing to C, and `difference` looks at those within quotes.
            ink = "\n".join(lines).translate({ord(" "): None, ord("\t"): None})
            made.append(len(refused) if refused else ink)
    return made


def events(chance: random.Random) -> int:
    """Parser, units, rules, fixes and layout."""
    text = text_of(chance, EVENTS)
    source = Source("t", text)
    tree = parse(source)
    laid_out = canonical(tree)
    again = Source("t", laid_out)
    assert difference(tree, parse(again)) is None
    assert canonical(parse(again)) == laid_out
    if laid_out != text and not tree.errors and not any(c in text for c in "\r"):
        assert outputs(source) == outputs(again), "layout changes an output"
    workspace = Workspace(Overrides(isolated=True, profile=chance.choice(("default", "qemu", "classic"))))

    def found(files: dict[str, str]) -> list[object]:
        workspace.add_source(Source("t", files.get("t", text)))
        workspace.resolve()
        rules, levels = chosen(workspace.settings)
        return check(workspace.units, rules, workspace.settings, {}, levels, Memory())

    result = settle(found({}), found, unsafe=chance.random() < 0.5)
    if result.texts:
        assert len(parse(Source("t", result.texts["t"])).errors) <= len(tree.errors)
    return text.count("\n") + 1


def configuration(chance: random.Random) -> int:
    text = text_of(chance, TOML)
    try:
        _checked.__wrapped__("/nowhere/tesc.toml", text.encode("utf-8", "surrogateescape"))
    except BadConfiguration:
        pass
    return text.count("\n") + 1


def patterns(chance: random.Random) -> int:
    text = "".join(chance.choice("ab*?/[]!-.é") for _ in range(chance.randint(0, 30)))
    path = "".join(chance.choice("ab/.é") for _ in range(chance.randint(1, 30)))
    matches(text, "/r", f"/r/{path}")
    names = ["".join(chance.choice("ab_") for _ in range(chance.randint(1, 8))) for _ in range(9)]
    wanted = "".join(chance.choice("ab_*?") for _ in range(chance.randint(1, 8)))
    one_by_one = [at for at, name in enumerate(names) if pattern(wanted).fullmatch(name)]
    assert Names(names).matching(wanted) == one_by_one
    return 1


def patch(chance: random.Random) -> int:
    text = text_of(chance, PATCH, 20)
    try:
        parse_patch(patch_text(text.encode("utf-8", "surrogateescape")))
    except BadPatch:
        pass
    return text.count("\n") + 1


STAGES = (events, events, events, configuration, patterns, patch)


def run(lines: int, seed: int) -> Counter[str]:
    """So many lines at least; returns how many each stage had. Raises what a stage should not."""
    done: Counter[str] = Counter()
    number = 0
    while sum(done.values()) < lines:
        stage = STAGES[number % len(STAGES)]
        try:
            done[stage.__name__] += stage(random.Random(f"{seed} {number}"))
        except Exception as error:
            raise AssertionError(f"{stage.__name__} of Random('{seed} {number}'): {error!r}") from error
        number += 1
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.monotonic()
    done = run(options.lines, options.seed)
    print(f"{sum(done.values()):,} lines in {time.monotonic() - began:.0f} s: {dict(done)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
