"""Reads one trace in several processes at once, with the same results as in one.

The trace is cut into parts of some megabytes, which processes take in turn. The beginning of a part's first
record is guessed: it is where several consecutive records seem to begin. The guess is not used until it is
proven: the previous part must end at exactly that byte, and IDs must mean the same there; if not, the part is
read again from where the previous one ended. The proof is a baton that is passed from each part to the next:
it contains everything that a single reader would know at this place, and only its holder may write.

Only traces with a type before each record, in files that can be read at any offset, are cut.
"""

from __future__ import annotations

import os
import pickle
import struct

from tesc.records import record
from tesc.trace.errors import Broken
from tesc.trace.layout import EVENT, MAX_RECORD, Mapping, framing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

    from tesc.trace.reader import RecordReader

PART = 1 << 22
# How many consecutive records must follow a guessed beginning of a part.
_FOLLOWING = 6
_LENGTH = struct.Struct("<I")


class Work:
    """Work on a trace, a part at a time.

    `state` is what the work on a part depends on in addition to the part; it can be pickled. A part's results
    are kept until `hand_in`.
    """

    state: Any = None

    def begin(self) -> None:
        """Begin a new part: forget results that were not handed in."""
        raise NotImplementedError

    def forget_events(self) -> None:
        """Forget what IDs mean: it has changed."""
        raise NotImplementedError

    def take(self, reader: RecordReader) -> None:
        """Process the records in the reader's data."""
        raise NotImplementedError

    def make_ready(self) -> None:
        """Do what can be done with a complete part before it is proven."""

    def hand_in(self) -> None:
        """Output the results of a proven part, and update `state`, which is the state before the part.

        Other processes wait for this to return.
        """
        raise NotImplementedError

    def end(self) -> None:
        """Finish: this process gets no more parts."""


class _Baton:
    """Everything that a reader of the whole trace would know at `offset`."""

    def __init__(self, reader: RecordReader, state: Any) -> None:
        self.offset = reader.source.offset
        self.state = state
        self.mappings = reader.mappings
        # What IDs mean, if it has changed.
        self.names: dict[int, str] | None = None
        self.over = False
        self.records = reader.records
        self.lost = reader.lost
        self.errors = reader.errors
        self.steps_back = reader.steps_back
        self.first_record = reader.first_record
        self.last_time = reader.last_time

    def add(self, reader: RecordReader, state: Any) -> None:
        """Add what a reader found in the next part."""
        self.offset = reader.source.offset
        self.state = state
        if reader.mappings != self.mappings:
            self.mappings = reader.mappings
            self.names = dict(reader.names)
        self.over = reader.over
        self.records += reader.records
        self.lost += reader.lost
        self.errors.merge(reader.errors)
        if reader.records:
            self.steps_back += reader.steps_back + (reader.first_record < self.last_time)
            self.last_time = reader.last_time
            if self.records == reader.records:
                self.first_record = reader.first_record

    def give_back(self, reader: RecordReader) -> None:
        """Pass what is known to the reader of the whole trace."""
        reader.records, reader.lost, reader.errors = self.records, self.lost, self.errors
        reader.steps_back, reader.first_record = self.steps_back, self.first_record
        reader.last_time = self.last_time
        reader.over = True


@record
class _Failed:
    """Why a process could not do its work."""

    error: Exception


def can_split(reader: RecordReader) -> bool:
    """Whether a trace can be read in parts and is long enough for it to pay off."""
    size = reader.source.size
    return hasattr(os, "fork") and reader.layout.typed and size is not None and size >= 2 * PART


def whole(reader: RecordReader, work: Work, progress: Callable[[int, int], object]) -> None:
    """Do the work on a whole trace in this process."""
    while not reader.over:
        work.begin()
        work.take(reader)
        work.make_ready()
        work.hand_in()
        progress(reader.source.offset, reader.records)
        reader.read_on()
    work.end()


def split(reader: RecordReader, work: Work, jobs: int, progress: Callable[[int, int], object]) -> None:
    """Do the work on a whole trace in `jobs` processes, or in this one if the system refuses one of them.

    Raises what one of them raised.
    """
    reader.first_time()  # takes in the mappings at the start
    size = reader.source.size or 0
    bounds = [reader.source.offset, *range(PART, size, PART)]
    bounds = [bounds[0], *[bound for bound in bounds[1:] if bound > bounds[0]], 1 << 63]
    jobs = min(jobs, len(bounds) - 1)
    pipes: list[tuple[int, int]] = []
    children: list[int] = []
    try:
        try:
            for _ in range(jobs + 1):
                pipes.append(os.pipe())
            for number in range(jobs):
                child = os.fork()
                if child == 0:
                    _run_child(reader, work, bounds, range(number, len(bounds) - 1, jobs), pipes)
                children.append(child)
        except OSError:  # too many open files or processes, or too little memory
            _end(children)  # without the baton, they have output nothing
            for end in [end for pipe in pipes for end in pipe]:
                os.close(end)
            children, pipes = [], []
            whole(reader, work, progress)
            return
        _send(pipes[0][1], _Baton(reader, work.state))
        for receive, send in pipes:
            os.close(send)
            if receive != pipes[-1][0]:
                os.close(receive)
        _follow(pipes[-1][0], reader, work, progress)
        while children:
            _, status = os.waitpid(children.pop(), 0)
            if status:
                _fail(_receive(pipes[-1][0]))
    finally:
        _end(children)
        for receive, _ in pipes[-1:]:
            os.close(receive)


