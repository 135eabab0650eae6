"""Rust: edition 2021, no warnings, linked with the C objects; it prints the same text as C."""

from __future__ import annotations

from tests.e2e.outputs import (
    called,
    lines,
    payload,
    records,
)


def expected(folder) -> list[bytes]:
    """The lines that C's printf prints for the calls that Rust can also make: a `&CStr` is never NULL."""
    return [line for line, (_, call) in zip(lines(folder / "expected"), called()) if None not in call]


def test_log_is_that_of_c(rust_run):
    assert lines(rust_run / "log", b"\n") == expected(rust_run)


def test_ftrace_is_that_of_c(rust_run):
    assert (rust_run / "ftrace").read_bytes() == b"".join((line + b"\n")[:511] for line in expected(rust_run))


def test_simple_has_every_value(rust_run):
    wanted = [(event.name, payload(event, call)) for event, call in called() if None not in call]
    assert records(rust_run / "simple") == wanted
