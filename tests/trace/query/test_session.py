"""Queries on traces: spans in SQL are those of tesc.trace.spans; what SQL may do; its errors."""

from __future__ import annotations

import contextlib
import os
import random
import threading
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.trace.columns import column_batches
from tesc.trace.events import Catalogue
from tesc.trace.opening import open_reader
from tesc.trace.query.prompt import Completer, read_queries
from tesc.trace.query.results import lines
from tesc.trace.selection import Selection
from tesc.trace.spans import BadPairing, Pairing, Spans
from tesc.trace.tables.dataset import write_dataset

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
from tesc.trace.query.session import BadQuery, Session

EVENTS = """\
go(void *req, int n) "%p %d"
went(void *req, uint64_t size) "%p %" PRIu64
also(int n, void *req) "%d %p"
over(void) "end"
offset(int limit) "%d"
"""
EVERYTHING = Selection(lambda name: True)
PAIRINGS = [
    Pairing("by key", ("go", "also"), ("went",), ("req",)),
    Pairing("by process", ("g*",), ("over",), ()),
    Pairing("of two", ("go",), ("also",), ("req", "n")),
]


@pytest.fixture(scope="module")
def catalogue(unit_of):
    return Catalogue(unit_of(EVENTS))


def write(folder, writer, catalogue, records, name="trace"):
    made = writer().header()
    for event_id, event in enumerate(catalogue.events):
        made.mapping(event_id, event.name)
    for record in records:
        made.record(*record)
    (folder / name).write_bytes(made.data)
    reader = open_reader(str(folder / name), catalogue)
    write_dataset([reader], EVERYTHING, str(folder / "data"))
    reader.source.close()
    return folder / "data"


@pytest.fixture
def session(tmp_path, writer, catalogue):
    """Queries on a small trace."""
    records = [(0, 1000, 7, 0x10, -1), (2, 1500, 7, 5, 0x10), (1, 2500, 7, 0x10, (1 << 64) - 1)]
    records.append((4, 3000, 8, 1))
    data = write(tmp_path, writer, catalogue, records)
    with Session(str(data), [PAIRINGS[0]], [PAIRINGS[1], Pairing("none", ("go",), ("nothing",))]) as made:
        yield made


def rows(session, sql):
    found = []
    for result in session.run(sql):
        found += result.fetchall()
    return found


def test_views(session):
    assert rows(session, 'SELECT req, n FROM go; SELECT "limit" FROM "offset"') == [(16, -1), (1,)]
    assert rows(session, "SELECT event, ts, trace, seq FROM records ORDER BY seq") == [
        ("go", 1000, "trace", 0),
        ("also", 1500, "trace", 1),
        ("went", 2500, "trace", 2),
        ("offset", 3000, "trace", 3),
    ]
    assert rows(session, 'SELECT ts, end_ts, duration, pid, req, seq, end_seq FROM spans."by key"') == [
        (1500, 2500, 1000, 7, 16, 1, 2)
    ]
    assert rows(session, "SELECT span, ts, duration, key FROM spans") == [("by key", 1500, 1000, "16")]
    assert rows(session, "SELECT sum(size) + sum(size) FROM went") == [(2 * ((1 << 64) - 1),)]
    names = {name for (name,) in rows(session, "SELECT table_name FROM information_schema.tables")}
    assert names == {"go", "also", "went", "offset", "records", "spans", "by key"}
    assert rows(session, "SHOW TABLES")
    assert rows(session, "CREATE MACRO twice(x) AS 2 * x; SELECT twice(n) FROM go") == [(-2,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1,\n\t naem FROM go", ["line 2, column 3: ", "    \t naem FROM go", "    \t ^^^^"]),
        ("SELECT 'ä' FROM gone", ["line 1, column 17: ", "    SELECT 'ä' FROM gone", " " * 20 + "^^^^"]),
        ("SELEC 1", ["line 1, column 1: syntax error at or near", "    SELEC 1", "    ^^^^^"]),
        ("SELECT CAST('x' AS INT)", ["line 1, column 8: Could not convert", "    SELECT", "           ^"]),
        ("SELECT 18446744073709551615::UBIGINT + 1::UBIGINT", ["Overflow in addition"]),
        ("COPY go TO 'file'", ["COPY is not allowed"]),
        ("SELECT 1; COPY go TO 'data/file'", ["COPY is not allowed"]),
        ("SET memory_limit = '1GB'", ["SET is not allowed"]),
        ("ATTACH 'file'", ["ATTACH is not allowed"]),
        ("INSTALL httpfs", ["LOAD is not allowed"]),
        ("PRAGMA version", ["PRAGMA is not allowed"]),
        ("EXPORT DATABASE 'file'", ["EXPORT is not allowed"]),
    ],
)
def test_mistakes(session, sql, said):
    with pytest.raises(BadQuery) as wrong:
        rows(session, sql)
    found = wrong.value.pictured()
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said)), found