def _follow(receive: int, reader: RecordReader, work: Work, progress: Callable[[int, int], object]) -> None:
    """Wait for the last baton; until then, report how many bytes and records are done."""
    while True:
        received = _receive(receive)
        if isinstance(received, tuple):
            progress(*received)
        elif received is None or isinstance(received, _Failed):
            _fail(received)
        else:
            received.give_back(reader)
            work.state = received.state
            return


def _portable(error: Exception) -> Exception:
    """An exception that can be sent to another process."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _fail(received: Any) -> NoReturn:
    """Raise the error that a process sent."""
    if isinstance(received, _Failed):
        raise received.error
    raise ChildProcessError("a process that read a part of the trace ended early")


def _end(children: list[int]) -> None:
    """End processes whose work is no longer needed."""
    import signal

    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except OSError:
            pass  # it has ended


def _run_child(
    reader: RecordReader, work: Work, bounds: list[int], turns: range, pipes: list[tuple[int, int]]
) -> None:
    """Run in a forked process; does not return."""
    import signal

    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles it, and ends this process
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        receive, send = pipes[turns.start][0], pipes[(turns.start + 1) % turns.step][1]
        report = pipes[-1][1]
        for number, (one, other) in enumerate(pipes):
            if number < len(pipes) - 1:
                for end in {one, other} - {receive, send}:
                    os.close(end)
        try:
            _Parts(reader, work, bounds).run(turns, receive, send, report)
            status = 0
        except Exception as error:
            _send(report, _Failed(_portable(error)))
    finally:
        os._exit(status)


class _Parts:
    """One process's parts."""

    def __init__(self, reader: RecordReader, work: Work, bounds: list[int]) -> None:
        self._reader = reader
        self._work = work
        self._bounds = bounds
        self._frame = framing(reader.layout)
        self._names = dict(reader.names)
        reader.source.reopen()

    def run(self, turns: range, receive: int, send: int, report: int) -> None:
        for turn in turns:
            start, stop = self._bounds[turn : turn + 2]
            begun = start if turn == 0 else self._guess(start, stop)
            known = self._reader.mappings
            if begun is not None:
                self._read(begun, stop)
            baton = _receive(receive)
            if baton is None:
                return  # another process has failed, and reports why
            if not baton.over and baton.offset < stop:
                self._prove(baton, begun, known, stop)
                self._work.state = baton.state
                self._work.hand_in()
                baton.add(self._reader, self._work.state)
            last = turn == len(self._bounds) - 2
            _send(report, baton if last else (baton.offset, baton.records))
            if not last and not _hand_on(send, baton):
                return  # another process has failed, and reports why
        self._work.end()

    def _prove(self, baton: _Baton, begun: int | None, known: int, stop: int) -> None:
        """Read the part again unless it begins where the previous one ended, with the same IDs."""
        if begun == baton.offset and known == baton.mappings:
            return
        if self._reader.mappings != baton.mappings:
            self._work.forget_events()
            self._read(baton.offset, stop, baton)
        else:
            self._read(baton.offset, stop)

    def _read(self, begin: int, stop: int, baton: _Baton | None = None) -> None:
        reader = self._reader
        if baton is None:
            reader.rewind(begin)
        else:
            reader.rewind(begin, baton.names or self._names, baton.mappings)
        reader.source.limit = stop
        self._work.begin()
        while not reader.over and reader.source.offset < stop:
            self._work.take(reader)
            if reader.source.offset < stop:
                reader.read_on()
        self._work.make_ready()

    def _guess(self, start: int, stop: int) -> int | None:
        """The offset in the part at which a record seems to begin; None if there is none."""
        source = self._reader.source
        source.seek(start)
        source.limit = None
        pattern = struct.pack(f"{self._reader.layout.order}Q", EVENT)
        for enough in (1 << 14, 2 * MAX_RECORD):  # usually a little is enough
            source.more(enough)
            at = source.data.find(pattern)
            while 0 <= at < stop - start:
                if self._follows(source.data, at):
                    return start + at
                at = source.data.find(pattern, at + 1)
        return None

    def _follows(self, data: bytes, at: int) -> bool:
        """Whether several consecutive records begin at an offset."""
        try:
            for _ in range(_FOLLOWING):
                if at >= len(data):
                    break
                frame = self._frame(data, at)
                if isinstance(frame, int):
                    return False
                at = frame.stop if isinstance(frame, Mapping) else frame[4]
        except Broken:
            return False
        return True


def _send(end: int, thing: _Baton | _Failed | tuple[int, int]) -> None:
    data = pickle.dumps(thing)
    data = _LENGTH.pack(len(data)) + data
    while data:
        data = data[os.write(end, data) :]


def _hand_on(end: int, baton: _Baton) -> bool:
    """Send the baton to the process of the next part; false if that process has ended."""
    try:
        _send(end, baton)
    except BrokenPipeError:
        return False
    return True


def _receive(end: int) -> Any:
    """The object that was sent; None if the sender has ended."""
    head = _exactly(end, _LENGTH.size)
    data = _exactly(end, _LENGTH.unpack(head)[0]) if head else b""
    return pickle.loads(data) if data else None


def _exactly(end: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(end, size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
