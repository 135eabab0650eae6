"""Progress messages: on a terminal, and only there."""

from __future__ import annotations

import io

from tesc.trace import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_progress(monkeypatch):
    clock = iter([0.0, 0.5, 2.0, 2.1, 4.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = Terminal()
    shown = progress.Progress(100_000_000, stream)
    for done in (1, 20_000_000, 21_000_000, 50_000_000):
        shown(done, done // 50)
    shown.end()
    first, second = "20 of 100 MB, 200,000 records/s, 8 s left", "50 of 100 MB, 250,000 records/s, 4 s left"
    assert stream.getvalue() == f"\r{first}\r{second}\r{' ' * len(second)}\r"


def test_the_end_of_a_pipe_is_unknown(monkeypatch):
    clock = iter([0.0, 2.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = Terminal()
    progress.Progress(None, stream)(4_000_000, 100)
    assert stream.getvalue() == "\r4 MB, 50 records/s"


def test_nothing_in_a_pipe(monkeypatch):
    clock = iter([0.0, 2.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    shown = progress.Progress(10, stream)
    shown(5, 1)
    shown.end()
    assert stream.getvalue() == ""
