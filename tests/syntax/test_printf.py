"""Formats: conversions are found however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.printf import parse_format


def conversions(text: str) -> list[tuple[str, str]]:
    """Each conversion: its place in the source, and its text as the compiler sees it."""
    return [(text[c.start : c.end], c.text) for c in parse_format(text).conversions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('""', []),
        ('"none"', []),
        ('"%d"', ["%d"]),
        ('"%d%u"', ["%d", "%u"]),
        ('"a %d b %-5.3s c"', ["%d", "%-5.3s"]),
        ('"%%"', ["%%"]),
        ('"%%d"', ["%%"]),
        ('"%%%d"', ["%%", "%d"]),
        ('"100%"', ["%"]),
        ('"%"', ["%"]),
        ('"% "', ["% "]),
        ('"%5"', ["%5"]),
        ('"%-08.3l"', ["%-08.3l"]),
        ('"%y"', ["%y"]),
        ('"%日"', ["%日"]),
        ('"日本🙂 %d"', ["%d"]),
        (
            '"%hhd %hd %ld %lld %qd %jd %zd %Zd %td %Lf"',
            ["%hhd", "%hd", "%ld", "%lld", "%qd", "%jd", "%zd", "%Zd", "%td", "%Lf"],
        ),
        ('"%*d %.*s %*.*f"', ["%*d", "%.*s", "%*.*f"]),
        ('"%1$d %2$*1$d"', ["%1$d", "%2$*1$d"]),
        ('"%\'d %#x % d %+d %0d %-d %Id"', ["%'d", "%#x", "% d", "%+d", "%0d", "%-d", "%Id"]),
        ('"%m %n %c %p"', ["%m", "%n", "%c", "%p"]),
        ('"%.d"', ["%.d"]),
        ('"%.-3d"', ["%.-3d"]),
        ('"%lllx"', ["%lll"]),
        ('"%ul"', ["%u"]),
        ('"%0x8"', ["%0x"]),
    ],
)
def test_in_one_string(text, expected):
    assert conversions(text) == [(conversion, conversion) for conversion in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Adjacent strings are one string.
        ('"%" "d"', [('%" "d', "%d")]),
        ('"%""d"', [('%""d', "%d")]),
        ('"%"  \t "-5" "" "d"', [('%"  \t "-5" "" "d', "%-5d")]),
        ('"a%" "%b"', [('%" "%', "%%")]),
        ('"%l" "d %d"', [('%l" "d', "%ld"), ("%d", "%d")]),
        ('"%d" "%d"', [("%d", "%d"), ("%d", "%d")]),
        # A macro ends a conversion, or is not part of one.
        ('"%" PRIx64', [('%" PRIx64', "%PRIx64")]),
        ('"%"PRIx64', [('%"PRIx64', "%PRIx64")]),
        ('"%08" PRIx64 " b"', [('%08" PRIx64', "%08PRIx64")]),
        ('"%-" "8" PRIx64"%d"', [('%-" "8" PRIx64', "%-8PRIx64"), ("%d", "%d")]),
        ('"a" PRIx64', []),
        ('"%d" PRIx64', [("%d", "%d")]),
        ('"%" PRIx64 PRIu8', [('%" PRIx64', "%PRIx64")]),
        ('"%x" PRIx8', [("%x", "%x")]),
        ('"%l" PRIx64', [('%l" PRIx64', "%lPRIx64")]),
        ('"%" UNKNOWN "d"', [('%" UNKNOWN', "%UNKNOWN")]),
        # Escapes are decoded before conversions are looked for.
        (r'"\045d"', [(r"\045d", "%d")]),
        (r'"\45d"', [(r"\45d", "%d")]),
        (r'"%\144"', [(r"%\144", "%d")]),
        (r'"\x25" "d"', [(r'\x25" "d', "%d")]),
        (r'"\x25\x64 %\x64"', [(r"\x25\x64", "%d"), (r"%\x64", "%d")]),
        (r'"\u0025d"', [(r"\u0025d", "%d")]),
        (r'"%\'d"', [(r"%\'d", "%'d")]),
        (r'"%\"d"', [(r"%\"", '%"')]),
        (r'"%\\d"', [(r"%\\", "%\\")]),
        (r'"\\%d"', [("%d", "%d")]),
        (r'"\n%d\t%u"', [("%d", "%d"), ("%u", "%u")]),
        # An octal escape takes at most three digits, a hexadecimal one as many as follow.
        (r'"\0455d"', [(r"\0455d", "%5d")]),
        (r'"\x025d"', []),
        (r'"\x00000025" "d"', [(r'\x00000025" "d', "%d")]),
        (r'"%\1441"', [(r"%\144", "%d")]),
    ],
)
def test_across_strings_macros_and_escapes(text, expected):
    assert conversions(text) == expected


def test_spans_count_code_points_from_the_start_of_the_format():
    (one, two) = parse_format('"日🙂\t%d" PRIx64 "\\n%" PRIu8').conversions
    assert (one.start, one.end) == (4, 6)
    assert (two.start, two.end) == (18, 26)


@pytest.mark.parametrize(
    ("text", "fields", "arguments"),
    [
        ("%d", ("", "", "", None, "", "d"), 1),
        ("%-+ #0'Id", ("", "-+ #0'I", "", None, "", "d"), 1),
        ("%08lx", ("", "0", "8", None, "l", "x"), 1),
        ("%5.3s", ("", "", "5", "3", "", "s"), 1),
        ("%.s", ("", "", "", "", "", "s"), 1),
        ("%.-1s", ("", "", "", "-1", "", "s"), 1),
        ("%*d", ("", "", "*", None, "", "d"), 2),
        ("%.*s", ("", "", "", "*", "", "s"), 2),
        ("%-*.*lld", ("", "-", "*", "*", "ll", "d"), 3),
        ("%2$*1$.*3$hhd", ("2$", "", "*1$", "*3$", "hh", "d"), 3),
        ("%%", ("", "", "", None, "", "%"), 0),
        ("%5%", ("", "", "5", None, "", "%"), 0),
        ("%m", ("", "", "", None, "", "m"), 0),
        ("%*m", ("", "", "*", None, "", "m"), 1),
        ("%lc", ("", "", "", None, "l", "c"), 1),
    ],
)
def test_parts(text, fields, arguments):
    (one,) = parse_format(f'"{text}"').conversions
    assert (one.position, one.flags, one.width, one.precision, one.length, one.letter) == fields
    assert one.macro is None
    assert one.arguments == arguments


def test_a_macro_gives_a_conversion_its_kind():
    text = '"%-08.3" PRIx64 " %" UNKNOWN'
    one, two = parse_format(text).conversions
    assert (one.flags, one.width, one.precision, one.length, one.letter) == ("-0", "8", "3", "", "")
    assert (one.macro.name, text[one.macro.start : one.macro.end], one.arguments) == ("PRIx64", "PRIx64", 1)
    assert (two.macro.name, two.arguments) == ("UNKNOWN", 1)


def test_pieces():
    text = '"a" PRIx64"b"  ""\tPRIu8'
    parsed = parse_format(text)
    assert [text[piece.start : piece.end] for piece in parsed.pieces] == [
        '"a"',
        "PRIx64",
        '"b"',
        '""',
        "PRIu8",
    ]
    assert [text[piece.start : piece.end] for piece in parsed.literals] == ['"a"', '"b"', '""']
    assert [macro.name for macro in parsed.macros] == ["PRIx64", "PRIu8"]
    assert [text[macro.start : macro.end] for macro in parsed.macros] == ["PRIx64", "PRIu8"]


def test_an_escaped_quote_does_not_end_a_string():
    text = r'"a \" b" "\\" PRIx64'
    parsed = parse_format(text)
    assert [text[piece.start : piece.end] for piece in parsed.pieces] == [r'"a \" b"', r'"\\"', "PRIx64"]
    assert parsed.joined[:-1] == 'a " b\\'


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        (r'"\a\b\f\r\t\v\e\\\'\"\? \33 \x1b \u00e9 \U0001F642"', []),
        (r'"\n"', [(r"\n", "newline")]),
        (
            r'"\12 \012 \x0a \u000a \xa"',
            [(t, "newline") for t in (r"\12", r"\012", r"\x0a", r"\u000a", r"\xa")],
        ),
        (r'"\\n \\\n"', [(r"\n", "newline")]),
        (r'"\0 \000 \x00"', [(t, "nul") for t in (r"\0", r"\000", r"\x00")]),
        (r'"\q\%\d\ \9"', [(t, "bad-escape") for t in (r"\q", r"\%", r"\d", r"\ ", r"\9")]),
        (r'"\777 \x1ff"', [(t, "bad-escape") for t in (r"\777", r"\x1ff")]),
        (r'"\x \u12 \U1234567"', [(t, "bad-escape") for t in (r"\x", r"\u", r"\U")]),
        (r'"\ud800 \udfff \U00110000"', [(t, "bad-escape") for t in (r"\ud800", r"\udfff", r"\U00110000")]),
        (r'"\400 \x10a"', [(t, "bad-escape") for t in (r"\400", r"\x10a")]),
        (r'"a\n" PRIx64 "\q"', [(r"\n", "newline"), (r"\q", "bad-escape")]),
    ],
)
def test_flaws(text, flaws):
    assert [(text[flaw.start : flaw.end], flaw.kind) for flaw in parse_format(text).flaws] == flaws


def test_what_is_printed_between_conversions():
    text = r'"\ta 0" "x%d b\x21%" PRIx8 "c"'
    parsed = parse_format(text)
    assert [parsed.text_before(index) for index in range(3)] == ["\ta 0x", " b!", "c"]
    start, end = parsed.gap(0)
    assert parsed.written(start, end) == (1, text.index("%d"))
    assert [parsed.is_plain(*span) for span in ((0, 1), (1, 4), (3, 5))] == [False, True, False]
    assert text[slice(*parsed.written(0, 1))] == r"\t"
    assert parse_format('""').text_before(0) == ""


def test_all_macros_of_inttypes():
    # C11 7.8.1 lists 14 sizes, each with a macro for six letters.
    assert len(PRI_MACROS) == 14 * 6
    assert {"PRId8", "PRIi16", "PRIoLEAST32", "PRIuFAST64", "PRIxMAX", "PRIXPTR"} <= PRI_MACROS.keys()
    assert not {"PRIc8", "PRIx", "PRIx128", "SCNx64", "PRIX"} & PRI_MACROS.keys()


ANYTHING = st.lists(
    st.sampled_from(
        [
            '"',
            "\\",
            "%",
            "d",
            "l",
            "*",
            ".",
            "1$",
            "-",
            "0",
            "x",
            "\\x25",
            "\\045",
            "\\n",
            "PRIx64",
            " ",
            "\t",
            "日",
            "u0025",
        ]
    ),
    max_size=20,
).map("".join)


@given(
    st.lists(ANYTHING.map(lambda text: '"' + text.replace('"', '\\"').rstrip("\\") + '"'), max_size=4).map(
        " PRIx8 ".join
    )
)
def test_any_format_has_its_places(text):
    parsed = parse_format(text)
    at = 0
    for conversion in parsed.conversions:
        assert at <= conversion.start < conversion.end <= len(text)
        assert text[conversion.start] in "%\\"
        assert conversion.text.startswith("%")
        at = conversion.end
    at = 0
    for piece in parsed.pieces:
        assert at <= piece.start < piece.end <= len(text)
        at = piece.end
    for index, (start, end) in enumerate(parsed.places):
        conversion = parsed.conversions[index]
        assert parsed.written(start, end) == (conversion.start, conversion.end)
        assert "%" not in parsed.text_before(index)
    for flaw in parsed.flaws:
        assert text[flaw.start] == "\\"
        assert flaw.end <= len(text)
