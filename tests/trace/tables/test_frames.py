"""Tables in memory: to_arrow, to_pandas, to_polars."""

from __future__ import annotations

import sys

import pytest

import tesc.trace
from tesc.trace.tables import MissingExtra

pa = pytest.importorskip("pyarrow")

EVENTS = """\
move(uint64_t to, int8_t by, bool fast, const char *who, int ts) "%" PRIu64 " %d %d %s %d"
idle(void)
quiet(int x) "%d"
"""
MOST = (1 << 64) - 1


@pytest.fixture
def files(tmp_path, writer):
    (tmp_path / "events").write_text(EVENTS)
    made = writer().header().mapping(5, "move").mapping(6, "idle")
    made.record(6, 1, 7).record(5, 1001, 7, MOST, -1, 1, b"a\xff", 9).record(
        5, 2999, 8, 1 << 63, 127, 0, b"", -9
    )
    (tmp_path / "trace").write_bytes(made.data)
    (tmp_path / "log").write_text("move 18446744073709551615 1 1 x 3\nmove 5 2 0 \nidle \n")
    return tmp_path


@pytest.fixture
def trace(files):
    with tesc.trace.open(files / "trace", files / "events") as opened:
        yield opened


def test_arrow(trace):
    table = trace.to_arrow("move")
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("ts", "int64"),
        ("time", "timestamp[us]"),
        ("pid", "int64"),
        ("to", "uint64"),
        ("by", "int8"),
        ("fast", "bool"),
        ("who", "string"),
        ("ts_", "int32"),
        ("trace", "dictionary<values=string, indices=int32, ordered=0>"),
        ("seq", "int64"),
    ]
    rows = [tuple(row.values()) for row in table.drop_columns(["time", "seq"]).to_pylist()]
    assert rows == [
        (1001, 7, MOST, -1, True, "a\\xff", 9, "trace"),
        (2999, 8, 1 << 63, 127, False, "", -9, "trace"),
    ]
    assert table["time"].cast(pa.int64()).to_pylist() == [1, 2]
    # Again, and an event without records.
    assert trace.to_arrow("move").equals(table)
    assert trace.to_arrow("idle").num_rows == 1
    assert trace.to_arrow("quiet").column_names == ["ts", "time", "pid", "x", "trace", "seq"]
    assert trace.to_arrow("quiet").num_rows == 0


@pytest.mark.parametrize(
    ("filters", "by"),
    [
        (None, [-1, 127]),
        ([("to", ">", 1 << 63)], [-1]),
        ([("to", ">=", 1 << 63), ("by", ">", 0)], [127]),
        ([[("by", "==", -1)], [("ts", "==", 2999)]], [-1, 127]),
        ([("who", "in", ["", "x"])], [127]),
        ([("pid", "==", 9)], []),
        ([("to", "not in", [MOST, 5])], [127]),
    ],
)
def test_filters_and_columns(trace, filters, by):
    assert trace.to_arrow("move", ["by", "seq"], filters).column_names == ["by", "seq"]
    assert trace.to_arrow("move", ["by"], filters)["by"].to_pylist() == by
    assert trace.to_arrow("move", filters=filters).num_rows == len(by)


def test_many_records_at_once(files, writer, monkeypatch):
    """With numpy, unwanted columns are not made; the others are the same."""
    pytest.importorskip("numpy")
    made = writer().header().mapping(5, "move").mapping(6, "idle")
    for number in range(3000):
        made.record(5, number, 7, number << 40, number, number % 3, b"x" * (number % 7), -number).record(
            6, number, 1
        )
    (files / "trace").write_bytes(made.data)
    found = []
    for worth in (1 << 30, 0):
        monkeypatch.setattr("tesc.trace.vectors.WORTH", worth)
        with tesc.trace.open(files / "trace", files / "events", since=5) as trace:
            some = [
                trace.to_arrow("move", ["who", "ts_"]),
                trace.to_arrow("move", ["by"], [("to", ">", 7 << 40)]),
            ]
            found.append([trace.to_arrow("move").drop_columns(["seq"]), *some])
    assert all(one.equals(other) for one, other in zip(*found))
    assert [len(one) for one in found[0]] == [2995, 2995, 2992]


def test_missing_values_stay_exact(files):
    """A log may lack values: then pandas' integers have nullable types, not floating point."""
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    (files / "more").write_text('wide(uint64_t a, uint64_t b) "%" PRIu64 " %x"\n')
    (files / "log").write_text("wide 18446744073709551615 1\nwide 18446744073709551614 2\n")
    with tesc.trace.open(files / "log", files / "more") as trace:
        frame = trace.to_pandas("wide")
        polars = trace.to_polars("wide")
    assert frame["a"].dtype == "uint64"
    assert frame["a"].tolist() == [MOST, MOST - 1]
    assert str(frame["b"].dtype) in ("UInt64", "uint64")
    assert frame["ts"].isna().all() and isinstance(frame["ts"].dtype, pd.Int64Dtype)
    assert polars["a"].to_list() == [MOST, MOST - 1]
    assert polars.schema["a"] == pl.UInt64
    assert polars["ts"].null_count() == 2


def test_pandas_and_polars(trace):
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    frame = trace.to_pandas("move")
    assert [str(kind) for kind in frame.dtypes][:7] == [
        *("int64", "datetime64[us]", "int64", "uint64", "int8", "bool"),
        str(frame["who"].dtype),
    ]
    assert frame["to"].tolist() == [MOST, 1 << 63]
    assert frame["who"].tolist() == ["a\\xff", ""]
    assert (frame["ts"].diff().iloc[1], list(frame["trace"])) == (1998, ["trace", "trace"])
    polars = trace.to_polars("move", ["to", "who", "time"])
    assert polars["to"].to_list() == [MOST, 1 << 63]
    assert [time.microsecond for time in polars["time"]] == [1, 2]


def test_refused(trace, files, monkeypatch):
    for words in (("none",), ("move", ["x"]), ("move", None, [("x", "==", 1)])):
        with pytest.raises(
            KeyError, match=r"no event is called 'none'|'move' has no column 'x': it has ts, time"
        ):
            trace.to_arrow(*words)
    for package, make in (
        ("pyarrow", trace.to_arrow),
        ("pandas", trace.to_pandas),
        ("polars", trace.to_polars),
    ):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(MissingExtra, match=rf"needs {package}: pip install "):
            make("move")
        monkeypatch.undo()


def test_numbers_that_a_column_cannot_hold(trace):
    with pytest.raises(ValueError, match=r"300 is not a value of 'by', which is int8"):
        trace.to_arrow("move", filters=[("by", "<", 300)])


def test_input_that_can_be_read_only_once(trace):
    assert len(list(trace)) == 3
    trace._reopen = None
    with pytest.raises(ValueError, match="it was already read"):
        trace.to_arrow("move")
