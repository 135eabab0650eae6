"""`tesc guest receive`: prints or records a guest's events from any of QEMU's character devices."""

from __future__ import annotations

import os
import signal
import stat
import time

from tesc.cli.terminal import Failure, error, plural, print_bytes
from tesc.trace.errors import TraceErrors
from tesc.trace.receiving import Complaint, Received, Receiver
from tesc.units.unknown_event import no_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable
    from io import FileIO
    from typing import Any

    from tesc.trace.chardev import Chardev
    from tesc.trace.guest import GuestTrace
    from tesc.trace.recording import Recording
    from tesc.units.unit import Unit

# Seconds that the first events are held back until later ones allow a better estimate of the clock.
_PATIENCE = 0.05
# How many reads after Ctrl-C collect what was sent before it: more than sockets and pipes buffer.
_MOST_READS = 16


def receive(unit: Unit, options: argparse.Namespace, asked: GuestTrace) -> int:
    """Read the requested stream until its end, Ctrl-C or SIGTERM; returns the exit status. Raises Failure."""
    from tesc.cli.decode import end_on_signals
    from tesc.trace.chardev import open_chardev
    from tesc.trace.errors import Unusable
    from tesc.trace.events import Catalogue
    from tesc.trace.guest import GuestEvents

    try:
        guest = GuestEvents(Catalogue(unit), asked.prefix)
    except Unusable as wrong:
        raise Failure(str(wrong)) from None
    if options.until is not None:
        names = [event.name for event in guest.events(options.wire)]
        if options.until not in names:
            # Nothing would ever end the wait for it.
            raise Failure(f"--until: {no_name(options.until, names)}")
    receiver = Receiver(guest, options.wire, asked)
    errors = TraceErrors(options.source)
    end_on_signals()
    try:
        source = open_chardev(options.source, lambda what: error(what, "note"))
    except (OSError, ValueError) as wrong:
        raise Failure(f"{options.source}: {getattr(wrong, 'strerror', None) or wrong}") from None
    stored = source.stored
    try:
        if options.output is None:
            found_any = _pump(source, receiver, errors, _Lines(options.timestamps).print, options.until)
        else:
            found_any = _into(options.output, source, receiver, errors, options)
    finally:
        source.close()
    if not found_any:
        raise Failure(f"{options.source}: there was nothing to read")
    status = _summary(receiver, errors, stored)
    if stored and (options.timestamps or options.output):
        error(
            f"{options.source} is a file, so times are those of reading it; "
            f"'tesc decode {options.source} --guest' shows the guest's own",
            "note",
        )
    return status


def _into(
    path: str, source: Chardev, receiver: Receiver, errors: TraceErrors, options: argparse.Namespace
) -> bool:
    """Write a simpletrace file, which can be read while it grows; returns false if the source was empty.

    An earlier recording is kept until the first event arrives.
    """
    from tesc.trace.recording import Recording

    recording: Recording | None = None
    lines = _Lines(options.timestamps).print if options.live else None
    with open(path, "wb", buffering=0, opener=_open_as_it_is) as file:

        def begin() -> Recording:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file.truncate(0)
            return Recording(_writer(file, path), sent=options.wire == "frames")

        def take(events: list[Received]) -> None:
            nonlocal recording
            recording = recording or begin()
            _record(recording, events)
            if lines is not None:
                lines(events)

        if not os.fstat(file.fileno()).st_size:
            recording = begin()
        found_any = _pump(source, receiver, errors, take, options.until)
        if recording is None:
            error(f"{path} is as it was before, since no event arrived", "note")
        else:
            recording.end(receiver.clock.uncertainty)
    return found_any


def _open_as_it_is(path: str, flags: int) -> int:
    """Open a file without removing what it contains."""
    return os.open(path, flags & ~os.O_TRUNC, 0o666)


def _writer(file: FileIO, path: str) -> Callable[[bytes], object]:
    """A function that writes all bytes, or none and raises OSError: a full disk may take only some."""

    def write(data: bytes) -> None:
        whole = len(data)
        try:
            while data:
                data = data[file.write(data) :]
        except OSError as wrong:
            if file.seekable() and len(data) < whole:
                file.truncate(file.tell() - (whole - len(data)))
            raise OSError(wrong.errno, wrong.strerror, path) from None

    return write


