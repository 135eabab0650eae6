"""A dataset opened for queries, which can read only its views."""

from __future__ import annotations

import json
import os
import re
import tempfile

from tesc.nearest import did_you_mean
from tesc.records import record
from tesc.trace.query.span_views import (
    quoted,
    span_query,
    tables_of,
    text,
    union_query,
)
from tesc.trace.tables import MissingExtra
from tesc.trace.tables.dataset import read_dataset
from tesc.trace.tables.layout import distinct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from tesc.trace.spans import Pairing
    from tesc.trace.tables.layout import Layout

# Kinds of statements that read views, or create something in memory.
_ALLOWED = ("SELECT", "EXPLAIN", "CREATE", "DROP", "INSERT")
# Keywords of statements that need all views.
_LISTS = {"tables", "information_schema", "duckdb_views", "duckdb_tables", "duckdb_columns", "pg_class"}
_WORD = re.compile(r"\w+")
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist!")
# The share of the machine's memory to use. DuckDB's default is 80%; beyond the limit, it uses temporary
# files.
_MEMORY = "25%"


class BadQuery(Exception):
    """SQL that cannot be run; `start` and `stop` are the error's offsets in its text, None if unknown."""

    def __init__(self, message: str, sql: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.sql = sql
        self.place = place

    def pictured(self) -> list[str]:
        """The message with line and column, then the line of the SQL, with carets under the error."""
        if self.place is None:
            return [self.message]
        start, stop = self.place
        before = self.sql.rfind("\n", 0, start) + 1
        line = self.sql[before:].split("\n", 1)[0]
        at = start - before
        indent = "".join("\t" if one == "\t" else " " for one in line[:at])
        carets = "^" * max(1, min(stop - before, len(line)) - at)
        number = self.sql.count("\n", 0, start) + 1
        return [f"line {number}, column {at + 1}: {self.message}", f"    {line}", f"    {indent}{carets}"]


@record
class View:
    """A view: its name (`spans.NAME` for a pairing), its columns, and its query."""

    name: str
    columns: tuple[str, ...]
    query: str


class Session:
    """A dataset in DuckDB, in a `with` block. `views` has the views by name, ignoring case."""

    def __init__(self, folder: str, pairings: Sequence[Pairing] = (), likely: Sequence[Pairing] = ()) -> None:
        """`pairings` must be possible; impossible ones among the `likely` are skipped.

        Raises OSError, NoDataset, BadPairing, MissingExtra.
        """
        self._folder = os.path.realpath(folder)
        self._made: set[str] = set()
        self.dataset = read_dataset(folder)
        self.views = {view.name.casefold(): view for view in self._all_views(pairings, likely)}
        self._spilled = tempfile.TemporaryDirectory(prefix="tesc-query-")
        try:
            self._connection = self._connect()
        except BaseException:
            self._spilled.cleanup()
            raise

    def _connect(self) -> Any:
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("tesc query", "duckdb", "query") from None
        connection = duckdb.connect(":memory:")
        for setting in (
            "autoinstall_known_extensions=false",
            "autoload_known_extensions=false",
            f"memory_limit={text(_MEMORY)}",
            f"temp_directory={text(self._spilled.name)}",
            f"allowed_directories=[{text(self._folder + os.sep)}]",
            "enable_external_access=false",
            "errors_as_json=true",
            "enable_progress_bar=false",
        ):
            connection.execute(f"SET {setting}")
        connection.execute("CREATE SCHEMA spans")
        connection.execute("SET search_path='main,spans'")
        connection.execute("SET lock_configuration=true")
        return connection

    def _all_views(self, pairings: Sequence[Pairing], likely: Sequence[Pairing]) -> Iterator[View]:
        """The views of all tables and pairings, and the combined ones."""
        tables: dict[Layout, str] = self.dataset.names
        taken: set[str] = set()
        for layout, name in tables.items():
            taken.add(name.casefold())
            columns = ("ts", "time", "pid", *[one.column for one in layout.arguments], "trace", "seq")
            files = os.path.join(_escaped(self._folder), _escaped(name), "*.parquet")
            read = f"read_parquet({text(files)}, hive_partitioning=false)"
            yield View(name, columns, f"SELECT * FROM {read}")
        records, spans = distinct(["records", "spans"], taken)
        parts = [
            f"SELECT {text(layout.event)} AS event, ts, time, pid, trace, seq FROM main.{quoted(name)}"
            for layout, name in tables.items()
        ]
        columns = ("event", "ts", "time", "pid", "trace", "seq")
        if parts:
            yield View(records, columns, " UNION ALL ".join(parts))
        wanted = [*pairings, *[one for one in likely if all(tables_of(one, tables))]]
        names = distinct([one.name for one in wanted], set())
        for name, pairing in zip(names, wanted):
            between = (
                "span",
                "ts",
                "time",
                "end_ts",
                "duration",
                "pid",
                *pairing.key,
                "trace",
                "seq",
                "end_seq",
            )
            yield View(f"spans.{name}", between, span_query(pairing, tables))
        if wanted:
            between = ("span", "ts", "time", "end_ts", "duration", "pid", "key", "trace", "seq", "end_seq")
            yield View(spans, between, union_query(list(zip(names, wanted))))

    def run(self, sql: str) -> Iterator[Any]:
        """Run statements in order; yields DuckDB's cursor of each statement that has a result.

        Raises BadQuery.
        """
        for statement in self._guarded(sql, lambda: self._connection.extract_statements(sql)):
            kind = statement.type.name
            if kind not in _ALLOWED:
                raise BadQuery(f"{kind} is not allowed: a query only reads views", sql)
            self._make_views(statement.query)
            cursor = self._guarded(sql, lambda: self._connection.execute(statement))  # noqa: B023 (called now)
            if kind in ("SELECT", "EXPLAIN"):
                yield cursor

    def reader(self, sql: str) -> Any:
        """A pyarrow.RecordBatchReader for SQL that is a single SELECT. Raises BadQuery."""
        statements = self._guarded(sql, lambda: self._connection.extract_statements(sql))
        if [one.type.name for one in statements] != ["SELECT"]:
            raise BadQuery("a Parquet file holds the result of one SELECT", sql)
        self._make_views(sql)

        def read() -> Any:
            relation = self._connection.sql(sql)
            return getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader

        return self._guarded(sql, lambda: read()(1 << 16))

    def fetched(self, sql: str, fetch: Callable[[], Any]) -> Any:
        """The result of `fetch`, which may continue running the query. Raises BadQuery."""
        return self._guarded(sql, fetch)

    def _guarded(self, sql: str, work: Callable[[], Any]) -> Any:
        import duckdb

        try:
            return work()
        except duckdb.Error as error:
            wrong = _as_bad_query(str(error), sql)
            raise BadQuery(self._reworded(wrong.message), sql, wrong.place) from None

    def _reworded(self, said: str) -> str:
        """DuckDB's message, reworded for a missing table: it does not know views that are not made yet."""
        missing = _NO_TABLE.match(said)
        if missing is None:
            return said
        meant = did_you_mean(missing[1], [view.name for view in self.views.values()])
        return f"no table '{missing[1]}': the trace has no records of such an event{meant}"

    def _make_views(self, sql: str) -> None:
        """Make only the views that SQL names: creating one reads a file, and there may be thousands."""
        words = {word.casefold() for word in _WORD.findall(sql)}
        names = {"show", "summarize"} & words or _LISTS & words
        for folded, view in self.views.items():
            if names or set(_WORD.findall(folded)) <= words | {"spans"}:
                self._make(view)

    def _make(self, view: View) -> None:
        """Create a view, after those that its query names."""
        if view.name in self._made:
            return
        self._made.add(view.name)
        for name in re.findall(r'FROM (?:main\.|(?=spans\.))((?:spans\.)?"(?:[^"]|"")+")', view.query):
            self._make(self.views[name.replace('"', "").casefold()])
        schema, _, name = view.name.rpartition(".")
        target = f"{schema or 'main'}.{quoted(name)}"
        made = f"CREATE VIEW {target} AS {view.query}"
        self._guarded(made, lambda: self._connection.execute(made))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._spilled.cleanup()


def _escaped(path: str) -> str:
    """A path with pattern characters escaped."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _as_bad_query(message: str, sql: str) -> BadQuery:
    """A BadQuery from DuckDB's error, which has its position and message as JSON."""
    start = message.find("{")
    try:
        details = json.loads(message[start:]) if start >= 0 else {}
    except ValueError:
        details = {}
    if "exception_message" not in details:
        return BadQuery(message.split("\n")[0], sql)
    said = " ".join(str(details["exception_message"]).split("\n"))
    place = None
    numbers = [
        int(one) for one in re.findall(r"\d+", str(details.get("location", details.get("position", ""))))
    ]
    data = sql.encode()
    if numbers and numbers[0] <= len(data):
        begin = len(data[: numbers[0]].decode(errors="replace"))
        size = numbers[1] if len(numbers) > 1 else 1
        place = begin, begin + len(data[numbers[0] : numbers[0] + size].decode(errors="replace"))
    return BadQuery(said, sql, place)
