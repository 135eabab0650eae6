"""Reads logs as traces: the output of QEMU's log backend, line by line.

An event's line is its name, a space and its formatted arguments, after one of three prefixes: none,
`TID@SEC.USEC:` (QEMU up to 10.1, with -msg timestamp=on), or an ISO 8601 time in UTC and a space (from 10.2
on; without a fraction if that is 0). A monitor's `(qemu) ` may precede it. Other lines are counted, and
passed to the caller's function, if there is one.

Lines end in LF or, after Windows or a serial console, in CR LF. A text that spans lines then does so, too. If
the first event's line ends in LF alone, a CR before a later LF belongs to the text, where that is possible.

A line that begins like an event's but does not fit its format is examined again: a string may contain a line
end, or the lines of two threads may have run into each other.
"""

from __future__ import annotations

import re
from calendar import timegm

from tesc.records import record
from tesc.trace.errors import Broken, PayloadMismatch
from tesc.trace.events import TracedEvent
from tesc.trace.following import Discontinued
from tesc.trace.inverse import certain, inverse
from tesc.trace.layout import LOG, UNKNOWN
from tesc.trace.made import LONGEST_KEPT, Made
from tesc.trace.reader import MOST_KEPT, RecordReader
from tesc.trace.rows import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tesc.trace.events import Catalogue
    from tesc.trace.input import TraceInput
    from tesc.trace.reader import Prepare, Row, Slots
    from tesc.trace.selection import Window
    from tesc.trace.values import Values

# Longer lines are not events.
LONGEST = 1 << 20
# The maximum number of lines that a string may span.
_MOST_LINES = 16
# Threads and seconds have at most ten digits: without a limit, each digit of a long run of digits would be
# tried as a beginning.
_STAMP = rb"(\d{1,10})@(\d{1,10})\.(\d{6}):|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{6}))?Z "
_LINE = re.compile(rb"(?:\(qemu\) )*(?:%s)?([A-Za-z_][A-Za-z0-9_]*)(?: |\r?$)" % _STAMP)
_INNER = re.compile(
    rb"(?:\d{1,10}@\d{1,10}\.\d{6}:|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z )[A-Za-z_]\w*(?: |\r?$)"
)
_WORD = re.compile(rb"\w+")


@record
class Head:
    """The beginning of a line: time and thread (-1 if missing), name, and where the text begins."""

    time: int
    thread: int
    name: bytes
    stop: int


def looks_like_log(head: bytes) -> bool:
    """Whether a file with the first bytes `head` is text, in any encoding."""
    if not head:
        return False
    sample = head[:4096]
    return (
        b"\0" not in sample[:16]
        and sum([byte >= 32 or byte in b"\t\n\r\x1b" for byte in sample]) * 10 >= len(sample) * 9
    )


