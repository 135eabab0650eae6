"""The C functions that programs called before QEMU 10.2, in which each backend tested the state itself.

`_BODIES` has what a backend added to the function, by the change that introduced it, latest first; backends
that are missing have always used the same code. `LINE` stands for the `#line` of the event, `BACK` for that
of the output itself.
"""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import call_arguments
from tesc.codegen.qemu.output import line_of
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Output
    from tesc.units.releases import Change
    from tesc.units.unit import UnitEvent

_FTRACE = """
    {{
        char ftrace_buf[MAX_TRACE_STRLEN];
        int unused __attribute__ ((unused));
        int trlen;
        if (trace_event_get_state({id})) {{
LINE
            trlen = snprintf(ftrace_buf, MAX_TRACE_STRLEN,
                             "{name} " {format} "\\n" {arguments});
BACK
            trlen = MIN(trlen, MAX_TRACE_STRLEN - 1);
            unused = write(trace_marker_fd, ftrace_buf, trlen);
        }}
    }}
"""
_SYSLOG = """
    if ({state}) {{
LINE
        syslog(LOG_INFO, "{name} " {format} {arguments});
BACK
    }}
"""
_LOG = """
    if ({state} && qemu_loglevel_mask(LOG_TRACE)) {{
        struct timeval _now;
        gettimeofday(&_now, NULL);
LINE
        qemu_log("%d@%zu.%06zu:{name} " {format} "\\n",
                 qemu_get_thread_id(),
                 (size_t)_now.tv_sec, (size_t)_now.tv_usec
                 {arguments});
BACK
    }}
"""
_LOG_OPTION = """
    if ({state} && qemu_loglevel_mask(LOG_TRACE)) {{
        if (message_with_timestamp) {{
            struct timeval _now;
            gettimeofday(&_now, NULL);
LINE
            qemu_log("%d@%zu.%06zu:{name} " {format} "\\n",
                     qemu_get_thread_id(),
                     (size_t)_now.tv_sec, (size_t)_now.tv_usec
                     {arguments});
BACK
        }} else {{
LINE
            qemu_log("{name} " {format} "\\n"{arguments});
BACK
        }}
    }}
"""
_LOG_PLAIN = """
    if ({state} && qemu_loglevel_mask(LOG_TRACE)) {{
LINE
        qemu_log("{name} " {format} "\\n"{arguments});
BACK
    }}
"""
_SIMPLE_CHECKED = """
    if ({state}) {{
        {simple}({names});
    }}
"""
_SIMPLE = """
    {simple}({names});
"""
_BODIES: dict[str, tuple[tuple[Change | None, str], ...]] = {
    "ftrace": ((None, _FTRACE),),
    "log": (("log-without-time", _LOG_PLAIN), ("log-timestamp-option", _LOG_OPTION), (None, _LOG)),
    "simple": (("simple-checked-by-caller", _SIMPLE_CHECKED), (None, _SIMPLE)),
    "syslog": ((None, _SYSLOG),),
}


def state(event: UnitEvent) -> str:
    """The C expression that is true while an event is switched on; tested earlier for `vcpu` events."""
    return "true" if event.node.has("vcpu") else f"trace_event_get_state({identifiers.c_id(event.name)})"


def define(out: Output, event: UnitEvent, backends: Iterable[tuple[str, Backend]]) -> None:
    """Write the function that programs call, and the one that it calls."""
    function = identifiers.c_function(event.name)
    unchecked = identifiers.unchecked_function(event.name)
    out("", f"static inline void {unchecked}({out.declared(event)})", "{")
    if not event.disabled:
        for name, backend in backends:
            _body(out, event, name, backend)
    condition = "true"
    if event.node.has("vcpu") and not out.release.has("no-vcpu-state"):
        condition = f"trace_event_get_vcpu_state({event.parameters[0][1]}, {identifiers.c_id(event.name)})"
    names = ", ".join([name for _, name in event.parameters])
    out("}", "", f"static inline void {function}({out.declared(event)})", "{")
    out(f"    if ({condition}) {{", f"        {unchecked}({names});", "    }", "}")


def _body(out: Output, event: UnitEvent, name: str, backend: Backend) -> None:
    """Write what one backend adds to the function."""
    text = next((t for change, t in _BODIES.get(name, ()) if not change or out.release.has(change)), None)
    if text is None:
        if backend.checks_state:
            out(f"    if ({state(event)}) {{")
        backend.h_event(out, event)
        if backend.checks_state:
            out("    }")
        return
    words = {
        "id": identifiers.c_id(event.name),
        "state": state(event),
        "name": event.name,
        "simple": identifiers.simple_function(event.name),
        "format": event.format,
        "names": ", ".join([name for _, name in event.parameters]),
        "arguments": call_arguments(event),
    }
    for line in text.strip("\n").split("\n"):
        if line not in ("LINE", "BACK"):
            out(line.format(**words))
        elif out.release.has("output-file"):
            out(line_of(event) if line == "LINE" else out.line_back())
