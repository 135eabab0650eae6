"""QEMU's logs as traces: every prefix, other lines, lines that ran together; formats parsed in reverse."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tesc.trace.counting import count
from tesc.trace.errors import PayloadMismatch, Unusable
from tesc.trace.events import Catalogue
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.inverse import certain, doubts, inverse
from tesc.trace.opening import open_reader
from tesc.trace.printf import compile_format
from tesc.trace.selection import ALWAYS, Selection
from tesc.trace.values import kind_of

EVENTS = """\
read(void *blk, int64_t offset, unsigned flags) "blk %p offset %" PRId64 " flags 0x%x"
say(const char *who, uint8_t level) "'%s' %3u"
pair(const char *a, const char *b) "%s %s"
idle(void)
vcpu reset(int n) "n %d"
"""
MASK = (1 << 64) - 1


@pytest.fixture
def log(unit_of, tmp_path):
    """A function from a log's bytes to its rows, errors and other lines."""
    readers = []

    def read(data, chunk=1 << 18):
        path = tmp_path / "qemu.log"
        path.write_bytes(data)
        reader = open_reader(str(path), Catalogue(unit_of(EVENTS)))
        reader.source.chunk = chunk
        readers.append(reader)
        others = []
        reader.other = others.append
        prepare = lambda event: lambda values: (event.name, tuple(values))  # noqa: E731
        rows = [row for batch in reader.batches(prepare, ALWAYS) for row in batch]
        return rows, [(error.offset, error.message) for error in reader.errors], others

    yield read
    for reader in readers:
        reader.source.close()


