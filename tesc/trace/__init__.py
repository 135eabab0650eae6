"""Reads traces, such as QEMU's simpletrace files and guests' streams, by their events' declarations.

    import tesc.trace

    with tesc.trace.open("trace-1234", "trace-events-all") as trace:
        for record in trace:
            if record.name == "bdrv_open_common":
                print(record.timestamp_ns, record["filename"], record["flags"])

`Analyzer` and `run` are for scripts written like those for QEMU's simpletrace.py.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.trace.analyzer import Analyzer, Analyzer2, process, run
    from tesc.trace.api import Record, Trace
    from tesc.trace.api import open_trace as open
    from tesc.trace.errors import TraceError, Unusable
    from tesc.trace.events import TracedEvent, load_unit

__all__ = [
    "Analyzer",
    "Analyzer2",
    "Record",
    "Trace",
    "TraceError",
    "TracedEvent",
    "Unusable",
    "load_unit",
    "open",
    "process",
    "run",
]

_HOMES = {
    "analyzer": ("Analyzer", "Analyzer2", "process", "run"),
    "api": ("Record", "Trace", "open"),
    "events": ("TracedEvent", "load_unit"),
    "errors": ("TraceError", "Unusable"),
}


def __getattr__(name: str) -> object:
    """Import a name's module on first use: commands that decode nothing need no such module."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            home = import_module(f"tesc.trace.{module}")
            return getattr(home, "open_trace" if name == "open" else name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
