"""Writes results of queries as a readable table, CSV, JSON, or a Parquet file."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tesc.escaping import visible
from tesc.trace.output import replacing
from tesc.trace.tables.layout import distinct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

FORMATS = ("table", "csv", "json", "jsonl", "parquet")
# How many rows are fetched at once; the first ones determine the widths of a table's columns.
_ROWS = 1000

# Returns the next block of rows; an empty one at the end.
if TYPE_CHECKING:
    Fetch = Callable[[int], Sequence[Sequence[Any]]]


def lines(form: str, columns: Sequence[str], fetch: Fetch) -> Iterator[str]:
    """The text of a result, in pieces, in any format except parquet."""
    if form == "table":
        return _table(columns, fetch)
    if form == "csv":
        return _csv(columns, fetch)
    return _json(columns, fetch, form == "jsonl")


def _table(columns: Sequence[str], fetch: Fetch) -> Iterator[str]:
    """Aligned columns, numbers to the right; control characters in text are escaped."""
    widths: list[int] = []
    right: list[bool] = []
    while True:
        block = fetch(_ROWS)
        cells = [[visible(shown(value)) for value in row] for row in block]
        if not widths:
            rows = [[visible(name) for name in columns], *cells]
            widths = [max(map(len, column)) for column in zip(*rows)]
            right = [_is_number([row[at] for row in block]) for at in range(len(columns))]
            cells = rows
        for row in cells:
            parts = [
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(row, widths, right)
            ]
            yield "  ".join(parts).rstrip() + "\n"
        if len(block) < _ROWS:
            return


def _is_number(values: Sequence[object]) -> bool:
    there = [value for value in values if value is not None]
    return bool(there) and all(
        isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in there
    )


def _csv(columns: Sequence[str], fetch: Fetch) -> Iterator[str]:
    import csv
    from io import StringIO

    head: list[Sequence[object]] = [columns]
    while True:
        block = fetch(_ROWS)
        text = StringIO()
        csv.writer(text).writerows([*head, *[["" if v is None else shown(v) for v in row] for row in block]])
        yield text.getvalue()
        head = []
        if len(block) < _ROWS:
            return


def _json(columns: Sequence[str], fetch: Fetch, by_line: bool) -> Iterator[str]:
    names = distinct(columns, set())
    between = "" if by_line else "["
    while True:
        block = fetch(_ROWS)
        for row in block:
            made = json.dumps(dict(zip(names, map(_plain, row))), allow_nan=False)
            yield f"{made}\n" if by_line else f"{between}\n {made}"
            between = ","
        if len(block) < _ROWS:
            break
    if not by_line:
        yield "[]\n" if between == "[" else "\n]\n"


def shown(value: object) -> str:
    """A value as text: a timestamp in ISO 8601 form, bytes that are not ASCII as `\\xNN`."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, bytes):
        return value.decode("ascii", "backslashreplace")
    if isinstance(value, (list, dict)):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _plain(value: object) -> object:
    """A value for JSON; numbers keep all their digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, (bytes, datetime, date, time, timedelta)):
        return shown(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {shown(name): _plain(one) for name, one in value.items()}
    return value if isinstance(value, (int, float, str, type(None))) else str(value)


def write_parquet(reader: Any, path: str) -> None:
    """Write the batches of a pyarrow.RecordBatchReader to a file, which is replaced when complete."""
    from tesc.trace.tables.arrow import pyarrow

    pyarrow("--format parquet")
    from pyarrow.parquet import ParquetWriter

    with replacing(path) as new, ParquetWriter(new, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
