"""One event's records as a table in memory, of Arrow, pandas or Polars."""

from __future__ import annotations

from tesc.trace import vectors
from tesc.trace.columns import Pieces
from tesc.trace.selection import Selection
from tesc.trace.tables import MissingExtra
from tesc.trace.tables.arrow import Batches, pyarrow, schema
from tesc.trace.tables.layout import layout_of, trace_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any, Union

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Window
    from tesc.trace.tables.arrow import Arrow

    # (column, operator, value), as pyarrow.parquet.read_table and pandas.read_parquet take them.
    Condition = tuple[str, str, Any]
    # All of these must be true, or all of one of the lists.
    Filters = Union[Sequence[Condition], Sequence[Sequence[Condition]]]


def arrow_table(
    readers: Sequence[RecordReader],
    event: str,
    window: Window,
    columns: Sequence[str] | None,
    filters: Filters | None,
) -> Arrow:
    """The records of an event in all traces, in order.

    Raises MissingExtra, and KeyError for unknown events and columns.
    """
    pa = pyarrow("a table in memory")
    declared = [one for reader in readers for one in reader.declared if one.name == event]
    if not declared:
        raise KeyError(f"no event is called '{event}'")
    fields = schema(pa, layout_of(declared[-1]))
    wanted = list(fields.names if columns is None else columns)
    conditions = [one for group in _groups(filters) for one in group]
    for name in (*wanted, *[name for name, _, _ in conditions]):
        if name not in fields.names:
            raise KeyError(f"'{event}' has no column '{name}': it has {', '.join(fields.names)}")
    needed = {*wanted, *[name for name, _, _ in conditions]}
    expression = None
    if conditions:
        from pyarrow.parquet import filters_to_expression

        typed = [[_typed(pa, fields, one) for one in group] for group in _groups(filters)]
        expression = filters_to_expression(typed)
    found = []
    for batch in _batches(pa, readers, event, window, needed):
        part = pa.Table.from_batches([batch])
        part = part if expression is None else part.filter(expression)
        if len(part):
            found.append(part.select(wanted))
    empty = pa.schema([fields.field(name) for name in wanted]).empty_table()
    return pa.concat_tables(found, promote_options="default").combine_chunks() if found else empty


def _typed(pa: Arrow, fields: Arrow, condition: Condition) -> Condition:
    """A condition whose integers have the column's type: pyarrow takes Python's as signed 64-bit."""
    name, operator, value = condition
    type_ = fields.field(name).type
    if not pa.types.is_integer(type_):
        return condition
    try:
        if operator in ("in", "not in"):
            return name, operator, pa.array(list(value), type_)
        return name, operator, pa.scalar(value, type_)
    except (OverflowError, pa.ArrowInvalid, pa.ArrowTypeError):
        raise ValueError(f"{value!r} is not a value of '{name}', which is {type_}") from None


def _groups(filters: Filters | None) -> list[list[Condition]]:
    """Filters as a list of alternatives, each a list of conditions that must all be true."""
    if not filters:
        return []
    if isinstance(filters[0], tuple):
        return [list(filters)]  # type: ignore[arg-type]
    return [list(group) for group in filters]  # type: ignore[arg-type]


def _batches(
    pa: Arrow, readers: Sequence[RecordReader], event: str, window: Window, needed: Collection[str]
) -> Iterator[Arrow]:
    """Batches of the event's records, one for each piece of a trace."""

    def arguments(one: TracedEvent) -> set[int]:
        return {at for at, column in enumerate(layout_of(one).arguments) if column.column in needed}

    names = trace_names([reader.source.path for reader in readers])
    for reader, name in zip(readers, names):
        if (reader.source.file_size or 0) >= vectors.WORTH:
            reader.use_vectors()
        pieces = Pieces(Selection(lambda other: other == event, window), arguments)
        batches = Batches(pa, name, needed)
        while not reader.over:
            first = reader.records
            for part in pieces.take(reader):
                yield batches.make(part, first)
            reader.read_on()


def as_pandas(table: Arrow) -> Any:
    """A pandas.DataFrame; integers and booleans with missing values have pandas' nullable types."""
    try:
        import pandas as pd
    except ImportError:
        raise MissingExtra("to_pandas()", "pandas") from None
    pa = pyarrow("to_pandas()")
    nullable = {pa.bool_(): pd.BooleanDtype()}
    for bits in (8, 16, 32, 64):
        nullable[getattr(pa, f"int{bits}")()] = getattr(pd, f"Int{bits}Dtype")()
        nullable[getattr(pa, f"uint{bits}")()] = getattr(pd, f"UInt{bits}Dtype")()
    return pd.DataFrame(
        {
            name: column.to_pandas(types_mapper=nullable.get if column.null_count else None)
            for name, column in zip(table.column_names, table.columns)
        }
    )


def as_polars(table: Arrow) -> Any:
    """A polars.DataFrame."""
    try:
        import polars
    except ImportError:
        raise MissingExtra("to_polars()", "polars") from None
    return polars.from_arrow(table)