@pytest.mark.parametrize(
    ("prefix", "time", "thread"),
    [
        ("", -1, -1),
        ("20013@1795887290.388408:", 1795887290388408000, 20013),
        ("2026-11-28T17:34:50.388408Z ", 1795887290388408000, -1),
        ("2026-11-28T17:34:50Z ", 1795887290000000000, -1),
        ("(qemu) 7@0.000001:", 1000, 7),
        ("(qemu) (qemu) ", -1, -1),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_prefixes(log, prefix, time, thread, chunk):
    lines = f"{prefix}read blk 0x7f00 offset -5 flags 0xff\n{prefix}idle \n{prefix}say 'a\tb'   7"
    rows, errors, others = log(lines.encode(), chunk)
    assert errors == others == []
    assert rows == [
        (time, thread, ("read", (0x7F00, -5 & MASK, 255))),
        (time, thread, ("idle", ())),
        (time, thread, ("say", (b"a\tb", 7))),
    ]


def test_other_lines(log):
    """They are kept separately, whatever they look like."""
    rows, errors, others = log(
        b"IN: \n0x0000:  xor %eax\n\nreading disk\n2026-11-28T17:34:54Z qemu: x\nidle \nidle\n\xff\n"
    )
    assert [row[2] for row in rows] == [("idle", ())] * 2
    assert errors == []
    assert others == [
        b"IN: ", b"0x0000:  xor %eax", b"", b"reading disk", b"2026-11-28T17:34:54Z qemu: x", b"\xff",
    ]  # fmt: skip


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_a_text_with_line_ends(log, chunk):
    """However many bytes are read at once."""
    rows, errors, others = log(b"say 'a\nb\n\nc'   1\nidle \n5@1.000000:say 'a\n", chunk)
    assert [row[2] for row in rows] == [("say", (b"a\nb\n\nc", 1)), ("idle", ())]
    assert errors == [(23, "a line of 'say' that does not match its format in trace-events")]
    assert others == []


LINES = st.lists(
    st.one_of(
        st.sampled_from([b"idle ", b"idle", b"7@1.000002:idle", b"vcpu reset", b"SeaBIOS", b"", b"\r"]),
        st.sampled_from([b"read blk 0x1 offset 2 flags 0x3", b"read blk 0x1 offset 2 fl5@1.000002:idle"]),
        st.text("a \r\n'", max_size=6).map(lambda text: b"say '%s'   1" % text.encode()),
        st.text("ab \r", max_size=5).map(lambda text: b"pair %s c" % text.encode()),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=LINES, chunk=st.sampled_from([1, 7, 1 << 18]), ended=st.booleans())
def test_cr_lf(log, lines, chunk, ended):
    """A log whose lines end in CR LF has the same records as with LF; a CR within a text stays."""
    lines = [b"idle ", *lines, b"say '\r a'   2"]
    plain = b"\n".join(lines) + b"\n" * ended
    rows, errors, others = log(plain, chunk)
    crossed, complaints, rest = log(plain.replace(b"\n", b"\r\n"), chunk)
    assert crossed == rows
    assert rows[-1][2] == ("say", (b"\r a", 2))
    assert [message for _, message in complaints] == [message for _, message in errors]
    assert [line.rstrip(b"\r") for line in rest] == [line.rstrip(b"\r") for line in others]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_a_cr_at_the_end_of_a_text(log, chunk):
    """It belongs to the text if the first event's line does not end in CR LF, and if that is possible."""
    lines = b"pair a b\r\nsay 'a'   1\r\nidle \r\npair a \r\n"
    found = [("say", (b"a", 1)), ("idle", ())]
    for before in (b"idle \n", b"SeaBIOS\r\nidle\n", b"7@1.000002:idle \n"):
        rows, errors, _ = log(before + lines, chunk)
        assert errors == []
        assert [row[2] for row in rows[1:]] == [("pair", (b"a", b"b\r")), *found, ("pair", (b"a", b"\r"))]
    for before in (b"idle \r\n", b"Script started\nidle\r\n"):
        rows, errors, _ = log(before + lines, chunk)
        assert errors == []
        assert [row[2] for row in rows[1:]] == [("pair", (b"a", b"b")), *found, ("pair", (b"a", b""))]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_a_text_whose_lines_end_in_cr_lf(log, chunk):
    rows, errors, _ = log(b"idle \nsay 'a\r\nb'   1\nsay 'a\r\nb'   1\r\n", chunk)
    assert errors == []
    assert [row[2] for row in rows] == [("idle", ()), ("say", (b"a\r\nb", 1)), ("say", (b"a\nb", 1))]


@pytest.mark.parametrize("row", [b"9", b"w", b"w ", b"9@", b"1@2."])
def test_long_lines(log, row):
    """They are scanned once, not once from each place, and a number in them may have any length."""
    long = row * (400_000 // len(row))
    rows, errors, others = log(b"idle \n%s\nsay %s\n%s@1.000000:idle \nidle \n" % (long, long, long))
    assert [row[2] for row in rows][:1] + [row[2] for row in rows][-1:] == [("idle", ())] * 2
    assert errors[0] == (
        len(long) + 7,
        "a line of 'say' that does not match its format in trace-events",
    )
    assert others[0] == long


def test_lines_that_ran_together(log):
    first = b"read blk 0x1 offset 2 fl"
    rows, errors, others = log(
        first + b"idle \nSeaBIOS7@1.000002:idle \nread blk 0x1 offset 2 flags nothing\nidle \n"
    )
    assert [row[2] for row in rows] == [("idle", ())] * 2
    assert others == [b"SeaBIOS"]
    assert errors == [
        (0, "a line of 'read' that is mixed with another event's line"),
        (len(first) + 6, "an event's line that is mixed with another line"),
        (len(first) + 6 + 24, "a line of 'read' that does not match its format in trace-events"),
    ]


def test_ambiguous_values(log):
    rows, errors, _ = log(b"pair a b\npair a b c\npair  \n")
    assert [row[2][1] for row in rows] == [(b"a", b"b"), (None, None), (b"", b"")]
    assert errors == []


@pytest.mark.parametrize("name", FORMATS)
def test_formats(tmp_path, unit_of, name):
    """Every format takes a log, even with unknown values; as text, it prints the log's own lines."""
    data = b"read blk (nil) offset 0 flags 0x0\npair a b c\nidle \nreset cpu=0x10 n -1\n"
    path = tmp_path / "log"
    path.write_bytes(data)
    unit = unit_of(EVENTS)
    reader = open_reader(str(path), Catalogue(unit))
    form = make_format(name, unit.events)
    text = (
        form.begin()
        + "".join([form.lines(rows) for rows in reader.batches(form.prepare, ALWAYS)])
        + form.end()
    )
    reader.source.close()
    assert not list(reader.errors)
    if name == "text":
        assert text.encode() == data
    unsure = {"jsonl": '{"a": null, "b": null}', "csv": "pair,,,", "simpletrace": "a=? b=?"}
    assert unsure.get(name, "pair") in text


def test_counting(tmp_path, unit_of):
    path = tmp_path / "log"
    path.write_bytes(b"idle \nnoise\nidle \n7@2.000000:idle \n")
    reader = open_reader(str(path), Catalogue(unit_of(EVENTS)))
    assert dict(count([reader], Selection(lambda name: True)).counts) == {"idle": 3}
    reader.source.close()
    assert reader.others == 1


def test_not_a_log(log):
    text = b"Dear diary,\ntoday nothing happened\n"
    with pytest.raises(Unusable, match="no line is an event of trace-events"):
        log(text)
    rows, errors, others = log(text * 10_000)
    assert (rows, len(others)) == ([], 20_000)
    assert errors == [(0, "not a simpletrace file, and not a log with a line of an event in trace-events")]


@pytest.mark.parametrize(
    ("text", "types", "line", "values"),
    [
        ('"%02x%02x"', ["uint8_t"] * 2, b"0aff", (10, 255)),
        ('"%d%d"', ["int"] * 2, b"123", (None, None)),
        ('"%d%d"', ["int"] * 2, b"1-2", (1, -2 & MASK)),
        ('"%s%s"', ["char *"] * 2, b"ab", (None, None)),
        ('"%s%s %d"', ["char *"] * 2 + ["int"], b"ab 5", (None, None, 5)),
        ('"%x"', ["int8_t"], b"ffffff80", (-128 & MASK,)),
        ('"%d"', ["bool"], b"1", (1,)),
        ('"%d"', ["int64_t"], b"1", (None,)),
        ('"%.3s"', ["char *"], b"abc", (None,)),
        ('"%.3s"', ["char *"], b"ab", (b"ab",)),
        ('"%*d"', ["int", "int"], b"   7", (None, 7)),
        ('"%-6s|"', ["char *"], b"a b   |", (b"a b",)),
        ('"%6s|"', ["char *"], b"   a b|", (b"a b",)),
        ('"%c"', ["char"], b"\xff", (-1 & MASK,)),
        ('"%p"', ["void *"], b"(nil)", (0,)),
        ('"%#x %#o"', ["unsigned"] * 2, b"0 010", (0, 8)),
        ('"%2$d %1$d"', ["int", "int"], b"5 6", (6, 5)),
        ('"fixed"', ["int"], b"fixed", (None,)),
        ('"%s"', ["void *"], b"text", (None,)),
        ('"[%s] 100%%"', ["char *"], b"[]] 100%", (b"]",)),
    ],
)
def test_backwards(text, types, line, values):
    kinds = tuple([kind_of(type_) for type_ in types])
    assert tuple(inverse(text, kinds)(line)) == values
    assert certain(text, kinds) or None in values or text in ('"%d%d"', '"%.3s"')


def test_doubts():
    kinds = tuple([kind_of(type_) for type_ in ("char *", "char *", "int64_t", "int")])
    assert [doubt.index for doubt in doubts('"%s%s %d"', kinds)] == [0, 3, 2]
    assert doubts('"%s: %s"', kinds[:2]) == []


TYPES = [
    "int",
    "unsigned",
    "uint8_t",
    "int8_t",
    "int64_t",
    "uint64_t",
    "bool",
    "void *",
    "const char *",
    "char",
    "long",
]
CONVERSIONS = ["d", "u", "x", "08x", "5d", "-5u", "#x", "+d", "02x", "ld", "lu", "lx", "016lx"]


@given(st.randoms(use_true_random=False))
def test_printed_lines_are_read(choose: random.Random):
    """Lines of any format are read; every value that is returned is the printed one."""
    types = [choose.choice(TYPES) for _ in range(choose.randrange(5))]
    kinds = tuple([kind_of(type_) for type_ in types])
    text, values = "", []
    for kind in kinds:
        text += choose.choice(["", " ", ", ", "0x", "a", "'", " is "])
        if kind.text:
            text += choose.choice(["%s", "'%s'", "%.4s", "%3s"])
            values.append(choose.choice([b"", b"a", b"x y", b"0x1", b", 5", b"\xff", b"abcdef"]))
            continue
        text += (
            "%p"
            if kind.pointer
            else "%c"
            if kind.bits == 8 and choose.random() < 0.2
            else f"%{choose.choice(CONVERSIONS)}"
        )
        bits = 1 if kind.truth else kind.bits
        number = (
            choose.choice([0, 1, 10, (1 << bits) - 1, 1 << (bits - 1), choose.getrandbits(bits)])
            & (1 << bits) - 1
        )
        if kind.signed and number >> (bits - 1):
            number -= 1 << bits
        values.append(number & MASK)
    text += choose.choice(["", " ", "."])
    line = compile_format(f'"{text}"', kinds)(tuple(values)).encode("latin-1")
    found = inverse(f'"{text}"', kinds)(line)
    for kind, one, printed in zip(kinds, found, values):
        if kind.text and one is not None and " " not in text:
            continue  # padding is removed, but may have been part of the text
        assert one in (None, printed) or (isinstance(one, bytes) and one == printed.strip(b" "))
    if certain(f'"{text}"', kinds):
        assert None not in found or "%.4s" in text


@given(st.binary(max_size=60))
def test_any_line(line):
    kinds = tuple([kind_of(type_) for type_ in ("const char *", "int", "void *")])
    try:
        inverse('"%s at %d, %p"', kinds)(line)
    except PayloadMismatch:
        return
    assert b" at " in line


DECOYS = [
    "",
    "a",
    "a -> 0x12",
    "0x",
    "12",
    "x 0x1",
    "-",
    "1,2",
    " b",
    "c ",
    "(3) ",
    "f0x",
    "0",
    "a/b: 7",
    "(nil)",
]
SHOWN = {
    "uint32_t": ["%x", "%08x", "0x%x", "%u", "%5u", "%#x", "%X"],
    "int": ["%d", "%5d", "%-3d"],
    "uint64_t": ['0x%" PRIx64 "', '%" PRIu64 "', '0x%016" PRIx64 "'],
    "void *": ["%p"],
    "char": ["%c"],
    "const char *": ["%s", "%-8s", "%8s"],
}
BETWEEN = [" ", " -> 0x", " 0x", "x", "0x", ": ", "/", ",", "(", ") ", "=", "-", " -", "0", "", ""]


def random_values(choose, kinds):
    """Values at the ends of their types' ranges, and texts that look like what comes before or after them."""
    for kind in kinds:
        if kind.text:
            yield choose.choice(DECOYS).encode()
            continue
        number = choose.choice([1, 9, 10, 15, 16, 97, (1 << kind.bits) - 1, 1 << (kind.bits - 1)])
        number &= (1 << kind.bits) - 1
        negative = kind.signed and number >> (kind.bits - 1)
        yield (number - (1 << kind.bits) if negative else number) & MASK


@pytest.mark.parametrize("seed", range(4))
def test_certain_values_are_right(seed):
    """For any format and any values: what is ambiguous is None."""
    choose = random.Random(seed)
    known = 0
    for _ in range(250):
        types = choose.choices(list(SHOWN), k=choose.randrange(1, 5))
        shown = [choose.choice(SHOWN[type_]) + choose.choice(BETWEEN) for type_ in types]
        text = f'"{choose.choice(["", "a ", "0x"])}{"".join(shown)}"'
        kinds = tuple(kind_of(type_) for type_ in types)
        for _ in range(4):
            values = tuple(random_values(choose, kinds))
            if any(type_ == "char" and value & 255 == 10 for type_, value in zip(types, values)):
                continue  # it would end the line
            found = inverse(text, kinds)(compile_format(text, kinds)(values).encode("latin-1"))
            for value, one in zip(values, found):
                # A text's own spaces cannot be told from padding.
                same = isinstance(value, bytes) and one is not None and value.strip(b" ") == one.strip(b" ")
                assert one is None or one == value or same, (text, types, values, found)
                known += one is not None
    assert known > 1500
