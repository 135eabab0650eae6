"""Conditions: their syntax, the places of errors, and the records for which they are true."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.trace.conditions import Check, Where
from tesc.trace.events import Catalogue, TracedEvent
from tesc.trace.expressions import BadExpression, parse_expression
from tesc.trace.opening import open_reader
from tesc.trace.selection import Selection

EVENTS = [
    TracedEvent("disk_read", (("void *", "dev"), ("uint64_t", "len"), ("int64_t", "delta")), '"%p"'),
    TracedEvent("disk_name", (("const char *", "name"), ("int8_t", "small"), ("bool", "fast")), '"%s"'),
    TracedEvent("net_in", (("int", "len"), ("const char *", "who"), ("unsigned", "pid")), '"%d"'),
]
READ, NAMED, NET = EVENTS
WORD = (1 << 64) - 1


def wanted(text, event, values, time=5_000, pid=7):
    """Whether a record of an event is selected."""
    found = Where(text, EVENTS)(event)
    if isinstance(found, bool):
        return found
    return bool(found.test(values, time, pid) if found.dated else found.test(values))


@pytest.mark.parametrize(
    ("text", "event", "values", "expected"),
    [
        ("len > 4096", READ, (1, 4097, 0), True),
        ("len > 4096", READ, (1, 4096, 0), False),
        # Numbers follow their types: all ones is 2^64-1 as uint64_t, and -1 as int64_t and int.
        ("len > 4096", READ, (1, WORD, 0), True),
        ("len > 4096", NET, (WORD, b"", 0), False),
        ("delta < 0", READ, (0, 0, WORD), True),
        ("delta == -9223372036854775808", READ, (0, 0, 1 << 63), True),
        ("dev == 0xffffffffffffffff", READ, (WORD, 0, 0), True),
        ("len < 0", READ, (0, WORD, 0), False),
        ("small == -128", NAMED, (b"", 0x80, 0), True),
        ("len == len", READ, (0, 3, 0), True),
        ("len >= delta", READ, (0, 0, WORD), True),
        ("dev & 0xf0 == 0x50", READ, (0x55D0 + 0x80, 0, 0), True),
        ("0xf0 & dev != 0x50", READ, (0x55D0, 0, 0), True),
        ("delta & 0x8000000000000000", READ, (0, 0, WORD), True),
        ("fast", NAMED, (b"", 0, 256), True),
        ("not fast", NAMED, (b"", 0, 0), True),
        ("fast == true", NAMED, (b"", 0, 2), True),
        ("fast != false", NAMED, (b"", 0, 0), False),
        # An argument hides the record's value; record.name is always the event's.
        ('name ~ "disk*"', NAMED, (b"disk0", 0, 0), True),
        ('name ~ "disk*"', NAMED, (b"cd0", 0, 0), False),
        ('name ~ "disk*"', READ, (0, 0, 0), True),
        ('record.name == "disk_name"', NAMED, (b"", 0, 0), True),
        ('name == "net_in"', NET, (0, b"", 0), True),
        ("pid == 7", READ, (0, 0, 0), True),
        ("pid == 7", NET, (0, b"", 8), False),
        ("record.pid == 7", NET, (0, b"", 8), True),
        ("time >= 5us and time < 5.001us", READ, (0, 0, 0), True),
        ("time < 5us", READ, (0, 0, 0), False),
        ('who ~ "a?c"', NET, (0, "aéc".encode(), 0), True),
        ('who !~ "a?c"', NET, (0, b"abbc", 0), True),
        ('who == "\\xff\\n"', NET, (0, b"\xff\n", 0), True),
        ("who == 'it'", NET, (0, b"it", 0), True),
        # A comparison with something that an event lacks is false, and so is its opposite.
        ("not len > 5", NAMED, (b"", 0, 0), False),
        ("fast or not fast", READ, (0, 0, 0), False),
        ("fast or len > 5", READ, (0, 6, 0), True),
        ("not (len > 5 and dev == 1)", READ, (2, 6, 0), True),
        ("!(len > 5 || dev == 1) && delta == 0", READ, (2, 5, 0), True),
    ],
)
def test_meaning(text, event, values, expected):
    assert wanted(text, event, values) is expected


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("", "an empty condition", ""),
        ("len >", "expected an argument, a number or text, not the end", ""),
        ("len > 4096 len", "expected 'and', 'or' or the end, not 'len'", "len"),
        ("len = 5", "write == to compare", "="),
        ('who =~ "a*"', "write ~ and a pattern", "=~"),
        ("1 < len < 5", "one comparison at a time: join two with 'and'", "<"),
        ("(len > 5", "nothing closes this", "("),
        ("len > 5)", "this closes nothing", ")"),
        ('who == "it', "this text has no closing quote", '"it'),
        ('who == "\\q"', "unknown escape", "\\q"),
        ("5 == 5", "this comparison has no argument", "5 == 5"),
        ("5", "expected a comparison with an argument", "5"),
        ("len > 0x1_0", "'0x1_0' is not a number", "0x1_0"),
        ("len > 010", "write 10, or 0x", "010"),
        ("len > 18446744073709551616", "more than 64 bits", "18446744073709551616"),
        ("len > -9223372036854775809", "more than 64 bits", "-9223372036854775809"),
        ("time > 1.5ns", "less than a nanosecond", "1.5ns"),
        ("who ~ 5", "expected a pattern in quotes", "5"),
        ("len & dev", "& takes an argument and a number", "&"),
        ("length > 5", "no event has an argument 'length'; did you mean 'len'?", "length"),
        ("len > 5 and\n  divce == 3", "no event has an argument 'divce'", "divce"),
        (
            "len > 5 and who == dis",
            "no event has an argument 'dis'; text is written in quotes: \"dis\"",
            "dis",
        ),
        ("disk == name", "no event has an argument 'disk'; text is written in quotes: \"disk\"", "disk"),
        ("len == dis", "no event has an argument 'dis'", "dis"),
        ("who > 5", "the text 'who' is compared with a number", ">"),
        ('len == "x"', "text is compared with the number 'len'", "=="),
        ('who < "x"', "< is for numbers", "<"),
        ('len ~ "5*"', "text is compared with the number 'len'", "~"),
        ("who", "text is neither true nor false", "who"),
        ("who & 4", "'who' is text: & is for numbers", "who & 4"),
        ("fast == dev", "no event has both 'fast' and 'dev'", "fast == dev"),
        ("record.len > 5", "a record has record.name, record.pid, record.time", "record.len"),
        ("len > 5 %", "'%' is not expected here", "%"),
    ],
)
def test_places(text, message, marked):
    with pytest.raises(BadExpression) as caught:
        Where(text, EVENTS)
    wrong = caught.value
    assert wrong.message.startswith(message)
    assert text[wrong.start : wrong.stop] == marked
    first, line, carets = wrong.pictured().split("\n")
    assert first == wrong.message
    if marked:
        assert line[carets.index("^") : carets.rindex("^") + 1] == marked


def test_depth():
    text = "(" * 150 + "len > 5" + ")" * 150
    with pytest.raises(BadExpression, match="nested parentheses"):
        parse_expression(text)
    long = " or ".join(f"len == {number}" for number in range(3000))
    assert wanted(long, READ, (0, 2999, 0)) and not wanted(long, READ, (0, 3000, 0))


def test_an_argument_that_a_log_lacks(monkeypatch):
    event = TracedEvent("net_in", NET.parameters, NET.format)
    event.uncertain = True
    for text in ("len > 5", "not len > 5", "len & 4", 'who ~ "*"', "len"):
        found = Where(text, EVENTS)(event)
        assert isinstance(found, Check) and not found.test((None, None, None), 5, 7)
    assert Where("len > 5 or who == 'x'", EVENTS)(event).test((None, b"x", 1), 5, 7)


# An independent interpreter in three-valued logic: None is unknown.

ARGUMENTS = ["dev", "len", "delta", "small", "fast"]
NUMBERS = [0, 1, 5, -1, -128, 4096, (1 << 63) - 1, -(1 << 63), WORD]
OPERATORS = {
    "==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__,
}  # fmt: skip
BITS = {"uint64_t": (64, 0), "int64_t": (64, 1), "int8_t": (8, 1), "void *": (64, 0), "int": (32, 1)}


def typed(type_, word):
    if type_ == "bool":
        return int(word != 0)
    bits, signed = BITS[type_]
    low = word % (1 << bits)
    return low - (1 << bits) if signed and low >= 1 << (bits - 1) else low


def truth(tree, known):
    if tree[0] == "not":
        inner = truth(tree[1], known)
        return None if inner is None else not inner
    if tree[0] in ("and", "or"):
        values = [truth(one, known) for one in tree[1:]]
        deciding = tree[0] == "or"
        return deciding if deciding in values else None if None in values else not deciding
    _, name, operator, number = tree
    return None if name not in known else OPERATORS[operator](known[name], number)


def shown(tree):
    if tree[0] == "not":
        return f"not ({shown(tree[1])})"
    if tree[0] in ("and", "or"):
        return f"({shown(tree[1])} {tree[0]} {shown(tree[2])})"
    return f"{tree[1]} {tree[2]} {tree[3]}"


COMPARISONS = st.tuples(
    st.just("is"), st.sampled_from(ARGUMENTS), st.sampled_from(list(OPERATORS)), st.sampled_from(NUMBERS)
)
TREES = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=8,
)


@given(TREES, st.sampled_from([READ, NAMED, NET]), st.lists(st.sampled_from(NUMBERS), min_size=3, max_size=3))
def test_against_three_valued_logic(tree, event, numbers):
    words = [number & WORD for number in numbers]
    values = [b"x" if "char" in type_ else word for (type_, _), word in zip(event.parameters, words)]
    known = {
        name: typed(type_, word)
        for (type_, name), word in zip(event.parameters, words)
        if type_ in BITS or type_ == "bool"
    }
    assert wanted(shown(tree), event, tuple(values)) is (truth(tree, known) is True)


@given(st.text(alphabet="len fast who()and or not<>=!~&\"'0x19.+-\\nstme", max_size=40))
def test_any_text(text):
    """Any text is either a valid condition, or is refused with a place within it."""
    wrong = None
    try:
        Where(text, EVENTS)
    except BadExpression as error:
        wrong = error
    assert wrong is None or (
        0 <= wrong.start < wrong.stop <= len(text) + 1 and wrong.pictured().count("\n") == 2
    )


def test_events_that_cannot_match_are_left_out():
    selection = Selection(lambda name: True, where=Where('name ~ "disk*" and len > 5', EVENTS))
    prepared = [selection.prepare(lambda event: lambda values: values)(event) for event in EVENTS]
    assert [one is None for one in prepared] == [False, True, True]


def test_decode(writer, tmp_path):
    """Every format has the records that meet the condition, and carets show errors in it."""
    events = tmp_path / "events"
    events.write_text('a(int x, const char *s) "%d %s"\nb(uint64_t x) "%" PRIu64\nidle(void) ""\n')
    made = writer().header()
    for event_id, name in enumerate(["a", "b", "idle"]):
        made.mapping(event_id, name)
    expected = []
    for number, text in product(range(300), [b"disk0", b"net"]):
        made.record(0, 10 * number, 7 + number % 2, number - 150, text)
        made.record(1, 10 * number, 7, number << 60)
        made.record(2, 10 * number, 7)
        if number - 150 > -5 and text == b"disk0" and number % 2:
            expected.append(number - 150)
    (tmp_path / "trace").write_bytes(made.data)

    def decode(condition, *ask):
        command = [
            sys.executable,
            "-m",
            "tesc",
            "decode",
            "trace",
            "--events=events",
            *ask,
            "--where",
            condition,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    condition = 's ~ "disk*" and x > -5 and pid == 8 and time >= +10ns'
    pattern = {"text": r"a (-?\d+) disk0", "csv": r"a,(-?\d+),", "jsonl": r'"x": (-?\d+)'}
    for form, expression in pattern.items():
        status, printed, said = decode(condition, f"--format={form}")
        assert (status, said) == (0, "")
        assert [int(one) for one in re.findall(expression, printed)] == expected
    status, printed, said = decode(condition, "--stats", "--format=csv")
    assert (status, said, printed.split(",")[:4]) == (
        0,
        "",
        ["event", "count", "rate\na", str(len(expected))],
    )
    status, printed, said = decode("x > 5 and xx == 3")
    assert (status, printed) == (2, "")
    assert said == (
        "tesc: error: --where: no event has an argument 'xx'; did you mean 'x'?\n"
        "    x > 5 and xx == 3\n"
        "              ^^\n"
    )


def test_logs(writer, unit_of, tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"1@5.000001:a 5 disk\nother\na -6 net\n2@5.000002:a 7 disk\n")
    catalogue = Catalogue(unit_of('a(int x, const char *s) "%d %s"\n'))
    reader = open_reader(str(log), catalogue)
    where = Where("s == 'disk' and record.pid >= 2", reader.declared)
    rows = [
        row
        for rows in reader.batches(
            Selection(lambda name: True, where=where, dated=True).prepare(
                lambda event: lambda values: values
            ),
            Selection(lambda name: True, where=where, dated=True).window,
        )
        for row in rows
    ]
    reader.source.close()
    assert rows == [(5_000_002_000, 2, (7, b"disk"))]
