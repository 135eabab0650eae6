"""The host's reader of frames in C gives the same events and counts as the one in Python.

TESC_HOSTILE_BYTES sets the number of hostile bytes (1,000,000; 10,000,000 in a nightly run).
"""

from __future__ import annotations

import os
import random
import subprocess
from binascii import crc_hqx
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.wire import cobs
from tesc.wire.items import Hello, OtherSchema, Restart, Skipped, WireEvent
from tesc.wire.schema import schema_of
from tesc.wire.stream import FrameDecoder

HERE = Path(__file__).parent
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion", "-O2"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
TEXT = 6


@pytest.fixture(scope="module", params=["-m64", "-m32"])
def reader(request, tmp_path_factory, need, toy_events):
    """A function that feeds bytes to reader.c, built with `tesc guest demux`; returns its output."""
    gcc = need("gcc", "gcc-multilib")
    folder = tmp_path_factory.mktemp("reader")
    (folder / "toy-events").write_text(toy_events)
    (folder / "trace-events").write_text('include "toy-events" prefix toy_ base 0x8000000000000000\n')
    made = ["-o", str(folder / "demux.c"), "--header", str(folder / "demux.h"), "--trace-header", "reader.h"]
    assert main(["guest", "demux", str(folder / "trace-events"), *made, "--isolated"]) == 0
    sources = [HERE / "reader.c", folder / "demux.c"]
    flags = [request.param, *STRICT, *SANITIZERS, f"-I{HERE}", f"-I{folder}"]
    subprocess.run([gcc, *flags, *sources, "-o", folder / "reader"], check=True)

    def read(data: bytes, *words: str) -> list[str]:
        done = subprocess.run([folder / "reader", *words], input=data, capture_output=True, timeout=400)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode().splitlines()

    return read


@pytest.fixture(scope="module")
def quick(toy):
    """Guests that make their frames with tesc's own COBS and Python's CRC, which is much faster."""

    class Quick(toy):
        def frame(self, packet: bytes, start: int) -> bytes:
            return cobs.encode(packet + crc_hqx(packet, start).to_bytes(2, "big")) + b"\0"

    return Quick


def line_of(event: WireEvent) -> str:
    """An event as reader.c prints it: numbers as C converts them to 64 bits."""
    values = list(event.values)
    if event.wire_id == TEXT:
        return f"{TEXT} {values[0].hex()}. {values[1]} {values[2]}"
    if event.wire_id == 4:  # a char, which is signed here
        values[3] = (values[3] + 128) % 256 - 128
    return " ".join([str(event.wire_id), *(str(value % (1 << 64)) for value in values)])


def expected(schema, data: bytes) -> list[str]:
    """What reader.c must print."""
    decoder = FrameDecoder(schema)
    items = [*decoder.feed(data), *decoder.finish()]
    skipped = sum(item.size for item in items if isinstance(item, Skipped))
    # A disabled event is read, and not traced.
    lines = [line_of(item) for item in items if isinstance(item, WireEvent) and item.wire_id != 2]
    lost = f"missing {decoder.missing} dropped {decoder.dropped} skipped {skipped} refused {decoder.refused}"
    lines.append(f"events {decoder.events} {lost} exact {int(decoder.exact)}")
    kinds = [sum(isinstance(item, kind) for item in items) for kind in (Restart, OtherSchema, Hello)]
    return [*lines, f"heard: started {kinds[0]} foreign {kinds[1]} hellos {kinds[2]}"]


def any_event(rand: random.Random) -> tuple[object, ...]:
    """An event whose arguments are within the ranges of their types."""
    wire_id = rand.randrange(8)
    signed = [1 << rand.randrange(64), -(1 << rand.randrange(64))]
    small = rand.choice([0, -1, (1 << 31) - 1, -(1 << 31), rand.randrange(1000)])
    return (
        wire_id,
        *(
            (),
            (small,),
            (rand.randrange(1 << 32),),
            (
                rand.choice([-(1 << 63), (1 << 63) - 1, small]),
                rand.choice([max(signed[1], -(1 << 63)), small]),
            ),
            (rand.randrange(-128, 128), rand.randrange(256), rand.randrange(2), rand.randrange(-128, 256)),
            (rand.randrange(1 << 16), rand.randrange(1 << 32), small, rand.randrange(1 << 64)),
            (bytes(rand.randrange(1, 256) for _ in range(rand.randrange(20))), signed[0], rand.randrange(99)),
            tuple(rand.choice([small, n]) for n in range(8)),
        )[wire_id],
    )


def stream_of(guest, rand: random.Random, count: int) -> list[bytes]:
    """The frames of a guest that starts again and again, and drops events."""
    pool = [any_event(rand) for _ in range(500)]
    frames = guest.start()
    for _ in range(count):
        roll = rand.randrange(5000)
        if roll == 0:
            frames += guest.start()
        elif roll < 5:
            guest.lost += rand.randrange(1, 9)
            frames.append(guest.count_lost())
        frames += guest.event(*pool[rand.randrange(500)])
    return frames


