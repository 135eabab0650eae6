"""Keeps traces as tables in the cache between queries."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager

from tesc import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# How many datasets are kept: each takes between a tenth and half of its traces' size.
MOST_KEPT = 3


def key_of(traces: Sequence[str], *parts: str) -> str | None:
    """The cache's key for traces and the options `parts`; None if a trace is not a regular file."""
    states = []
    for path in traces:
        if not os.path.isfile(path):
            return None
        status = os.stat(path)
        states.append(f"{os.path.abspath(path)} {status.st_size} {status.st_mtime_ns}")
    return cache.digest(cache.program(), *states, *parts)


@contextmanager
def dataset(key: str | None, make: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """The folder of a key's dataset, made if it is not cached, and whether the traces were read completely.

    `make` writes it into a folder that does not exist yet, and returns whether it is complete. Only complete
    datasets with a key are kept.
    """
    kept = os.path.join(cache.datasets(), key) if key and cache.enabled() else None
    if kept and os.path.isdir(kept):
        os.utime(kept)
        yield kept, True
        return
    if kept:
        try:
            os.makedirs(cache.datasets(), mode=0o700, exist_ok=True)
        except OSError:
            kept = None
    folder = tempfile.mkdtemp(prefix="new-" if kept else "tesc-", dir=cache.datasets() if kept else None)
    try:
        made = os.path.join(folder, "data")
        whole = make(made)
        if kept and whole:
            try:
                os.rename(made, kept)
                made = kept
            except OSError:
                pass  # another process was faster
            listed = [
                path for path in cache.listed_datasets() if not os.path.basename(path).startswith("new-")
            ]
            for old in listed[:-MOST_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
        yield made, whole
    finally:
        shutil.rmtree(folder, ignore_errors=True)