class LogReader(RecordReader):
    """Reads an opened log."""

    def __init__(self, source: TraceInput, catalogue: Catalogue) -> None:
        super().__init__(source, LOG, catalogue)
        self.joined = 0
        names = catalogue.names()
        self._ids = {name.encode(): number for number, (name, _) in enumerate(names)}
        self._longest = max(map(len, self._ids), default=0)
        self._declared = [event for _, event in names]
        self._events: dict[int, TracedEvent] = {}
        self._seconds: dict[bytes, int] = {}
        self._at_end = False
        # Whether lines end in LF alone; None before the first event's line.
        self._plain: bool | None = None

    def made_of(self, event: TracedEvent, make: Callable[[Values], Any]) -> Made:
        return Made(inverse(event.format, event.kinds, event.model), make)  # type: ignore[arg-type]

    def event(self, event_id: int) -> TracedEvent | None:
        event = self._events.get(event_id)
        if event is None:
            declared = self._declared[event_id]
            # Here only %s decides what is text, not how arguments are recorded.
            event = self._events[event_id] = TracedEvent(
                declared.name, declared.parameters, declared.format, declared.texts, declared.model, "fixed"
            )
            event.uncertain = not certain(event.format, event.kinds, event.model)
        return event

    def has_event(self) -> bool:
        """Whether an event's line begins in the current data, at the beginning of a line or after a time."""
        data = self.source.data
        return any(map(self._starts, data.split(b"\n"))) or any(
            self._starts(data[match.start() :]) for match in _INNER.finditer(data)
        )

    def misfits(self, most: int) -> tuple[int, list[str]]:
        """How many of the first `most` lines are events', and the names of those that do not fit."""
        lines, misfits = 0, []
        whole = self.source.data[: self.source.data.rfind(b"\n") + 1]
        for line in whole.split(b"\n", most)[:most]:
            head = self._head(line)
            event_id = None if head is None else self._ids.get(head.name)
            if head is None or event_id is None:
                continue
            lines += 1
            event = self._declared[event_id]
            try:
                inverse(event.format, event.kinds, event.model)(_text(line[head.stop :]))
            except PayloadMismatch:
                misfits.append(event.name)
        return lines, misfits

    def first_time(self) -> int | None:
        """The time of the first event in the data read first, or None."""
        if not self.source.data:
            self._more()
        for line in self.source.data[self.source.at :].split(b"\n"):
            head = self._head(line)
            if head is not None and head.name in self._ids:
                return head.time
        return None

    def _read_on(self) -> None:
        if not self._more():
            if self._at_end:
                self.over = True
                if not self.records and not self.source.interrupted:
                    ours = f"of an event in {self.catalogue.path}"
                    self.errors.note("none", 0, f"not a simpletrace file, and not a log with a line {ours}")
            self._at_end = True  # what follows the last line end is also a line

    def _more(self) -> bool:
        source = self.source
        try:
            return source.more(len(source.data) - source.at + 1)
        except Discontinued as gone:
            if self._at_end:
                self._stop(str(gone))
            self._at_end = True  # what is there is read first
            return True
        except Broken as broken:
            self._stop(f"{broken}; nothing after it can be read")
            return True

    def fill(
        self, prepare: Prepare, slots: Slots, window: Window, timeless: bool = False, many: bool = True
    ) -> Rows:
        """The records of the complete lines in the current data."""
        if sum([len(made) for made in slots.values() if made]) > MOST_KEPT:
            for made in slots.values():
                if made:
                    made.clear()
        source = self.source
        over = self._at_end
        end = len(source.data) if over else source.data.rfind(b"\n", source.at) + 1
        if not end and len(source.data) - source.at > LONGEST:
            end, over = len(source.data), True
        rows: list[Row] = []
        if end > source.at:
            lines = source.data[source.at : end].split(b"\n")
            if lines and not lines[-1]:
                lines.pop()
            source.at = min(self._lines(lines, rows, prepare, slots, window, over), end)
        found = Rows([], [], [])
        found.extend(rows)
        return found.dense() if window.sparse else found

    def _lines(
        self,
        lines: list[bytes],
        rows: list[Row],
        prepare: Prepare,
        slots: Slots,
        window: Window,
        over: bool,
    ) -> int:
        """Read lines; `self.source.at` is where the first one begins.

        Returns where the unread lines begin: unless the log is `over`, the last ones may continue.
        """
        place = self.source.at
        number = 0
        limited = window.limited
        while number < len(lines):
            line = lines[number]
            number += 1
            begin, place = place, place + len(line) + 1
            head = self._head(line)
            event_id = None if head is None else self._ids.get(head.name)
            if head is None or event_id is None:
                self._other(line, rows, prepare, slots, window, begin)
                continue
            slot = self._slot(event_id, prepare, slots)
            self.records += 1
            if self._plain is None:
                self._plain = line[-1:] != b"\r"
            time, before = head.time, self.last_time
            self.steps_back += UNKNOWN < time < before
            self.last_time = time
            self.no_time += time == UNKNOWN
            self.no_pid += head.thread == UNKNOWN
            if slot is None or (limited and not window.holds(time, head.thread)):
                continue
            text = line[head.stop :]
            try:
                rows.append((time, head.thread, self._made(slot, text) if text[-1:] == b"\r" else slot[text]))
            except PayloadMismatch:
                following = lines[number : number + _MOST_LINES]
                known = over or len(following) == _MOST_LINES
                used = self._again(head, slot, line, following, rows, begin, known)
                if used is None:
                    self.records -= 1
                    self.steps_back -= UNKNOWN < time < before
                    self.last_time = before
                    self.no_time -= time == UNKNOWN
                    self.no_pid -= head.thread == UNKNOWN
                    return begin
                for extra in lines[number : number + used]:
                    place += len(extra) + 1
                number += used
        return place

    def _again(
        self,
        head: Head,
        slot: Made,
        line: bytes,
        following: list[bytes],
        rows: list[Row],
        begin: int,
        over: bool,
    ) -> int | None:
        """Handle a line that does not fit: it continues, or is two lines; returns how many more belong to it.

        None if more lines are needed to decide, unless the log is `over`.
        """
        text = line[head.stop :]
        for used, more in enumerate(following, 1):
            if self._starts(more):
                break
            text += b"\n" + more
            if len(text) > LONGEST_KEPT * 8:
                break
            try:
                rows.append((head.time, head.thread, self._made(slot, text)))
            except PayloadMismatch:
                continue
            return used
        else:
            if not over:
                return None
        name = head.name.decode()
        self.lost += 1
        message = f"a line of '{name}' that does not match its format in {self.catalogue.path}"
        if self._starts_within(line, head.stop):
            message = f"a line of '{name}' that is mixed with another event's line"
            name += " "
        self.errors.note(("mismatch", name), self.source.start + begin, message)
        return 0

    def _made(self, slot: Made, text: bytes) -> Any:
        """What the text of lines becomes, of which the last one may end in CR. Raises PayloadMismatch."""
        if self._plain:
            try:
                return slot[text]
            except PayloadMismatch:
                pass  # a CR that no argument can contain
        return slot[_text(text)]

    def _starts(self, line: bytes) -> bool:
        """Whether a line begins like an event's."""
        head = self._head(line)
        return head is not None and head.name in self._ids

    def _starts_within(self, line: bytes, at: int) -> bool:
        """Whether an event's line begins at an offset of a line, with or without a time before it."""
        if _INNER.search(line, at):
            return True
        line = _text(line)
        for match in _WORD.finditer(line, at):
            word = match[0][-self._longest :]
            if line[match.end() : match.end() + 1] not in (b"", b" "):
                continue
            if any(word[start:] in self._ids and len(word) - start > 3 for start in range(len(word))):
                return True
        return False

    def _other(
        self, line: bytes, rows: list[Row], prepare: Prepare, slots: Slots, window: Window, begin: int
    ) -> None:
        """Handle a line that does not begin like an event's; an event's line may still begin within it."""
        match = _INNER.search(line)
        if match is not None and match.start() and self._starts(line[match.start() :]):
            self.joined += 1
            self.errors.note(
                "joined", self.source.start + begin, "an event's line that is mixed with another line"
            )
            self._count_other(line[: match.start()])
            at, self.source.at = self.source.at, begin + match.start()
            self._lines([line[match.start() :]], rows, prepare, slots, window, True)
            self.source.at = at
            return
        self._count_other(line)

    def _count_other(self, line: bytes) -> None:
        self.others += 1
        if self.other is not None:
            self.other(line)

    def _head(self, line: bytes) -> Head | None:
        """The head of a line, if it can be an event's."""
        match = _LINE.match(line)
        if match is None:
            return None
        thread, seconds, micros, date, fraction, name = match.groups()
        if seconds is not None:
            stamp = int(seconds) * 1_000_000_000 + int(micros) * 1000
            return Head(stamp - self.ahead, int(thread), name, match.end())
        if date is None:
            return Head(UNKNOWN, UNKNOWN, name, match.end())
        whole = self._seconds.get(date)
        if whole is None:
            if len(self._seconds) > 1000:
                self._seconds.clear()
            whole = self._seconds[date] = _epoch(date)
        return Head(whole + int(fraction or 0) * 1000 - self.ahead, UNKNOWN, name, match.end())


def _text(lines: bytes) -> bytes:
    """The text of lines without the CR of CR LF, if the last one has one: else a CR is part of the text."""
    return lines[:-1].replace(b"\r\n", b"\n") if lines[-1:] == b"\r" else lines


def _epoch(date: bytes) -> int:
    """Nanoseconds since 1970 for `YYYY-MM-DDTHH:MM:SS`."""
    year, month, day, hour, minute, second = [int(part) for part in re.split(b"[-T:]", date)]
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return 0
    return timegm((year, month, day, hour, minute, second, 0, 0, 0)) * 1_000_000_000
