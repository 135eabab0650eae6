"""What QEMU's tracetool rejects, and where; and which files certainly contain nothing of the kind."""

from __future__ import annotations

import pytest

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units import reasons
from tesc.units.facts import facts
from tesc.units.rejections import is_sound
from tesc.units.releases import VERSIONS, Release
from tests.codegen.qemu.random_events import Events

END = "the file does not end with a newline"
NAME = "QEMU's tracetool rejects one space before an event's name"
OPEN = "QEMU's tracetool rejects a space between an event's name and '('"
TAB = "QEMU's tracetool rejects a tab within a type"
INTPTR = "QEMU's tracetool rejects the type intptr_t"
ERRNO = "QEMU's tracetool rejects '%m', even in '%%m', in a format"
NEWLINE = "QEMU's tracetool rejects '\\n', even after an escaped backslash, in a format"
REAL_ERRNO = "'%m' prints errno, which tracers do not keep"
REAL_NEWLINE = "a newline in the format"


def found(text: str) -> list[tuple[str, str, bool]]:
    """The rejections: the text in question, the message, and whether only the reference rejects it."""
    tree = parse(Source("x", text))
    assert not tree.errors
    found = sorted(facts(tree, "qemu"), key=lambda fact: fact.span.start)
    return [
        (text[one.span.start : one.span.end], one.message, one.reason is reasons.TRACETOOL) for one in found
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   \t",
        "# a comment",
        " # a comment with one space before it, %m and \\n",
        "a(void)",
        'a(void) "x"',
        '  a(void) "two spaces"',
        ' \ta(void) "a space and a tab"',
        'disable a(void) "x"',
        ' disable a(void) "one space before a property"',
        "disable\t a(void)",
        "a( void )",
        'a( int  x ,unsigned  long\ty,const char*z , void * * p )"x"',
        "a(int\tx)",
        "a(char *\tx)",
        "a(const char *const *x, uint8_t const *y)",
        'a(int x)\t"% m %-m %%-m \\\\ n"  ',
        "a(ptrdiff_t x, uintptr_t y, ssize_t z)",
        # These are whitespace for Python, which strips them from parameters.
        "a(\x0cint x, \x1cint y)",
        f"a({', '.join(f'int p{i}' for i in range(10))})",
    ],
)
def test_what_it_reads(line):
    assert found(f"{line}\n") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (" a(void)", [(" ", NAME, True)]),
        ("\ta(void)", [("\t", NAME, True)]),
        ("a (void)", [(" ", OPEN, True)]),
        ("a \t (void)", [(" \t ", OPEN, True)]),
        (" a (void)", [(" ", NAME, True), (" ", OPEN, True)]),
        ("disable a (void)", [(" ", OPEN, True)]),
        ("a(intptr_t x)", [("intptr_t", INTPTR, True)]),
        ("a(const intptr_t *x, int y, intptr_t z)", [("intptr_t", INTPTR, True)] * 2),
        ("a(unsigned\tlong x)", [("\t", TAB, True)]),
        ("a(char\t*x)", [("\t", TAB, True)]),
        ("a(const char *\t*x)", [("\t", TAB, True)]),
        ("a(const\tintptr_t x)", [("\t", TAB, True)]),
        ('a(void) "%%m"', [("%m", ERRNO, True)]),
        ('a(void) "x" "%%m"', [("%m", ERRNO, True)]),
        ('a(void) "C:\\\\new"', [("\\n", NEWLINE, True)]),
        ('a(void) "\\\\n%%m\\\\n"', [("\\n", NEWLINE, True), ("%m", ERRNO, True), ("\\n", NEWLINE, True)]),
    ],
)
def test_what_only_it_refuses(line, expected):
    assert found(f"{line}\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a(\x01int x)", [("\x01", "the invisible character U+0001", False)]),
        ("a(int y, \x01int x)", [("\x01", "the invisible character U+0001", False)]),
        ("a()", [("()", "the parameter list is empty", False)]),
        ("a( )", [("( )", "the parameter list is empty", False)]),
        ("vcpu a(void)", [("vcpu", "unknown property 'vcpu'", False)]),
        (
            "disable tcg vcpu a(void)",
            [("tcg", "unknown property 'tcg'", False), ("vcpu", "unknown property 'vcpu'", False)],
        ),
        ("a(struct foo *x)", [("struct foo *", "type 'struct foo *' is not allowed in an event", False)]),
        ("a(const hwaddr x)", [("const hwaddr", "type 'const hwaddr' is not allowed in an event", False)]),
        (
            "a(double x)",
            [
                (
                    "double",
                    "type 'double' is not allowed: tracers do not support floating-point numbers",
                    False,
                )
            ],
        ),
        ('a(void) "%m"', [("%m", REAL_ERRNO, False)]),
        ('a(void) "%d\\n"', [("\\n", REAL_NEWLINE, False)]),
        ('a(void) "%%%m%%m"', [("%m", REAL_ERRNO, False), ("%m", ERRNO, True)]),
        (
            f"a({', '.join(f'int p{i}' for i in range(11))})",
            [("int p10", "11 arguments, but at most 10 are allowed", False)],
        ),
        (
            f"a({', '.join(f'int p{i}' for i in range(12))})",
            [("int p10, int p11", "12 arguments, but at most 10 are allowed", False)],
        ),
    ],
)
def test_what_is_wrong_anyway(line, expected):
    assert found(f"{line}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a(void)", [("", END, False)]),
        ("# a comment", [("", END, False)]),
        ("a(void)\r", []),
        ("a(void)\r\n", []),
        # A space at the start of a line other than the first.
        ("a(void)\n b(void)\n", [(" ", NAME, True)]),
        ("a(void)\r\n b(void)\r\n", [(" ", NAME, True)]),
        ("a(void)\r b(void)\r", [(" ", NAME, True)]),
        ("\n b(void)\n", [(" ", NAME, True)]),
        ("# 日本🙂\n\n  b(void)\n c(void)", [(" ", NAME, True), ("", END, False)]),
    ],
)
def test_line_ends(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("line", "help_"),
    [
        (" a(void)", "begin the line with it"),
        ("a (void)", "write 'a('"),
        ("a(unsigned\tlong x)", "write a space"),
        ("a(intptr_t x)", "declare it ptrdiff_t"),
        ('a(void) "%%m"', "put something between them, such as '%% m'"),
        ("a()", None),
    ],
)
def test_what_to_write_instead(line, help_):
    (one,) = facts(parse(Source("x", f"{line}\n")), "qemu")
    assert one.help == help_


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-2], VERSIONS[-1]])
def test_sound_files_have_no_rejections(version):
    """In files that are accepted without a closer look, the closer look would find nothing."""
    events, release = Events(7), Release(version)
    sound = 0
    for _ in range(4000):
        tree = parse(Source("x", f"{events.line()}\n"))
        if is_sound(tree, release):
            sound += 1
            assert list(facts(tree, "qemu", release=release)) == [], tree.source.text
    assert sound > 800 or not release.has("one-format")
