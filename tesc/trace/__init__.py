"""Traces: simpletrace files of QEMU and streams of guests, read back by their events' declarations.

    import tesc.trace

    with tesc.trace.open("trace-1234", "trace-events-all") as trace:
        for record in trace:
            if record.name == "bdrv_open_common":
                print(record.timestamp_ns, record["filename"], record["flags"])

`Analyzer` and `run` are for scripts in the manner of QEMU's simpletrace.py.
"""

from __future__ import annotations

from tesc.trace.analyzer import Analyzer, Analyzer2, process, run
from tesc.trace.api import Record, Trace
from tesc.trace.api import open_trace as open
from tesc.trace.events import TracedEvent, load_unit
from tesc.trace.problems import Problem, Unusable

__all__ = [
    "Analyzer",
    "Analyzer2",
    "Problem",
    "Record",
    "Trace",
    "TracedEvent",
    "Unusable",
    "load_unit",
    "open",
    "process",
    "run",
]
