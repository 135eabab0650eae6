"""Groups: the names of a source tree's trace-events files in the names of generated files."""

from __future__ import annotations

import os


def group_of(path: str) -> str:
    """The group of a file whose path is relative to the tree's folder.

    `hw/usb/trace-events` is `hw_usb`, the tree's own `trace-events` is `root`, and
    `qapi/qapi.trace-events` is named after the file, `qapi_trace_events`.
    """
    folder, name = os.path.split(os.path.normpath(path))
    words = folder if name == "trace-events" else name
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in words) or "root"


def checkout_of(path: str) -> str | None:
    """The nearest folder above a file that is the root of a checkout, or of a project with a tesc.toml."""
    folder = os.path.dirname(os.path.realpath(path))
    while True:
        if any(os.path.exists(os.path.join(folder, mark)) for mark in (".git", "tesc.toml", ".hg")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
