"""Traces as columns, for tables (Parquet, SQLite), packets (CTF, Perfetto) and statistics.

    for batch in column_batches(trace.readers, selection):
        for part in batch:
            part.event, part.times, part.pids, part.columns    # all records of one event in this piece

A batch is a piece of the trace, some thousand records; each of its parts has the records of one event. As
everywhere in tesc.trace, numbers are 64-bit words whatever their types, and text is bytes; `typed` converts a
column to its parameter's type. Columns are lists or, for long traces if numpy is installed, its arrays
(uint64) and `vectors.Texts`: use them only as sequences. `places` are the positions of the records in the
batch, which give their order among those of other events.
"""

from __future__ import annotations

from tesc.records import record
from tesc.trace import vectors
from tesc.trace.loops import CORRUPT
from tesc.trace.merge import batches
from tesc.trace.values import number_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader, Row, Slots
    from tesc.trace.selection import Selection
    from tesc.trace.values import Kind, Values


@record
class EventColumns:
    """The records of one event in a batch, in the order of the trace.

    `times` are nanoseconds and `pids` processes, -1 if the trace has none; `columns` has a column for each
    parameter of the event; None stands for a value that a log does not show.
    """

    event: TracedEvent
    places: Sequence[int]
    times: Sequence[int]
    pids: Sequence[int]
    columns: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        return len(self.places)


def column_batches(readers: Sequence[RecordReader], selection: Selection) -> Iterator[list[EventColumns]]:
    """The selected records of traces, merged by time if there are several, as columns; no batch is empty."""
    if len(readers) > 1:
        prepare = selection.prepare(_as_is)
        for rows in batches(readers, prepare, selection.window):
            yield _grouped(rows, 0)
        return
    reader = readers[0]
    if (reader.source.file_size or 0) >= vectors.WORTH:
        reader.use_vectors()
    pieces = Pieces(selection)
    while not reader.over:
        found = pieces.take(reader)
        if found:
            yield found
        reader.read_on()


class Pieces:
    """Makes columns from a reader's data, for callers that advance the reader (tesc.trace.parts)."""

    def __init__(
        self, selection: Selection, needed: Callable[[TracedEvent], Collection[int]] | None = None
    ) -> None:
        """`needed` returns the positions of an event's arguments that are used; the others may be empty."""
        self._selection = selection
        self._needed = needed
        self._prepare = selection.prepare(_as_is)
        self._slots: Slots = {}

    def forget_events(self) -> None:
        """Forget what IDs mean: it has changed."""
        self._slots.clear()

    def take(self, reader: RecordReader) -> list[EventColumns]:
        """The selected records in the reader's data."""
        selection = self._selection
        found, number = ([], 0) if selection.where else _many(reader, selection, self._needed)
        rows = reader.fill(self._prepare, self._slots, selection.window, many=False).rows()
        return found + _grouped(rows, number)


def _as_is(event: TracedEvent) -> Callable[[Values], tuple[TracedEvent, Values]]:
    return lambda values: (event, values)


def _grouped(rows: Iterable[Row], number: int) -> list[EventColumns]:
    """Rows grouped by event; `number` is the place of the first row."""
    groups: dict[int, tuple[TracedEvent, list[int], list[int], list[int], list[Values]]] = {}
    for place, (time, pid, (event, values)) in enumerate(rows, number):
        group = groups.get(id(event))
        if group is None:
            group = groups[id(event)] = (event, [], [], [], [])
        _, places, times, pids, all_values = group
        places.append(place)
        times.append(time)
        pids.append(pid)
        all_values.append(values)
    return [
        EventColumns(
            event=event, places=places, times=times, pids=pids, columns=tuple(map(list, zip(*values)))
        )
        for event, places, times, pids, values in groups.values()
    ]


def _many(
    reader: RecordReader,
    selection: Selection,
    needed: Callable[[TracedEvent], Collection[int]] | None,
) -> tuple[list[EventColumns], int]:
    """The records that can be taken at once from the reader's data, and how many of them are selected."""
    mark = reader.mark()
    frames = reader.frames(selection.window)
    if frames is None:
        return [], 0
    try:
        found = []
        events: dict[int, TracedEvent | None] = {}

        def wanted(event_id: int) -> bool:
            event = events[event_id] = reader.event(event_id)
            return event is not None and selection.chosen(event.name)

        # Places count only wanted records, as when records are taken one by one.
        frames = frames.wanted(wanted)
        for event_id, which in frames.groups():
            event = events[event_id]
            assert event is not None
            one = frames.chosen(which)
            columns = one.columns([kind.text for kind in event.kinds], needed and needed(event))
            found.append(
                EventColumns(event=event, places=which, times=one.times, pids=one.pids, columns=columns)
            )
        return found, len(frames)
    except CORRUPT:
        reader.go_back(mark)
        return [], 0


def typed(kind: Kind, column: Sequence[Any]) -> Sequence[Any]:
    """A column as typed values: numbers, bool, str (bytes that are not UTF-8 as lone surrogates)."""
    if kind.text:
        return [value.decode("utf-8", "surrogateescape") for value in column]
    words: Any = column
    if isinstance(column, list) and None in column:
        known = iter(typed(kind, [value for value in column if value is not None]))
        return [None if value is None else next(known) for value in column]
    if kind.truth:
        return [value != 0 for value in column] if isinstance(column, list) else words != 0
    if isinstance(column, list):
        make: Callable[[Any], Any] = eval(f"lambda column: [{number_expression(kind, 'v')} for v in column]")
        found: Sequence[Any] = make(column)
        return found
    shape = f"{'i' if kind.signed else 'u'}{kind.bits // 8}"
    cast: Sequence[Any] = words.astype(shape)
    return cast
