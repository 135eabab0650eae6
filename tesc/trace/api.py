"""Traces for programs: an iterator of typed records."""

from __future__ import annotations

import os

from tesc.trace.events import Catalogue, load_unit
from tesc.trace.guest import GuestTrace
from tesc.trace.host_clock import on_one_clock
from tesc.trace.merge import batches
from tesc.trace.opening import open_reader
from tesc.trace.selection import chooser, window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Union

    import pandas
    import polars
    import pyarrow

    from tesc.config.settings import Compat, Wire
    from tesc.trace.errors import TraceError
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Prepare, RecordReader, Row
    from tesc.trace.selection import Window
    from tesc.trace.tables.frames import Filters
    from tesc.trace.values import Values
    from tesc.units.unit import Unit

    Path = Union[str, os.PathLike[str]]
    Typed = Union[int, str, bool, None]


class Record:
    """One record: the event, its time in nanoseconds, the process, and the arguments.

    Arguments have their types' values: signed or unsigned numbers, bool, str (bytes that are not UTF-8 as
    lone surrogates), or None if a log does not show the value. `record["size"]` is one argument,
    `record.arguments` a dict of all of them. Time and pid are None if the trace has none.
    """

    __slots__ = ("args", "event", "pid", "timestamp_ns")

    def __init__(
        self, event: TracedEvent, timestamp_ns: int | None, pid: int | None, args: tuple[Typed, ...]
    ) -> None:
        self.event = event
        self.timestamp_ns = timestamp_ns
        self.pid = pid
        self.args = args

    @property
    def name(self) -> str:
        return self.event.name

    @property
    def arguments(self) -> dict[str, Typed]:
        return {name: value for (_, name), value in zip(self.event.parameters, self.args)}

    def __getitem__(self, name: str) -> Typed:
        return self.arguments[name]

    def __repr__(self) -> str:
        shown = ", ".join([f"{name}={value!r}" for name, value in self.arguments.items()])
        return f"<{self.name} at {self.timestamp_ns} pid {self.pid}: {shown}>"


