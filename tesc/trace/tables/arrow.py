"""Converts columns of a trace to Arrow arrays (pyarrow)."""

from __future__ import annotations

from tesc.trace.columns import typed
from tesc.trace.tables import MissingExtra
from tesc.trace.tables.buffers import numbers, texts, truths, vector
from tesc.trace.tables.layout import END_OF_INT64, as_text, known_pids, known_times, layout_of
from tesc.trace.vectors import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

    from tesc.trace.columns import EventColumns
    from tesc.trace.events import TracedEvent
    from tesc.trace.tables.layout import Layout
    from tesc.trace.values import Kind

    Arrow = Any  # pyarrow and its classes, which may not be installed
    # Makes a column from an event's records; the int is the number of the batch's first record.
    Column = Callable[[EventColumns, int], Arrow]


def pyarrow(what: str) -> Arrow:
    """The package pyarrow; `what` needs it. Raises MissingExtra."""
    try:
        import pyarrow
    except ImportError:
        raise MissingExtra(what, "pyarrow", "parquet") from None
    return pyarrow


def arrow_type(pa: Arrow, kind: Kind) -> Arrow:
    """The type of a column of arguments of a kind."""
    if kind.text:
        return pa.string()
    if kind.truth:
        return pa.bool_()
    return getattr(pa, f"{'' if kind.signed else 'u'}int{kind.bits}")()


def schema(pa: Arrow, layout: Layout) -> Arrow:
    """The columns of a table, and their types."""
    fields = [("ts", pa.int64()), ("time", pa.timestamp("us")), ("pid", pa.int64())]
    fields += [(one.column, arrow_type(pa, one.kind)) for one in layout.arguments]
    fields += [("trace", pa.dictionary(pa.int32(), pa.string())), ("seq", pa.int64())]
    return pa.schema(fields)


class Batches:
    """Makes record batches with the columns `wanted` (None: all), in the schema's order."""

    def __init__(self, pa: Arrow, trace: str, wanted: Collection[str] | None = None) -> None:
        self._pa = pa
        self._wanted = wanted
        self._trace = texts(pa, [trace])
        self._known: dict[TracedEvent, tuple[Layout, Arrow, list[Column]]] = {}

    def layout(self, event: TracedEvent) -> Layout:
        """The table of an event's records."""
        return self._of(event)[0]

    def schema(self, event: TracedEvent) -> Arrow:
        """The wanted columns of the table of an event's records."""
        return self._of(event)[1]

    def make(self, part: EventColumns, first: int) -> Arrow:
        """A batch of one event's records; `first` is the number of the first record of the piece."""
        _, fields, columns = self._of(part.event)
        arrays = [column(part, first) for column in columns]
        return self._pa.RecordBatch.from_arrays(arrays, schema=fields)

    def _of(self, event: TracedEvent) -> tuple[Layout, Arrow, list[Column]]:
        """An event's table, the wanted columns' fields, and the functions that make these columns."""
        known = self._known.get(event)
        if known is None:
            pa, layout = self._pa, layout_of(event)
            made: dict[str, Column] = {
                "ts": lambda part, first: _times(pa, part.times, 1, pa.int64()),
                "time": lambda part, first: _times(pa, part.times, 1000, pa.timestamp("us")),
                "pid": lambda part, first: _pids(pa, part.pids),
                "trace": self._same_trace,
                "seq": lambda part, first: _places(pa, part.places, first),
            }
            made.update((one.column, _argument(pa, one.kind, at)) for at, one in enumerate(layout.arguments))
            fields = [f for f in schema(pa, layout) if self._wanted is None or f.name in self._wanted]
            known = layout, pa.schema(fields), [made[field.name] for field in fields]
            self._known[event] = known
        return known

    def _same_trace(self, part: EventColumns, first: int) -> Arrow:
        pa = self._pa
        zeros = pa.Array.from_buffers(pa.int32(), len(part), [None, pa.py_buffer(bytes(4 * len(part)))])
        return pa.DictionaryArray.from_arrays(zeros, self._trace)


def _argument(pa: Arrow, kind: Kind, at: int) -> Column:
    """A function that makes a column from the arguments at an index."""
    type_ = arrow_type(pa, kind)

    def made(part: EventColumns, first: int) -> Arrow:
        column = part.columns[at]
        if kind.text:
            return _texts(pa, column)
        values = typed(kind, column)
        if not isinstance(values, list):
            return vector(pa, values, type_)
        return truths(pa, values) if kind.truth else numbers(pa, values, type_)

    return made


def _texts(pa: Arrow, column: Any) -> Arrow:
    if isinstance(column, Texts):
        offsets, data = column.packed()
        if (data < 0x80).all():
            return pa.StringArray.from_buffers(len(column), pa.py_buffer(offsets), pa.py_buffer(data))
    return texts(pa, [None if value is None else as_text(value) for value in column])


def _times(pa: Arrow, times: Any, unit: int, type_: Arrow) -> Arrow:
    """Times in units of `unit` nanoseconds, rounded down."""
    if not isinstance(times, list):
        if not len(times) or int(times.max()) < END_OF_INT64:
            return vector(pa, (times if unit == 1 else times // times.dtype.type(unit)).astype("i8"), type_)
        times = times.tolist()
    return numbers(pa, [None if time is None else time // unit for time in known_times(times)], type_)


def _pids(pa: Arrow, pids: Any) -> Arrow:
    if isinstance(pids, list):
        return numbers(pa, known_pids(pids), pa.int64())
    return vector(pa, pids.astype("i8"), pa.int64())


def _places(pa: Arrow, places: Any, first: int) -> Arrow:
    if isinstance(places, list):
        return numbers(pa, [first + place for place in places], pa.int64())
    return vector(pa, places.astype("i8") + first, pa.int64())