def test_no_other_files(session, tmp_path):
    (tmp_path / "secret").write_text("a,b\n1,2\n")
    path = tmp_path / "secret"
    for sql in (
        f"SELECT * FROM read_csv('{path}')",
        f"SELECT * FROM read_text('{path}')",
        f"SELECT * FROM '{path}'",
        f"SELECT * FROM glob('{tmp_path}/*')",
        f"SELECT * FROM read_text('{tmp_path}/data/../secret')",
        "SELECT * FROM read_text('/etc/passwd')",
    ):
        with pytest.raises(BadQuery):
            rows(session, sql)
    with pytest.raises(BadQuery):
        session.reader(f"SELECT * FROM read_text('{path}')")


def test_a_span_named_like_an_event(tmp_path, writer, catalogue):
    data = write(tmp_path, writer, catalogue, [(0, 1, 7, 0x10, -1), (1, 4, 7, 0x10, 5)])
    with Session(str(data), [Pairing("go", ("go",), ("went",), ("req",))]) as session:
        sql = "SELECT go.n, s.duration FROM spans.go s JOIN go USING (trace, seq)"
        assert rows(session, sql) == [(-1, 3)]
        assert rows(session, "SELECT span, duration FROM spans") == [("go", 3)]


def test_events_without_the_key_belong_to_no_span(tmp_path, writer, catalogue):
    data = write(tmp_path, writer, catalogue, [(0, 1, 7, 0x10, -1), (1, 4, 7, 0x10, 5), (3, 2, 7)])
    with Session(str(data), [Pairing("x", ("go",), ("went", "over"), ("req",))]) as session:
        assert rows(session, "SELECT span, duration FROM spans") == [("x", 3)]
    # One of tesc.toml may not fit the trace.
    with Session(str(data), [], [Pairing("x", ("go",), ("over",), ("req",))]) as session:
        assert "spans" not in session.views


def test_impossible_spans(tmp_path, writer, catalogue):
    data = write(tmp_path, writer, catalogue, [(0, 1, 7, 0x10, -1), (3, 2, 7)])
    with (
        pytest.raises(BadPairing, match="'over' has no parameter 'req'"),
        Session(str(data), [Pairing("x", ("go",), ("over",), ("req",))]),
    ):
        pass
    with (
        pytest.raises(BadPairing, match="no event of this trace can end it"),
        Session(str(data), [Pairing("x", ("go",), ("gone",))]),
    ):
        pass