class Trace:
    """One or more open traces: iterate over it once, in a `with` block or to the end.

    `errors` lists the errors in the part of the traces that has been read; a trace that ends within a record,
    or that has records of unknown events, does not raise an exception.
    """

    def __init__(
        self,
        readers: Sequence[RecordReader],
        events: Sequence[str],
        window: Window,
        reopen: Callable[[], Sequence[RecordReader]] | None = None,
    ) -> None:
        """`reopen` opens the traces again, for each table after the first."""
        self.readers = tuple(readers)
        self._chosen = chooser(events)
        self._window = window
        self._reopen = reopen
        self._begun = False

    @property
    def errors(self) -> list[TraceError]:
        return [error for reader in self.readers for error in reader.errors]

    def __iter__(self) -> Iterator[Record]:
        for rows in self.batches(self._prepare):
            for time, pid, (event, args) in rows:
                yield Record(event, time if time >= 0 else None, pid if pid >= 0 else None, args)

    def batches(self, prepare: Prepare) -> Iterator[list[Row]]:
        """Return the records in lists of (time, pid, converted values); a missing time or pid is -1.

        `prepare` returns for each event a function that converts its values (numbers as 64-bit words, text
        as bytes), or None to leave out its records.
        """
        self._begun = True
        return batches(self.readers, prepare, self._window)

    def to_arrow(
        self, event: str, columns: Sequence[str] | None = None, filters: Filters | None = None
    ) -> pyarrow.Table:
        """The records of an event as a pyarrow.Table; traces follow one another.

        Its columns are, in this order:

        - `ts`: the time in nanoseconds on the trace's clock (int64);
        - `time`: the same in microseconds, rounded down (timestamp[us], no time zone);
        - `pid`: the process (int64);
        - the arguments by their parameters' names: integers of their types' width and sign (addresses,
          size_t, uint64_t: uint64), bool, string (bytes that are not UTF-8 as `\\xNN`); a name that is taken
          gets an underscore;
        - `trace`: the trace's file name, with folders if another has the same name (dictionary of strings);
        - `seq`: the order of the records in their trace, with gaps (int64).

        `ts`, `time` and `pid` are null if the trace has none, an argument if a log does not show it.
        `columns` names the columns to return, in that order; others are not computed. `filters` are
        conditions `(column, operator, value)`, all of which must be true, or a list of such lists, one of
        which must be true, with the operators ==, !=, <, <=, >, >=, in, not in, as for
        pyarrow.parquet.read_table; they are applied while the trace is read.

        Each call reads the trace from its beginning. Raises KeyError for an unknown event or column,
        ValueError for a filter value that does not fit the column's type, or if the trace can be read only
        once and already was, and tesc.trace.tables.MissingExtra without pyarrow (`pip install
        'tesc[parquet]'`).
        """
        from tesc.trace.tables.frames import arrow_table

        return arrow_table(self._afresh(), event, self._window, columns, filters)

    def to_pandas(
        self, event: str, columns: Sequence[str] | None = None, filters: Filters | None = None
    ) -> pandas.DataFrame:
        """The records of an event as a pandas.DataFrame: `to_arrow`'s columns, `trace` as a categorical.

        A column of integers or truth values with missing values has pandas' nullable type (UInt64, boolean),
        not float64 or object, so every number is exact.
        """
        from tesc.trace.tables.frames import as_pandas

        return as_pandas(self.to_arrow(event, columns, filters))

    def to_polars(
        self, event: str, columns: Sequence[str] | None = None, filters: Filters | None = None
    ) -> polars.DataFrame:
        """The records of an event as a polars.DataFrame: `to_arrow`'s columns, `trace` as Categorical."""
        from tesc.trace.tables.frames import as_polars

        return as_polars(self.to_arrow(event, columns, filters))

    def _afresh(self) -> Sequence[RecordReader]:
        """The traces, opened at their beginning. Raises ValueError if that is impossible."""
        if self._begun:
            once = [reader.source.path for reader in self.readers if reader.source.file_size is None]
            if once or self._reopen is None:
                raise ValueError(
                    f"{', '.join(once) or 'the trace'}: it was already read, and cannot be read again"
                )
            self.close()
            self.readers = tuple(self._reopen())
        self._begun = True
        return self.readers

    def _prepare(
        self, event: TracedEvent
    ) -> Callable[[Values], tuple[TracedEvent, tuple[Typed, ...]]] | None:
        if not self._chosen(event.name):
            return None
        types = event.typer()
        return lambda values: (event, types(values))

    def close(self) -> None:
        for reader in self.readers:
            reader.source.close()

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_trace(
    path: Path | Sequence[Path],
    unit: Unit | Path,
    *,
    events: Sequence[str] = (),
    since: int | None = None,
    until: int | None = None,
    pids: Collection[int] | None = None,
    guest: str | None = None,
    wire: Wire | None = None,
    no_header: bool = False,
    follow: bool = False,
    compat: Compat = "qemu",
) -> Trace:
    """Open a trace, or several, which are merged by time.

    `unit` has the events' declarations: a resolved unit, or the path of an events file such as the
    trace-events-all of a build. `events` are patterns of names; `-PATTERN` excludes names again. `since`
    (inclusive) and `until` (exclusive) are nanoseconds on the trace's clock. Files without a simpletrace
    header are streams of the guest with the prefix `guest` (empty for the only one), sent by `wire` (None:
    recognized by their first bytes), or with `no_header` records whose IDs are positions in the events file.

    `compat` is how the traced program's code was generated: it decides which arguments were recorded as text.

    Raises OSError, and tesc.trace.Unusable if the file is not a trace.
    """
    if isinstance(unit, (str, os.PathLike)):
        unit = load_unit(unit)
    catalogue = Catalogue(unit, compat=compat)
    sent = None if guest is None else GuestTrace(guest, wire)
    paths = [path] if isinstance(path, (str, os.PathLike)) else path

    def opened() -> list[RecordReader]:
        readers: list[RecordReader] = []
        try:
            for one in paths:
                readers.append(open_reader(os.fspath(one), catalogue, sent, no_header, follow))
        except BaseException:
            for reader in readers:
                reader.source.close()
            raise
        on_one_clock(readers)
        return readers

    return Trace(opened(), events, window(since, until, pids), opened)
