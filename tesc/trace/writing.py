"""Writes one or more traces as text in a format, in one or more processes."""

from __future__ import annotations

from tesc.trace import vectors
from tesc.trace.merge import batches
from tesc.trace.parts import Work, can_split, split, whole
from tesc.trace.sorting import by_time, sorted_batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tesc.trace.formats import TraceWriter
    from tesc.trace.output import TraceOutput
    from tesc.trace.reader import RecordReader, Row, Slots
    from tesc.trace.rows import Rows
    from tesc.trace.selection import Selection


class Writing(Work):
    """Writes the text of a trace to an output."""

    def __init__(
        self, form: TraceWriter, selection: Selection, output: TraceOutput, cut: bool = True
    ) -> None:
        """Without `cut`, one process handles the parts one by one."""
        self._form = form
        self._anew = cut and form.restarts
        self._prepare = selection.prepare(form.prepare)
        self._window = selection.window
        self._output = output
        self._slots: Slots = {}
        self.state = form.state
        self.begin()

    def begin(self) -> None:
        self._texts: list[str] = []
        # The part's first record, whose text depends on what precedes the part.
        self._first: Rows | None = None

    def forget_events(self) -> None:
        self._slots.clear()

    def take(self, reader: RecordReader) -> None:
        form = self._form
        rows = reader.fill(self._prepare, self._slots, self._window, form.timeless)
        if rows.made and self._first is None and not form.timeless:
            self._first = rows.first()
            form.state = None if self._anew else form.state
            form.columns(self._first.times, self._first.pids, self._first.made)  # for the state after it
        if rows.made:
            self._texts.append(form.columns(rows.times, rows.pids, rows.made))

    def hand_in(self) -> None:
        form, first = self._form, self._first
        if first is not None:
            end, form.state = form.state, None if self._anew else self.state
            self._output.write(form.columns(first.times, first.pids, first.made))
            self.state = form.state = end
        for text in self._texts:
            self._output.write(text)


def write(
    readers: Sequence[RecordReader],
    form: TraceWriter,
    selection: Selection,
    output: TraceOutput,
    jobs: int = 1,
    sort: bool = False,
    progress: Callable[[int, int], object] = lambda offset, records: None,
) -> None:
    """Write traces as one, in the order of their times; a long trace is read by `jobs` processes.

    With `sort`, records that are out of order within a trace are sorted. `progress` is called with the number
    of bytes and records done, if there is a single trace.
    """
    firsts = [reader.first_time() for reader in readers]
    form.origin = min([time for time in firsts if time is not None and time >= 0], default=0)
    output.write(form.begin())
    try:
        # Which spans are open depends on all earlier records, so no record may be written twice.
        if len(readers) > 1 or sort or form.spans is not None:
            for rows in _ordered(readers, form, selection, sort):
                output.write(form.lines(rows))
            return
        if (readers[0].source.file_size or 0) >= vectors.WORTH:
            readers[0].use_vectors()
        cut = jobs > 1 and can_split(readers[0])
        work = Writing(form, selection, output, cut)
        if cut:
            split(readers[0], work, jobs, progress)
        else:
            whole(readers[0], work, progress)
    finally:
        output.write(form.end())


def _ordered(
    readers: Sequence[RecordReader], form: TraceWriter, selection: Selection, sort: bool
) -> Iterator[list[Row]]:
    """The records of traces, merged by their times; with `sort` each trace is also sorted."""
    if sort and form.spans is not None:
        return sorted_batches(readers, form.prepare, selection)
    found = batches(readers, selection.prepare(form.prepare), selection.window)
    return by_time(found) if sort else found
