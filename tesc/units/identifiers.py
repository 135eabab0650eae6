"""The identifiers that generated code defines for an event and for a group.

Code generation writes them, and the rules on names look for clashes among them (`name_spaces` says which may
clash). The spelling is that of QEMU 10.2's tracetool.
"""

from __future__ import annotations

# LTTNG_UST_ABI_SYM_NAME_LEN of lttng-ust 2.13, minus the NUL and "qemu:".
LTTNG_NAME = 250
# The prefixes of functions, macros and file names, and the suffix of tests of an event's state.
FUNCTION = "trace_"
MACRO = "TRACE_"
PROBE = "QEMU_"
ENABLED = "_ENABLED"
RUST_ENABLED = "_enabled"
# Before QEMU 5.2, each group except the root's has its own folder for its headers.
_IN_FOLDERS = {"h": "trace", "dtrace": "trace-dtrace", "ust": "trace-ust"}


def c_function(event: str) -> str:
    """The function that programs call, in C and in Rust."""
    return f"{FUNCTION}{event}"


def c_id(event: str) -> str:
    """The argument of `trace_event_get_state`."""
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
    """The variable that says whether the event is switched on."""
    return f"_TRACE_{event.upper()}_DSTATE"


def simple_function(event: str) -> str:
    """The simple backend's function that writes one record."""
    return f"_simple_trace_{event}"


def simple_length(parameter: str) -> str:
    """The variable of the simple backend's function with the length of a parameter's text."""
    return f"arg{parameter}_len"


def unchecked_function(event: str) -> str:
    """Before QEMU 10.2, the function that does the work of a call, whatever the event's state."""
    return f"_nocheck__{c_function(event)}"


def tapset_text(parameter: str, fixed: bool) -> str:
    """The variable of a tapset with a copy of a parameter's text.

    It would overwrite a script's global of the same name, so with `fixed` it has a name that no script has.
    """
    return f"__tesc_{parameter}_text" if fixed else f"arg{parameter}_str"


def tapset_length(parameter: str, fixed: bool) -> str:
    """The variable of a tapset with the length of a parameter's text."""
    return f"__tesc_{parameter}_length" if fixed else f"arg{parameter}_len"


def dtrace_macro(event: str) -> str:
    """The macro of dtrace(1)'s header that fires the probe."""
    return f"{PROBE}{event.upper()}"


def dtrace_enabled(event: str) -> str:
    """The macro of dtrace(1)'s header that says whether a tracer is attached."""
    return f"{dtrace_macro(event)}{ENABLED}"


def dtrace_header_macro(event: str) -> str:
    """`dtrace_macro` as dtrace(1) spells it: `__` in a probe's name means `-`."""
    return dtrace_macro(event.replace("__", "_"))


def dtrace_header_enabled(event: str) -> str:
    """`dtrace_enabled` as dtrace(1) spells it."""
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

    `d` is the DTrace provider and `dtrace` the header that dtrace(1) makes from it; `ust` is the header of
    the LTTng provider, `ust-c` its source.
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
    """The name of a header in its group's own folder, before QEMU 5.2; the root's differs."""
    return f"{_IN_FOLDERS[kind]}{'-root' if root else ''}.h"
