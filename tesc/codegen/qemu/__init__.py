"""The outputs of QEMU 10.2's tracetool: formats (kinds of file) × backends (tracers).

A format is the skeleton of one kind of file; the backends fill its slots. Each is a module that is imported
only if an output needs it.
"""

from __future__ import annotations

import sys

from tesc.codegen.qemu.output import Options, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.units.rejections import Rejection
    from tesc.units.unit import UnitEvent

# The names are in the order in which help and --list-backends print them.
BACKENDS = {
    "nop": "no tracing at all",
    "dtrace": "DTrace and SystemTap probes (user-space static defined tracing)",
    "ftrace": "the kernel's ftrace marker",
    "log": "the log of the program, on standard error by default",
    "simple": "QEMU's own binary trace files",
    "syslog": "the system's log daemon",
    "ust": "LTTng user space tracing",
}
FORMATS = {
    "c": "C source: the events and their registration",
    "d": "DTrace provider, the input of dtrace(1)",
    "h": "C header: the functions that programs call",
    "log-stap": "SystemTap tapset that prints events as the log backend does",
    "rs": "Rust module: the functions that programs call",
    "simpletrace-stap": "SystemTap tapset that prints simpletrace records",
    "stap": "SystemTap tapset: names for the probes and their arguments",
    "ust-events-c": "LTTng provider, C source",
    "ust-events-h": "LTTng provider, C header",
}


class BadBackend(Exception):
    """A backend does not exist or cannot be used; the message says why."""


def find_backend(name: str) -> Backend | None:
    """The backend called `name`: one of BACKENDS, or another package's, by its entry point.

    None if there is none; raises BadBackend if an entry point does not lead to a backend.
    """
    if name in BACKENDS:
        backend: Backend = _module(f"{__name__}.backends.{name}").BACKEND
        return backend
    from tesc.codegen.qemu.plugins import load  # takes longer than most outputs

    return load(name)


def load_backends(names: Iterable[str]) -> list[Backend]:
    """The backends with these names, in this order. Raises BadBackend."""
    found = []
    for name in names:
        backend = find_backend(name)
        if backend is None:
            raise BadBackend(f"unknown backend: {name}")
        found.append(backend)
    return found


def load_formats(names: Iterable[str]) -> None:
    """Import formats in advance; otherwise each is imported for its first output."""
    for name in names:
        _format(name)


def _format(name: str) -> Any:
    return _module(f"{__name__}.formats.{name.replace('-', '_')}")


def _module(name: str) -> Any:
    """Like `importlib.import_module`, but importlib is slow to import."""
    __import__(name)
    return sys.modules[name]


def generate(events: Sequence[UnitEvent], options: Options) -> tuple[str, list[Rejection]]:
    """The text of one output, and its rejections; if there are any, the text must not be used."""
    form = _format(options.format)
    out = Output(options.output, options.compat == "fixed", options.release)
    form.generate(out, events, load_backends(options.backends), options)
    return out.text(), out.refusals
