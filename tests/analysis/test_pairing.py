"""Which parameter a conversion takes, and how conversions are described."""

from __future__ import annotations

import pytest

from tesc.analysis.formats.description import printed, sample
from tesc.analysis.formats.pairing import pairings
from tesc.syntax.parser import parse
from tesc.syntax.printf import parse_format
from tesc.syntax.source import Source

MODELS = ("lp64", "ilp32")


def event_of(line: str):
    [event] = parse(Source("trace-events", f"{line}\n")).events
    return event


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('e(int a, int b) "%d %d"', [(0, "value", 0), (1, "value", 1)]),
        ('e(int w, int p, int v) "%*.*d"', [(0, "width", 0), (0, "precision", 1), (0, "value", 2)]),
        ('e(int a) "100%% %d"', [(1, "value", 0)]),
        ('e(int a) "%m %d"', [(1, "value", 0)]),
        ('e(int a, int b) "%2$d %1$d"', [(0, "value", 1), (1, "value", 0)]),
        ('e(int a) "%2$d"', [(0, "value", None)]),
        # The text is left without a conversion, because the number fits better.
        ('e(const char *s, int n) "%d"', [(0, "value", 1)]),
        ('e(int n) "%s %d"', [(0, "value", None), (1, "value", 0)]),
        ('e(int n) "%y %d"', [(1, "value", 0)]),
        ("e(int n)", []),
    ],
)
def test_pairs(line, expected):
    found = pairings(event_of(line), MODELS)
    assert [(pair.slot.conversion, pair.slot.role, pair.parameter) for pair in found] == expected


def test_a_pair_knows_the_models_that_reject_it():
    found = pairings(event_of('e(uint64_t a, size_t n, int i) "%lx %zu %s"'), MODELS)
    assert [pair.rejecting for pair in found] == [("ilp32",), (), ("lp64", "ilp32")]


@pytest.mark.parametrize(
    ("format_text", "expected"),
    [
        ('"%d"', "a signed decimal number"),
        ('"%08x"', "a hexadecimal number, in at least 8 characters, filled with zeros"),
        ('"%-8X"', "a hexadecimal number in upper case, in at least 8 characters, left-aligned"),
        ('"%#x"', "a hexadecimal number after 0x"),
        ('"%.3u"', "an unsigned decimal number, with at least 3 digits"),
        ('"%+d"', "a signed decimal number, always with a sign"),
        ('"% d"', "a signed decimal number, with a space in place of a missing sign"),
        ('"%\'d"', "a signed decimal number, with its thousands grouped"),
        ('"%.20s"', "a string of at most 20 bytes"),
        ('"%.*s"', "a string of at most as many bytes as a parameter says"),
        ('"%*c"', "a character, in at least as many characters as a parameter says"),
        ('"%ls"', "a wide string"),
        ('"%p"', "an address, as 0x and hexadecimal digits"),
        ('"%.2f"', "a decimal fraction, with 2 digits after the point"),
        ('"%" PRIo64', "an octal number"),
        ('"%016" PRIX64', "a hexadecimal number in upper case, in at least 16 characters, filled with zeros"),
        ('"%%"', "a percent sign"),
        ('"%n"', "nothing: it stores how many characters have been printed so far"),
        ('"%y"', None),
        ('"%" HWADDR_PRIx', None),
    ],
)
def test_printed(format_text, expected):
    assert printed(parse_format(format_text).conversions[0]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('e(uint64_t addr, size_t len) "addr 0x%" PRIx64 " len %zu"', "addr 0x<addr> len <len>"),
        ('e(void *p, int n) "p %p n %#x (%d%%)"', "p 0x<p> n 0x<n> (%d%)"),
        ('e(int w, int v) "[%*d]"', "[<v>]"),
        ('e(int a, int b) "%2$d %1$d"', "<b> <a>"),
        ('e(int a) "tab\\t%d \\x41 \\"q\\""', 'tab\t<a> A "q"'),
        ('e(int a, uint8_t b) "\U0001f600 %d" PRIx64 " %" PRIx8 "."', "\U0001f600 <a>lx <b>."),
        ('e(int a) "%d %" PRIx8', "<a> %PRIx8"),
        ('e(int a) "%" X', "<a>"),
        ('e(int a) "%d %d"', "<a> %d"),
        ('e(int) "%d"', "<?>"),
        ('e(int a) "%d" OTHER "!"', "<a>OTHER!"),
    ],
)
def test_sample(line, expected):
    event = event_of(line)
    names = [parameter.name for parameter in event.parameters]
    assert sample(event.format.text, pairings(event, MODELS), names) == expected