def damaged(frames: list[bytes], rand: random.Random, often: int) -> bytes:
    """The stream with bits flipped, bytes lost and inserted, and frames cut off and left out."""
    made = bytearray()
    for frame in frames:
        roll = rand.randrange(often)
        at = rand.randrange(len(frame))
        if roll == 0:
            frame = frame[:at] + bytes([frame[at] ^ 1 << rand.randrange(8)]) + frame[at + 1 :]
        elif roll == 1:
            frame = frame[:at] + frame[at + rand.randrange(1, 9) :]
        elif roll == 2:
            frame = frame[:at] + rand.randbytes(rand.randrange(1, 9)) + frame[at:]
        elif roll == 3:
            frame = frame[:at]  # a reset in the middle of it
        elif roll == 4 and rand.randrange(4) == 0:
            frame = b"\xff" * rand.randrange(20000)
        elif roll == 5:
            frame = b""
        made += frame
    return bytes(made)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_thousand_damaged_events(seed, reader, schema, quick):
    """Also, the events were sent, in that order (with these seeds no damage passes the checksum)."""
    rand = random.Random(seed)
    frames = stream_of(quick(schema, clock=seed == 2, source=3), rand, 50_000)
    data = damaged(frames, rand, 100)
    told = reader(data, str(seed))
    assert told == expected(schema, data)
    sent = FrameDecoder(schema).feed(b"".join(frames))
    lines = iter([line_of(item) for item in sent if isinstance(item, WireEvent)])
    assert all(any(line == one for one in lines) for line in told[:-2])
    assert 30_000 < len(told) < 50_000


@pytest.mark.parametrize("seed", range(30))
def test_short_streams_that_begin_and_end_anywhere(seed, reader, schema, quick):
    rand = random.Random(1000 + seed)
    guest = quick(schema, clock=bool(seed % 2))
    frames = stream_of(guest, rand, rand.randrange(1, 400))
    if seed % 3 == 0:  # in the middle of it
        frames = frames[rand.randrange(len(frames)) :]
    if seed % 5 == 0:  # without any hello
        frames = [frame for frame in frames if len(frame) < 20]
    data = damaged(frames, rand, rand.choice([8, 30, 1000]))
    assert reader(data, str(seed)) == expected(schema, data)


def test_sequence_numbers_that_wrap(reader, schema, quick):
    """A guest that has sent 2^32 events continues with 0, like one that starts again."""
    guest = quick(schema)
    guest.sequence = (1 << 32) - 100
    frames = [guest.hello()]
    for number in range(300):
        frames += guest.event(1, number)
    whole = b"".join([*frames, *guest.start(), *guest.event(0)])
    assert reader(whole, "1") == expected(schema, whole)
    assert reader(whole, "1")[-2:] == [
        "events 301 missing 0 dropped 0 skipped 0 refused 0 exact 1",
        "heard: started 1 foreign 0 hellos 8",
    ]
    # Some frames are lost, including the hello after the wrap.
    some = b"".join(frames[:90] + frames[120:])
    assert reader(some, "1") == expected(schema, some)
    assert " missing 29 " in reader(some, "1")[-2] and "started 0" in reader(some, "1")[-1]


def test_a_count_of_dropped_events_that_wraps(reader, schema, quick):
    """A guest that has dropped 2^32 events counts from 0 again: not a new start, nothing missing."""
    guest = quick(schema)
    frames = guest.start()
    for lost in (5, (1 << 31) + 5, (1 << 32) - 3, (1 << 32) + 9, 3 << 31, (1 << 33) - 5, (1 << 33) + 1):
        frames += guest.event(1, lost & 0xFFFF)
        guest.lost = lost
        frames.append(guest.count_lost())
    data = b"".join(frames)
    assert reader(data, "1") == expected(schema, data)
    dropped = f"dropped {(1 << 33) + 1} "
    assert dropped in reader(data, "1")[-2] and "started 0" in reader(data, "1")[-1]
    # If a guest's restart is not seen, its count seems to have grown by almost 2^32.
    guest = quick(schema)
    frames = guest.start()
    guest.lost = 1000
    frames.append(guest.count_lost())
    guest.start()
    for number in range(70):
        frames += guest.event(1, number)
    data = b"".join(frames)
    assert reader(data, "1") == expected(schema, data)
    assert " dropped 1000 " in reader(data, "1")[-2] and "started 1" in reader(data, "1")[-1]


def test_another_guest(reader, schema, quick):
    other = schema_of(schema.signatures[:1] + schema.signatures[2:])
    strange, known = quick(other), quick(schema)
    data = b"".join(
        [*strange.start(), *strange.event(0), *known.event(0), *known.start(), *known.event(1, -7)]
    )
    told = reader(data, "1")
    assert told == expected(schema, data)
    assert told[0] == str((1 << 64) - 7).join(["1 ", ""]) and "refused 1" in told[1]


def test_texts_that_were_cut_or_sent_by_address(reader, schema, quick):
    guest = quick(schema)
    texts = [b"\x00", b"\x0eabc\x7f", b"\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x03\x00", b"\x01"]
    wrong = [b"\x04\x00", b"\x07\x01", b"\x09a\x00", b"\x09a", b"\xfc\xff\xff\xff\xff\xff\xff\xff\xff\x01"]
    frames = guest.start()
    for number, text in enumerate([*texts, *wrong]):
        packet = bytes([number, TEXT << 1]) + text + b"\x05\x06"
        frames.append(guest.frame(packet, schema.hash & 0xFFFF))
    told = reader(b"".join(frames), "1")
    assert told == expected(schema, b"".join(frames))
    shown = [bytes.fromhex(line.split()[1].rstrip(".")) for line in told[: len(texts)]]
    assert shown == [b"", b"abc...", b"0xffffffffffffffff", b"0x0", b""]
    assert told[len(texts)].startswith("events 5 missing 0")


def hostile_bytes(reader, schema, quick, size: str) -> None:
    rand = random.Random(7)
    frames = stream_of(quick(schema, clock=True, source=3), rand, 2000)
    said = reader(b"".join(frames), "3", size)
    given, called = map(int, said[-1].split()[1::2])
    assert given >= int(size) and called > 1000


def test_hostile_bytes(reader, schema, quick):
    hostile_bytes(reader, schema, quick, os.environ.get("TESC_HOSTILE_BYTES", "1000000"))


@pytest.mark.nightly
def test_ten_million_hostile_bytes(reader, schema, quick):
    hostile_bytes(reader, schema, quick, "10000000")
