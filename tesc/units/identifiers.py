"""The identifiers that generated code defines for an event and for a group.

Code generation emits these and the rules on names look for clashes among them (`name_spaces` says which
may clash); neither spells them again. The spelling is that of QEMU 10.2's tracetool.
"""

from __future__ import annotations

# LTTNG_UST_ABI_SYM_NAME_LEN of lttng-ust 2.13, less the NUL and "qemu:".
LTTNG_NAME = 250
# What functions, macros and the names of files begin with, and what the tests of an event's state end with.
FUNCTION = "trace_"
MACRO = "TRACE_"
PROBE = "QEMU_"
ENABLED = "_ENABLED"
RUST_ENABLED = "_enabled"
# Of QEMU before 5.2, in which each group but the root's has a folder of its own for its headers.
_IN_FOLDERS = {"h": "trace", "dtrace": "trace-dtrace", "ust": "trace-ust"}


def c_function(event: str) -> str:
    """The function that programs call, in C and in Rust."""
    return f"{FUNCTION}{event}"


def c_id(event: str) -> str:
    """What `trace_event_get_state` takes."""
    return f"{MACRO}{event.upper()}"


def c_enabled(event: str) -> str:
    """The macro that says whether the event was compiled in."""
    return f"{c_id(event)}{ENABLED}"


def c_backend_state(event: str) -> str:
    """The macro that asks every backend whether it wants the event now."""
    return f"TRACE_{event.upper()}_BACKEND_DSTATE"


def c_object(event: str) -> str:
    """The event's TraceEvent."""
    return f"_TRACE_{event.upper()}_EVENT"


def c_state(event: str) -> str:
    """The variable that holds whether the event is switched on."""
    return f"_TRACE_{event.upper()}_DSTATE"


def simple_function(event: str) -> str:
    """The simple backend's function that writes one record."""
    return f"_simple_trace_{event}"


def simple_length(parameter: str) -> str:
    """The variable of that function that holds the length of a parameter's text."""
    return f"arg{parameter}_len"


def unchecked_function(event: str) -> str:
    """The function that does the work of a call before QEMU 10.2, whatever the event's state."""
    return f"_nocheck__{c_function(event)}"


def tapset_text(parameter: str, fixed: bool) -> str:
    """The variable of a tapset that holds a copy of a parameter's text.

    A script's global of the same name would be overwritten: `fixed` has a name that no script has.
    """
    return f"__tesc_{parameter}_text" if fixed else f"arg{parameter}_str"


def tapset_length(parameter: str, fixed: bool) -> str:
    """The variable of a tapset that holds the length of a parameter's text."""
    return f"__tesc_{parameter}_length" if fixed else f"arg{parameter}_len"


def dtrace_macro(event: str) -> str:
    """The macro of dtrace(1)'s header that fires the probe."""
    return f"{PROBE}{event.upper()}"


def dtrace_enabled(event: str) -> str:
    """The macro of dtrace(1)'s header that says whether a tracer is attached."""
    return f"{dtrace_macro(event)}{ENABLED}"


def dtrace_header_macro(event: str) -> str:
    """The same macro as dtrace(1) spells it: a `__` in a probe's name stands for `-`."""
    return dtrace_macro(event.replace("__", "_"))


def dtrace_header_enabled(event: str) -> str:
    """The other macro as dtrace(1) spells it."""
    return dtrace_enabled(event.replace("__", "_"))


def dtrace_semaphore(event: str) -> str:
    """The semaphore of dtrace(1)'s object that counts the attached tracers."""
    return f"qemu_{event}_semaphore"


def rust_enabled(event: str) -> str:
    """The Rust function that says whether any backend wants the event."""
    return f"{c_function(event)}{RUST_ENABLED}"


def group_table(group: str) -> str:
    """The group's array of events."""
    return f"{group}_trace_events"


def group_register(group: str) -> str:
    """The function that registers the group's events."""
    return f"trace_{group}_register_events"


def header_guard(group: str) -> str:
    """The include guard of the group's header."""
    return f"TRACE_{group.upper()}_GENERATED_TRACERS_H"


def ust_guard(group: str) -> str:
    """The include guard of the group's LTTng provider."""
    return f"TRACE_{group.upper()}_GENERATED_UST_H"


def file_name(group: str, kind: str) -> str:
    """The name of one of the group's files in QEMU's build: kind is h, c, rs, d, dtrace, ust or ust-c.

    `d` names the DTrace provider and `dtrace` the header that dtrace(1) makes of it; `ust` is the
    header of the LTTng provider, `ust-c` its source.
    """
    return {
        "h": f"trace-{group}.h",
        "c": f"trace-{group}.c",
        "rs": f"trace-{group}.rs",
        "d": f"trace-dtrace-{group}.dtrace",
        "dtrace": f"trace-dtrace-{group}.h",
        "ust": f"trace-ust-{group}.h",
        "ust-c": f"trace-ust-{group}.c",
    }[kind]


def header_in_folder(kind: str, root: bool = False) -> str:
    """The name of a header in its group's own folder, as QEMU before 5.2 had them; the root's has another."""
    return f"{_IN_FOLDERS[kind]}{'-root' if root else ''}.h"
