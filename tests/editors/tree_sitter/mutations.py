"""Lines as people break them: seeded changes to valid lines, of single characters and of whole tokens."""

from __future__ import annotations

import re
from random import Random

SOUND = (
    "# block.c",
    "",
    'blk_open(void *blk, const char *name) "blk %p name %s"',
    'disable blk_read(void *blk, uint64_t offset, unsigned int bytes) "blk %p 0x%" PRIx64 " bytes %u"',
    "blk_idle(void)",
    "blk_old()",
    'pci_cfg(const struct PCIDevice *dev, unsigned long long a, int8_t **b) "%s %llu \\"%p\\""',
    'a ( int b , hwaddr c )"%d %-5.2ld %*d" PRId8 PRIx16" %%"',
    'include "guest/trace-events" prefix openbios_ base 0x8000000000000000',
    'include "x"',
    "prefix host_",
    "disable *_debug, openbios_esp_*, a?b",
    "disable blk_open",
    'tcg vcpu disable mem(const volatile int * *a, int struct s) "\\t\\x41 %d"',
    'include(int x) "%d"',
    'disable(int x) "%d"',
)
TOKENS = (
    *'( ) , * " # % \\ \t'.split(" "),
    *"int char void const struct unsigned uint64_t foo x 3 include prefix base disable PRIx64 0x10".split(),
    *('"%d"', '"', "//", "...", "[4]", "é", "\u00a0", "a*", "?", ";", "{", "\f", "\x01", " ", "  "),
)
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|[ \t]+|.', re.S)


def broken(random: Random, line: str) -> str:
    """A line with one to three changes."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        parts = list(line) if random.random() < 0.3 else _WORDS.findall(line)
        at = random.randrange(len(parts) + 1)
        change = random.randrange(5)
        if change == 0:
            parts[at : at + 1] = []
        elif change == 1:
            parts.insert(at, random.choice(TOKENS))
        elif change == 2:
            parts[at : at + 1] = [random.choice(TOKENS)]
        elif change == 3:
            parts = parts[:at]
        else:
            other = random.randrange(len(parts) + 1)
            parts[at : at + 1], parts[other : other + 1] = parts[other : other + 1], parts[at : at + 1]
        line = "".join(parts)
    return line


def text(random: Random, lines: int = 50) -> str:
    """A file of valid and broken lines, with one of the three line ends."""
    chosen = (random.choice(SOUND) for _ in range(lines))
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    said = [broken(random, line) if random.random() < 0.5 else line for line in chosen]
    return end.join(said) + random.choice((end, ""))