@given(seed=st.integers(0, 1 << 30), most=st.integers(1, 200))
@settings(max_examples=15)
def test_spans_are_those_of_the_trace(tmp_path_factory, writer, catalogue, seed, most):
    """Nested, interleaved, unfinished and orphaned spans; equal times, and times that go back."""
    choose = random.Random(seed)
    records = []
    for number in range(most):
        event_id = choose.randrange(4)
        req, n = choose.randrange(2), choose.randrange(-1, 1)
        args = [(req, n), (req, 9), (n, req), ()][event_id]
        records.append((event_id, 1000 + number // 3 - choose.randrange(2), choose.randrange(2), *args))
    folder = tmp_path_factory.mktemp("spans")
    data = write(folder, writer, catalogue, records)
    expected = []
    reader = open_reader(str(folder / "trace"), catalogue)
    spans = Spans(PAIRINGS, lambda span: expected.append((span.name, span.begin, span.end, span.pid)))
    for batch in column_batches([reader], EVERYTHING):
        spans.take(batch)
    reader.source.close()
    with Session(str(data), [], PAIRINGS) as session:
        found = rows(session, "SELECT span, ts, end_ts, pid FROM spans") if "spans" in session.views else []
    assert sorted(found) == sorted(expected)


def printed(form, columns, values):
    left = list(values)

    def fetch(number):
        block = left[:number]
        del left[:number]
        return block

    return "".join(lines(form, columns, fetch))


ROWS = [(1, "a\x1b[1m", None, Decimal((1 << 64) - 1)), (22, 'say "x", y', 1.5, Decimal("0.5"))]


def test_results():
    columns = ["n", "text", "n", "d"]
    assert printed("table", columns, ROWS).splitlines() == [
        " n  text           n                     d",
        " 1  a\\x1b[1m    NULL  18446744073709551615",
        '22  say "x", y   1.5                   0.5',
    ]
    assert printed("csv", columns, ROWS) == (
        'n,text,n,d\r\n1,a\x1b[1m,,18446744073709551615\r\n22,"say ""x"", y",1.5,0.5\r\n'
    )
    one = '{"n": 1, "text": "a\\u001b[1m", "n_": null, "d": 18446744073709551615}'
    other = '{"n": 22, "text": "say \\"x\\", y", "n_": 1.5, "d": 0.5}'
    assert printed("jsonl", columns, ROWS) == f"{one}\n{other}\n"
    assert printed("json", columns, ROWS) == f"[\n {one},\n {other}\n]\n"
    assert printed("json", columns, []) == "[]\n"
    assert printed("table", ["a"], [(n,) for n in range(2500)]).count("\n") == 2501


def test_a_table(session):
    (result,) = session.run(
        "SELECT 'x' AS name, NULL AS nothing, 12345 AS n UNION ALL SELECT 'longer', NULL, 6"
    )
    text = "".join(lines("table", [one[0] for one in result.description], result.fetchmany))
    assert text == "name    nothing      n\nx       NULL     12345\nlonger  NULL         6\n"


def test_the_prompt(session):
    """Queries over several lines; commands; Ctrl-C discards the unfinished query."""
    typed = iter(
        [
            ".events",
            "SELECT 1",
            "FROM go;",
            ".columns go",
            "SELECT",
            KeyboardInterrupt,
            "SELECT 2;",
            "",
            EOFError,
        ]
    )
    prompts, questions, said = [], [], []

    def read(prompt):
        prompts.append(prompt)
        word = next(typed)
        if isinstance(word, str):
            return word
        raise word

    read_queries(session, questions.append, said.append, read)
    assert questions == ["SELECT 1\nFROM go;", "SELECT 2;"]
    assert prompts == ["tesc> "] * 2 + ["  ... "] + ["tesc> "] * 2 + ["  ... "] + ["tesc> "] * 3
    assert "           1  go\n" in said[0]
    assert said[1] == "ts\ntime\npid\nreq\nn\ntrace\nseq\n"


def test_completion(session):
    complete = Completer(session).matches
    assert complete("SELECT r", "r") == ["records"]
    assert complete("SELECT r FROM go", "r") == ["req", "records"]
    assert complete("FROM spans.", "spans.") == ["spans.by key"]
    assert complete("sel", "sel") == ["SELECT"]
    assert complete(".ev", ".ev") == [".events"]
    assert complete("FROM spans ORDER BY dur", "dur") == ["duration"]


def test_nothing_is_left(tmp_path, writer, catalogue):
    data = write(tmp_path, writer, catalogue, [(0, 1, 7, 0x10, -1)])
    before = sorted(os.listdir(data))
    with Session(str(data)) as session:
        rows(session, "SELECT * FROM go ORDER BY ts")
        spilled = session._spilled.name
    assert sorted(os.listdir(data)) == before
    assert not os.path.exists(spilled)


def test_memory_is_limited_and_spilled_into_a_temporary_folder(session):
    asked = "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
    with session:
        [(limit, spilled)] = [row for result in session.run(asked) for row in result.fetchall()]
        number, unit = limit.split()
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        given = float(number) * 1024 ** ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit)
        assert 0 < given <= memory * 0.26
        assert os.path.isdir(spilled)
    assert not os.path.exists(spilled)


def test_what_is_over_the_limit_is_spilled(tmp_path, writer, catalogue, monkeypatch):
    """Into files, although queries may not read files; afterwards they are removed."""
    monkeypatch.setattr("tesc.trace.query.session._MEMORY", "60MB")
    data = write(tmp_path, writer, catalogue, [(0, 1000, 7, 0x10, -1)])
    texts = "SELECT hash(i)::VARCHAR || 'abcdefgh' AS b FROM range(1000000) r(i) ORDER BY b"
    sql = f"SELECT count(*), sum(length(b)) FROM ({texts})"
    with Session(str(data)) as session:
        folder = session._spilled.name
        sizes, ended = [0], threading.Event()

        def watch():
            while not ended.wait(0.002):
                # A file may already be removed.
                with contextlib.suppress(OSError), os.scandir(folder) as files:
                    sizes.append(sum(one.stat().st_size for one in files))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            ((number, letters),) = rows(session, sql)
        finally:
            ended.set()
            watching.join()
        assert number == 1_000_000
        assert letters > 20_000_000
        assert max(sizes) > 1_000_000
    assert not os.path.exists(folder)
