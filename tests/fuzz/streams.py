"""Randomly changed documents of an editor, traces, logs and guest streams."""

from __future__ import annotations

import random
import sys
from functools import lru_cache
from pathlib import Path

from texts import EVENTS, PIECES, text_of

sys.path.insert(0, str(Path(__file__).parents[2]))  # the writers of traces and frames

from lsprotocol import types as lsp

from tesc.lsp.features.completion import items_at
from tesc.lsp.features.document_links import links
from tesc.lsp.features.folding import folds_of
from tesc.lsp.features.hover import hover_at
from tesc.lsp.features.selection import spans_around
from tesc.lsp.features.symbols import hierarchy
from tesc.lsp.session import Session
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.trace import input as trace_input
from tesc.trace.errors import MOST_KINDS
from tesc.trace.events import Catalogue
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.opening import open_reader
from tesc.trace.selection import ALWAYS
from tesc.units.loading import Loader
from tesc.units.resolve import resolve
from tesc.wire.items import WireEvent
from tesc.wire.schema import schema_of_range
from tesc.wire.stream import FrameDecoder
from tesc.wire.words import WordDecoder
from tests.trace.conftest import EVENTS as TRACED
from tests.trace.conftest import Writer
from tests.wire.conftest import EVENTS as SENT
from tests.wire.conftest import Guest

LOG = [
    "20013@1795887290.388408:move 1 -2 1",
    "say hello 7 what",
    "2026-11-28T17:34:50.388408Z open_file /etc/passwd 0x1f",
    "(qemu) point 0x7f0000001000",
    "7@0.000001:idle ",
    "something else that qemu says",
]


def _unit(text: str):
    return resolve((parse(Source("trace-events", text)),), Loader())


@lru_cache(maxsize=None)
def _catalogue() -> Catalogue:
    return Catalogue(_unit(TRACED))


@lru_cache(maxsize=None)
def _schema():
    return schema_of_range(_unit(SENT), 0)


def documents(chance: random.Random) -> int:
    """A document is opened, edited, and requests are sent for any place."""
    session = Session()
    session.encoding = chance.choice(("utf-8", "utf-16", "utf-32"))
    uri = "untitled:trace-events"
    text = text_of(chance, EVENTS, 8).replace("\udcff", "\ufffd")  # JSON has no lone surrogates
    assert session.open(uri, "trace-events", 1, text)
    lines = text.count("\n") + 1
    for version in range(2, 5):
        view = session.view(uri)
        assert view is not None and view.tree.source.text == text
        offset = chance.randint(0, len(text))
        hover_at(view, offset)
        spans_around(view, offset)
        items_at(view, view.position(offset), chance.choice(["", *'%"( /[']), True)
        items_at(view, lsp.Position(chance.randint(0, 20), chance.randint(0, 60)), "", True)
        for made in (links(view), folds_of(view.tree), hierarchy(view)):
            list(made)
        view.project.found_in(view.tree, [view.tree])
        piece = chance.choice(PIECES).replace("\udcff", "\ufffd")
        text = text[:offset] + piece + text[offset + chance.randint(0, 3) :]
        session.change(uri, version, text)
        lines += 1
    session.close(uri)
    return lines


class _Bytes:
    """A file in memory that the reader can open."""

    def __init__(self, data: bytes) -> None:
        import io

        class InMemory(io.BytesIO):
            def __init__(self, path: str) -> None:
                super().__init__(data)

            def fileno(self) -> int:
                return 0

        self._made = InMemory

    def __enter__(self) -> None:
        self._before = trace_input.FileIO
        trace_input.FileIO = self._made  # type: ignore[misc,assignment]

    def __exit__(self, *_: object) -> None:
        trace_input.FileIO = self._before  # type: ignore[misc]


def _read(data: bytes, chance: random.Random) -> int:
    form = make_format(chance.choice(list(FORMATS)), _catalogue().unit.events)
    with _Bytes(data):
        reader = open_reader("trace", _catalogue())
        rows = 0
        for batch in reader.batches(form.prepare, ALWAYS):
            form.lines(batch).encode("latin-1")
            rows += len(batch)
    assert rows == reader.decoded
    assert len(list(reader.errors)) <= MOST_KINDS
    return rows


def traces(chance: random.Random) -> int:
    """simpletrace files of any version and byte order, with changed bytes and the end cut off."""
    version = chance.choice((0, 2, 3, 4))
    order = chance.choice("<>")
    made = Writer(order).mapped() if version == 4 else Writer(order, version).header()
    records = chance.randint(1, 60)
    for number in range(records):
        event = chance.randrange(5)
        texts = [chance.randbytes(chance.randrange(20)) for _ in range(2)]
        numbers = [chance.getrandbits(64) for _ in range(3)]
        values: list[int | bytes] = [[], numbers, [texts[0], 5, texts[1]], [texts[0], 9], numbers[:1]][event]
        if version == 0:
            values = [one if isinstance(one, int) else 0 for one in values]
        made.record(event + (10 if version == 4 else 0), number * 100, 7, *values)
    data = bytearray(made.data)
    for _ in range(chance.choice((0, 1, 1, 2, 10, 100))):
        at = chance.randrange(min(24, len(data) - 1), len(data))
        data[at] = chance.choice((0, 1, 255, chance.randrange(256)))
    if chance.random() < 0.3:
        del data[chance.randrange(64, max(65, len(data))) :]
    if chance.random() < 0.05:
        data = bytearray(chance.randbytes(chance.randrange(2000)))
    try:
        _read(bytes(data), chance)
    except Exception as error:
        if type(error).__module__ != "tesc.trace.errors":
            raise
    return records


def logs(chance: random.Random) -> int:
    """Lines of QEMU's log, and other lines."""
    text = text_of(chance, LOG, 60)
    try:
        _read(text.encode("utf-8", "surrogateescape"), chance)
    except Exception as error:
        if type(error).__module__ != "tesc.trace.errors":
            raise
    return text.count("\n") + 1


def receiver(chance: random.Random) -> int:
    """A guest's frames and words, with bytes changed, lost and inserted: no event is invented."""
    schema = _schema()
    guest = Guest(schema, clock=chance.random() < 0.5, source=chance.choice((None, 3)))
    frames = guest.start()
    events = chance.randint(1, 60)
    for number in range(events):
        frames += guest.event(*[(0,), (1, number), (5, 1, 2, 3, number), (6, b"text", 1, 2)][number % 4])
    data = bytearray(b"".join(frames))
    for _ in range(chance.choice((0, 1, 3, 20))):
        at = chance.randrange(len(data) + 1)
        data[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
    for decoder in (FrameDecoder(schema), WordDecoder(schema)):
        at = 0
        while at < len(data):
            size = chance.randint(1, 400)
            for item in decoder.feed(bytes(data[at : at + size])):
                assert item.offset >= 0
                if isinstance(item, WireEvent):
                    assert len(schema.signatures[item.wire_id].kinds) == len(item.values)
            at += size
        decoder.finish()
    return events
