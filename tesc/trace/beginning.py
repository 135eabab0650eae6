"""Checks the beginning of a trace: its events' names, and whether its first records fit the declarations.

A trace that is read with another program's events gives wrong values without an error if the sizes fit, but
impossible values often reveal it. Only the data read when the trace was opened is checked, so that the note
appears at once.
"""

from __future__ import annotations

import struct

from tesc.trace.errors import Broken, PayloadMismatch, Unusable
from tesc.trace.events import DROPPED
from tesc.trace.input import TraceInput
from tesc.trace.layout import HEADER_BYTES, LOG, MARK_IDS, SENT_MARK, Mapping, framing, headed_layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader
    from tesc.trace.values import Kind, Values

# The maximum numbers of records that are checked: of all events together, and of each.
_MOST_RECORDS = 2000
_MOST_OF_ONE = 8


def mapped_names(path: str) -> list[str]:
    """The names that a trace gives to IDs before its first record, by ID. Raises OSError."""
    if path == "-":
        return []  # the trace can be read only once
    names: dict[int, str] = {}
    try:
        source = TraceInput(path)
    except Unusable:
        return []
    try:
        source.more(HEADER_BYTES)
        layout = headed_layout(source.data)
        if layout is None or not layout.named:
            return []
        source.at = layout.start
        frame = framing(layout)
        while True:
            found = frame(source.data, source.at)
            if isinstance(found, Mapping):
                names[found.id] = found.name
                source.at = found.stop
            elif not isinstance(found, int) or not source.more(found):
                break
    except (Broken, Unusable):
        pass
    finally:
        source.close()
    return [names[one] for one in sorted(names) if names[one] != "dropped" and one not in MARK_IDS]


def oddities(reader: RecordReader) -> list[str]:
    """Why the first records cannot belong to the events that they are read as: a sentence for each event.

    The reader's position does not change.
    """
    found: dict[str, str] = {}
    if reader.layout == LOG:
        from tesc.trace.logs import LogReader

        assert isinstance(reader, LogReader)
        lines, misfits = reader.misfits(_MOST_RECORDS)
        # Text can contain a line end, and lines of two threads can run into each other, but rarely.
        if len(misfits) > _MOST_OF_ONE and len(misfits) * 10 > lines:
            found = {name: f"lines of '{name}' do not match its format" for name in misfits}
    if reader.layout.typed:
        for event, kinds, values in _first(reader):
            if event.name in found:
                continue
            for (type_, name), kind, value in zip(event.parameters, kinds, values):
                if isinstance(value, int) and not _holds(kind, value):
                    found[event.name] = f"'{event.name}' has {value:#x} for '{type_} {name}'"
                    break
    return list(found.values())


class _Sample:
    """The first records of an event."""

    def __init__(self, event: TracedEvent, reader: RecordReader) -> None:
        self.event = event
        self.kinds = event.kinds
        self.split = event.splitter(reader.layout.order, reader.layout.words)
        self.left = _MOST_OF_ONE


def _first(reader: RecordReader) -> Iterator[tuple[TracedEvent, tuple[Kind, ...], Values]]:
    """The first records whose size fits their events, within the data read so far."""
    data, at = reader.source.data, reader.source.at
    frame = framing(reader.layout)
    names = dict(reader.names)
    samples: dict[int, _Sample | None] = {}
    for _ in range(_MOST_RECORDS):
        try:
            found = frame(data, at)
        except Broken:
            return
        if isinstance(found, int):
            return
        if isinstance(found, Mapping):
            if found.name == SENT_MARK:
                return  # a guest's records have events of their own
            names[found.id] = found.name
            samples.pop(found.id, None)
            at = found.stop
            continue
        event_id, _, _, body, at = found
        if event_id not in samples:
            named = reader.layout.named
            event = reader.catalogue.named(names.get(event_id, "")) if named else reader.event(event_id)
            samples[event_id] = None if event is None or event is DROPPED else _Sample(event, reader)
        sample = samples[event_id]
        if sample is None or not sample.left:
            continue
        sample.left -= 1
        try:
            yield sample.event, sample.kinds, sample.split(data[body:at])
        except (PayloadMismatch, struct.error):
            continue  # reported when it is decoded


def _holds(kind: Kind, word: int) -> bool:
    """Whether trace/simple.c, which casts to uint64_t, can write a word for a value of a type."""
    if kind.truth:
        return word <= 1
    if kind.bits == 64 or kind.pointer:
        return True
    if not kind.signed:
        return word >> kind.bits == 0
    top = word >> (kind.bits - 1)
    return top == 0 or top == (1 << (65 - kind.bits)) - 1
