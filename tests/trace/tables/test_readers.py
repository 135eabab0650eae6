"""How programs read a dataset's types: extreme values, sums and nanoseconds, exact in all of them.

docs/reference/tables.md describes this.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tesc.trace.events import Catalogue
from tesc.trace.opening import open_reader
from tesc.trace.selection import Selection
from tesc.trace.tables.dataset import write_dataset

pytest.importorskip("pyarrow")

EVENTS = """\
wide(uint64_t u, int64_t i, void *p, uint32_t w, bool b, const char *s) "%" PRIu64 " %" PRId64 " %p %u %d %s"
"""
U64, I64 = (1 << 64) - 1, 1 << 63
# u, i, p, w, b, s: the smallest and the largest numbers, and numbers that floating point would round.
ROWS = [
    (U64, I64 - 1, U64, (1 << 32) - 1, 1, "größer".encode()),
    (I64, -I64, 0, 0, 0, b"\xff"),
    ((1 << 53) + 1, -(1 << 53) - 1, (1 << 63) + 1, 1, 1, b""),
]
# Nanoseconds that neither floating point nor microseconds can represent.
TIMES = [1, (1 << 53) + 1, I64 - 1]
SUM_U = sum(row[0] for row in ROWS)
SUM_I = sum(row[1] for row in ROWS)
SPAN = TIMES[2] - TIMES[1]
TEXTS = ["größer", "\\xff", ""]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, writer, unit_of):
    folder = tmp_path_factory.mktemp("readers")
    made = writer().header().mapping(1, "wide")
    for time, row in zip(TIMES, ROWS):
        made.record(1, time, 7, *row)
    (folder / "trace").write_bytes(made.data)
    reader = open_reader(str(folder / "trace"), Catalogue(unit_of(EVENTS)))
    write_dataset([reader], Selection(lambda name: True), str(folder / "data"))
    reader.source.close()
    return folder / "data"


def test_duckdb(dataset):
    duckdb = pytest.importorskip("duckdb")
    wide = f"'{dataset}/wide/*.parquet'"
    with duckdb.connect() as connection:
        kinds = {
            name: kind for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {wide}").fetchall()
        }
        assert kinds == {
            "ts": "BIGINT",
            "time": "TIMESTAMP",
            "pid": "BIGINT",
            "u": "UBIGINT",
            "i": "BIGINT",
            "p": "UBIGINT",
            "w": "UINTEGER",
            "b": "BOOLEAN",
            "s": "VARCHAR",
            "trace": "VARCHAR",
            "seq": "BIGINT",
        }
        second = f"(SELECT ts FROM {wide} WHERE seq = 1)"
        asked = f"SELECT sum(u), sum(i), max(ts) - {second}, max(u), min(i) FROM {wide}"
        assert connection.execute(asked).fetchall() == [(SUM_U, SUM_I, SPAN, U64, -I64)]
        assert connection.execute(f"SELECT s FROM {wide} ORDER BY seq").fetchall() == [
            (one,) for one in TEXTS
        ]
        assert connection.execute(f"SELECT epoch_us(time) FROM {wide} ORDER BY seq").fetchall() == [
            (time // 1000,) for time in TIMES
        ]


def test_polars(dataset):
    pl = pytest.importorskip("polars")
    frame = pl.scan_parquet(dataset / "wide" / "*.parquet").sort("seq").collect()
    schema = frame.schema
    assert (schema["u"], schema["i"], schema["ts"], schema["w"]) == (pl.UInt64, pl.Int64, pl.Int64, pl.UInt32)
    assert schema["time"] == pl.Datetime("us")
    assert frame["u"].to_list() == [row[0] for row in ROWS]
    assert frame["i"].to_list() == [row[1] for row in ROWS]
    assert frame["ts"].diff().to_list()[2] == SPAN
    assert frame["s"].to_list() == TEXTS
    # Its sum wraps around; that of Int128 does not.
    assert frame["u"].sum() == SUM_U & U64
    assert frame["u"].cast(pl.Int128).sum() == SUM_U


def test_pyarrow(dataset):
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(dataset / "wide")
    kinds = [str(table.schema.field(name).type) for name in ("ts", "time", "u", "p", "w", "b", "s")]
    assert kinds == ["int64", "timestamp[us]", "uint64", "uint64", "uint32", "bool", "string"]
    assert sorted(table["u"].to_pylist()) == sorted(row[0] for row in ROWS)
    # Its sum wraps around; that of decimals does not.
    assert pc.sum(table["u"]).as_py() == SUM_U & U64
    assert pc.sum(table["u"].cast(pa.decimal128(20))).as_py() == SUM_U


def test_pandas(dataset):
    pd = pytest.importorskip("pandas")
    frame = pd.read_parquet(dataset / "wide").sort_values("seq")
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert (kinds["ts"], kinds["time"], kinds["u"], kinds["w"]) == (
        "int64",
        "datetime64[us]",
        "uint64",
        "uint32",
    )
    assert frame["u"].tolist() == [row[0] for row in ROWS]
    assert frame["ts"].diff().dtype == "float64"  # the first row has no predecessor, so it is NaN
    assert frame["ts"].iloc[2] - frame["ts"].iloc[1] == SPAN
    assert frame["s"].tolist() == TEXTS
    assert int(frame["u"].sum()) == SUM_U & U64
    assert sum(frame["u"].tolist()) == SUM_U


@pytest.mark.nightly
def test_spark(dataset, need):
    """Spark in local mode, one JVM: the same numbers as in DuckDB, also with a join and a window."""
    pytest.importorskip("pyspark")
    need("java", "default-jre-headless")
    duckdb = pytest.importorskip("duckdb")
    query = (
        "SELECT sum(u) AS u, sum(i) AS i, max(u) AS most, min(i) AS least, count(*) AS n, "
        "max(ts) - min(ts) AS span FROM wide"
    )
    code = f"""
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
wide = spark.read.parquet({str(dataset / "wide")!r})
wide.createOrReplaceTempView("wide")
print([(f.name, f.dataType.simpleString()) for f in wide.schema])
print([str(one) for one in spark.sql({query!r}).collect()[0]])
print([row.s for row in spark.sql("SELECT s FROM wide ORDER BY seq").collect()])
since = "SELECT ts - lag(ts) OVER (ORDER BY seq) AS d FROM wide ORDER BY seq"
print([row.d for row in spark.sql(since).collect()])
spark.stop()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    kinds, numbers, texts, spans = [eval(line) for line in done.stdout.splitlines()[-4:]]
    assert kinds == [
        ("ts", "bigint"),
        ("time", "timestamp_ntz"),
        ("pid", "bigint"),
        ("u", "decimal(20,0)"),
        ("i", "bigint"),
        ("p", "decimal(20,0)"),
        ("w", "bigint"),
        ("b", "boolean"),
        ("s", "string"),
        ("trace", "string"),
        ("seq", "bigint"),
    ]
    with duckdb.connect() as connection:
        asked = query.replace("FROM wide", f"FROM '{dataset}/wide/*.parquet'")
        (expected,) = connection.execute(asked).fetchall()
    assert numbers == [str(one) for one in expected]
    assert texts == TEXTS
    assert spans == [None, TIMES[1] - TIMES[0], SPAN]
