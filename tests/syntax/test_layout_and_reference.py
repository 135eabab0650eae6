"""Formatting leaves alone what QEMU's generators would then read differently."""

from __future__ import annotations

import pytest

from tesc.syntax.layout import canonical
from tesc.syntax.parser import parse
from tesc.syntax.source import Source


@pytest.mark.parametrize(
    "line",
    [
        'x(unsigned long long v, uint8_t b) "%"PRIu64" %% 0x%08"PRIx32"=%d %d"',
        'x(const char  *s) "%s"',
        'x(char\t*s, int b) "%s %d"',
        'x(const char  **s) "%p"',
        'x(unsigned long  long v) "%llu"',
        'x(signed\tlong long v) "%lld"',
        'x(bool  *p, int8_t  *q) "%p %p"',
    ],
)
def test_what_only_they_tell_apart(line):
    text = f"{line}\n"
    assert canonical(parse(Source("t", text))) == text


@pytest.mark.parametrize(
    ("line", "laid_out"),
    [
        ('x(uint64_t v) "%"PRIu64" %% "', 'x(uint64_t v) "%" PRIu64 " %% "'),
        ('x(uint64_t v) "0x%"PRIx64""', 'x(uint64_t v) "0x%" PRIx64 ""'),
        ('x(const char* s) "%s"', 'x(const char *s) "%s"'),
        ('x(unsigned  int v, foo * *p) "%u %p"', 'x(unsigned int v, foo **p) "%u %p"'),
    ],
)
def test_others_are_laid_out(line, laid_out):
    assert canonical(parse(Source("t", f"{line}\n"))) == f"{laid_out}\n"
