"""Random events: lines as people write them, and lines that are slightly wrong."""

from __future__ import annotations

import random

_NAMES = ("lamp", "read", "write", "addr", "self", "private", "limit", "x", "_y", "ret", "a1", "int8", "PRIx")
_WORDS = (
    *("int", "long", "short", "char", "bool", "unsigned", "signed", "void", "const"),
    *("int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t"),
    *("size_t", "ssize_t", "uintptr_t", "ptrdiff_t"),
)
_TYPES = (
    *("int", "unsigned int", "unsigned", "uint64_t", "uint32_t", "uint8_t", "size_t", "bool", "void *"),
    *("const char *", "char *", "const char*", "char*", "const void *", "unsigned long", "long long"),
    *("unsigned long long", "signed long long", "long unsigned int", "char **", "uint8_t *", "char"),
    *("signed char", "unsigned char", "short", "unsigned short int", "ptrdiff_t", "int16_t", "char const *"),
)
_WRONG_TYPES = ("struct foo *", "hwaddr", "double", "intptr_t", "int\t", "unsigned\tint", "signed", "", "*")
_CONVERSIONS = (
    *("%d", "%u", "%x", "0x%x", "%s", "%p", "%ld", "%lu", "0x%lx", "%lld", "%llu", "%zu", "%zd", "0x%zx"),
    *("%02x", "%-5d", "%#x", "%5u", "%.3s", "%*d", "%c", "%i", "%hhu", "%08lx", "%%", "% d", "%+d", "%o"),
)
_MACROS = ("PRIx64", "PRIu64", "PRId64", "PRIu32", "PRIx32", "PRIX16", "PRIi8", "PRIxPTR", "PRIuMAX")
_WRONG_MACROS = (
    *("PRI", "PRIo32", "PRIxLEAST8", "TARGET_FMT_plx", "PRIx128", "FOO", "PRIx", "PR", "PRIx64PRIu8"),
)
_TEXTS = ("", " ", "addr ", " len=", ", ", "[", "] ", " -> ", "ends.", "a:b", "50 ", "()", "%% ", "/", "é")
_ESCAPES = ("\\\\", '\\"', *(f"\\{after}" for after in "a b f r t x1b x4 33 ' e ? u00e9".split()))
_WRONG_TEXTS = ("%m", "\\n", "%%m", "\\\\n", '"', "\\", "\t", "\f", "\xa0", "\x01")
_SPACES = (" ", "  ", "\t", "\f", "\v", "\xa0", "\u2003", "")


class Events:
    """A source of lines; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = 0

    def line(self) -> str:
        """One line without its line end; about half of the lines have something odd."""
        self._number += 1
        chance = self._random.random
        odd = chance() < 0.5
        name = f"{self._random.choice(_NAMES)}_{self._number}"
        parts = [self._parameter(odd and chance() < 0.15) for _ in range(self._count(odd))]
        text = f"{name}({self._separated(parts, odd)})"
        if chance() < 0.08:
            text = f"disable {text}"
        if chance() < 0.93:
            text += self._random.choice((" ", " ", " ", "", "  ", "\t")) + self._format(len(parts), odd)
        return self._spoiled(text) if odd and chance() < 0.3 else text

    def _count(self, odd: bool) -> int:
        if odd and self._random.random() < 0.1:
            return self._random.choice((0, 10, 11, 12))
        return self._random.choice((0, 1, 1, 2, 2, 3, 4, 6, 8))

    def _separated(self, parts: list[str], odd: bool) -> str:
        if not parts:
            return self._random.choice(("void", "void", "void", "", " ")) if odd else "void"
        return self._random.choice((", ", ", ", ",", " , ") if odd else (", ",)).join(parts)

    def _parameter(self, wrong: bool) -> str:
        choice = self._random.choice
        name = f"{choice(_NAMES)}{self._random.randrange(99)}"
        if wrong:
            return choice(
                (
                    f"{choice(_WRONG_TYPES)} {name}",
                    choice(_TYPES),
                    f"{choice(_TYPES)}{choice(_SPACES)}{name}",
                    f"{choice(_TYPES)} {name} {name}",
                    f"{choice(_TYPES)} const {name}",
                    "void",
                    "...",
                    f"int {name}[4]",
                )
            )
        if self._random.random() < 0.2:
            words = " ".join(choice(_WORDS) for _ in range(self._random.randrange(1, 4)))
            return f"{words}{choice((' ', ' *', '* ', ' * ', '  '))}{name}"
        type_ = choice(_TYPES)
        return f"{type_}{name}" if type_.endswith("*") and choice((0, 1)) else f"{type_} {name}"

    def _format(self, arguments: int, odd: bool) -> str:
        choice = self._random.choice
        chance = self._random.random
        text = '"'
        for _ in range(arguments if chance() < 0.9 else self._random.randrange(5)):
            text += choice(_TEXTS)
            if odd and chance() < 0.06:
                text += choice(_WRONG_TEXTS)
            if chance() < (0.15 if odd else 0.03):
                text += choice(_ESCAPES)
            if chance() < 0.3:
                macro = choice(_WRONG_MACROS) if odd and chance() < 0.1 else choice(_MACROS)
                before, after = choice(("", " ", "  ", "\t")), choice(("", " ", "  "))
                text += f'%"{before}{macro}{after}"'
            else:
                text += choice(_CONVERSIONS)
        text += f'{choice(_TEXTS)}"'
        if text.endswith('""') and chance() < 0.7:
            text = text[:-2].rstrip() or '""'
        after = choice(("", "", " ", "\t", " /* why */", " x", " PRIu64"))
        return text + after if odd and chance() < 0.2 else text

    def _spoiled(self, text: str) -> str:
        """The line with a character added, removed or moved."""
        at = self._random.randrange(len(text) + 1)
        kind = self._random.randrange(4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return (
                text[:at]
                + self._random.choice((*_SPACES, *_WRONG_TEXTS, ",", "(", ")", "*", "#"))
                + text[at:]
            )
        if kind == 2:
            return self._random.choice((*_SPACES, *_SPACES, "vcpu ", "x ", "disable\t", " \t")) + text
        return text + self._random.choice((*_SPACES, " # why", "x"))