def _record(recording: Recording, events: Iterable[Received]) -> None:
    for one in events:
        recording.record(one.event.name, one.time, one.values)


def _pump(
    source: Chardev,
    receiver: Receiver,
    errors: TraceErrors,
    take: Callable[[list[Received]], None],
    until: str | None,
) -> bool:
    """Pass events from the source to `take`; returns false if the source was empty.

    Stops at the end of the source, a signal, an event named `until`, or when the guest is refused.
    """
    over = found_any = False
    left = _MOST_READS
    with _Signals() as signals:
        while receiver.refused is None and not over and left:
            if not signals.wait(source, _PATIENCE if receiver.holding else None):
                if signals.received:
                    break
                made = receiver.release()
            else:
                data = source.read()
                if not data:
                    break
                found_any = True
                made = receiver.take(data, time.monotonic_ns())
                left -= signals.received
            _dispatch(made, errors, take)
            over = until is not None and any(
                isinstance(one, Received) and one.event.name == until for one in made
            )
        _dispatch(receiver.finish(), errors, take)
    return found_any or signals.received


class _Signals:
    """Makes Ctrl-C, SIGTERM and SIGHUP end only the wait for more, so that nothing that was read is lost."""

    def __init__(self) -> None:
        self.received = False
        self._waiting = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                self._before[number] = signal.signal(number, self._tell)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _tell(self, number: int, _: object) -> None:
        self.received = True
        if self._waiting:
            raise InterruptedError

    def wait(self, source: Chardev, seconds: float | None) -> bool:
        """Whether there is something to read within `seconds` (None: no limit); after a signal, at once."""
        try:
            self._waiting = True
            found = source.ready(0 if self.received else seconds)
            self._waiting = False
            return found
        except InterruptedError:
            self._waiting = False
            return source.ready(0)


def _dispatch(
    made: list[Received | Complaint], errors: TraceErrors, take: Callable[[list[Received]], None]
) -> None:
    """Pass events to `take` and complaints to `errors`."""
    events = [one for one in made if isinstance(one, Received)]
    if events:
        take(events)
    for one in made:
        if isinstance(one, Complaint):
            errors.note(one.kind, one.offset, one.message, one.events)


class _Lines:
    """Events as lines of text, as the log backend prints them."""

    def __init__(self, timestamps: bool) -> None:
        self._timestamps = timestamps
        self._made: dict[int, Callable[[tuple[int | bytes, ...]], str]] = {}

    def print(self, events: list[Received]) -> None:
        text = "".join([self._line(one) for one in events])
        print_bytes(text.encode("latin-1"))

    def _line(self, one: Received) -> str:
        made = self._made.get(id(one.event))
        if made is None:
            from tesc.trace.printf import compile_format

            event = one.event
            made = self._made[id(event)] = compile_format(event.format, event.kinds, f"{event.name} ", "\n")
        line = made(_words(one.values))
        if not self._timestamps:
            return line
        return f"{one.time // 1_000_000_000}.{one.time // 1000 % 1_000_000:06d} {line}"


def _words(values: tuple[int | bytes, ...]) -> tuple[int | bytes, ...]:
    """Numbers as 64-bit words."""
    return tuple([value if isinstance(value, bytes) else value & (1 << 64) - 1 for value in values])


def _summary(receiver: Receiver, errors: TraceErrors, stored: bool) -> int:
    """Print the errors, the counts and the accuracy of times; returns the exit status.

    `stored` bytes arrived before they were read, so the host's time of an event is unknown.
    """
    from tesc.wire.stream import FrameDecoder

    for one in errors:
        error(str(one))
    decoder = receiver.decoder
    parts = [plural(decoder.events, "event")]
    if isinstance(decoder, FrameDecoder):
        if decoder.missing:
            parts.append(f"{'' if decoder.exact else 'about '}{decoder.missing:,} missing")
        if decoder.dropped:
            parts.append(f"{decoder.dropped:,} dropped by the guest")
    if receiver.skipped:
        parts.append(f"{plural(receiver.skipped, 'byte')} skipped")
    clock = receiver.clock
    if clock.known and not stored:
        parts.append(f"times are accurate to {clock.uncertainty / 1000:,.0f} us")
    error(", ".join(parts), "note")
    if receiver.refused is not None:
        return 2
    return 1 if len(errors) else 0
