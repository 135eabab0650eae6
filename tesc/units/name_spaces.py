"""The identifiers that an event or a group defines, their name spaces, and identifiers defined elsewhere."""

from __future__ import annotations

from tesc.records import record
from tesc.units.identifiers import (
    c_backend_state,
    c_enabled,
    c_function,
    c_id,
    c_object,
    c_state,
    dtrace_header_enabled,
    dtrace_header_macro,
    dtrace_semaphore,
    group_register,
    group_table,
    header_guard,
    rust_enabled,
    simple_function,
    ust_guard,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


@record
class Kind:
    """A kind of identifier, of which every event, or every group, has one.

    `spelled` makes it from a name. Identifiers must be unique in each of its `spaces`; `output` is its place,
    for messages. `shared` is true if sources outside the group also see it, through the header or the linker.
    """

    spelled: Callable[[str], str]
    spaces: tuple[str, ...]
    output: str
    shared: bool = True


# The space `C` is a C source with its headers, `Rust` a Rust module. The space `C ID` has macros with a plain
# value and the arguments of macros: the former would replace the latter.
_C = "C"
_ID = "C ID"
_RUST = "Rust"
SPACES = (_C, _ID, _RUST)
_SIMPLE = "C with backend simple"
_DTRACE = "C with backend dtrace"
_UST = "C with backend ust"

OF_EVENT = (
    Kind(c_function, (_C,), _C),
    Kind(c_id, (_ID,), _C),
    Kind(c_enabled, (_C, _ID), _C),
    Kind(c_backend_state, (_C,), _C),
    Kind(c_object, (_C,), _C),
    Kind(c_state, (_C,), _C),
    Kind(simple_function, (_C,), _SIMPLE),
    Kind(dtrace_header_macro, (_C,), _DTRACE),
    Kind(dtrace_header_enabled, (_C,), _DTRACE),
    Kind(dtrace_semaphore, (_C,), _DTRACE),
    Kind(c_function, (_RUST,), _RUST, shared=False),
    Kind(rust_enabled, (_RUST,), _RUST, shared=False),
    Kind(c_state, (_RUST,), _RUST, shared=False),
    Kind(dtrace_semaphore, (_RUST,), _RUST, shared=False),
)
OF_GROUP = (
    Kind(group_table, (_C,), _C),
    Kind(group_register, (_C,), _C, shared=False),
    Kind(header_guard, (_C, _ID), _C),
    Kind(ust_guard, (_C, _ID), _UST),
)


@record
class Foreign:
    """An identifier that `origin`, a part of the surrounding program, declares."""

    text: str
    spaces: tuple[str, ...]
    output: str
    origin: str
    shared: bool = True


def _declared(output: str, origin: str, names: str, space: str = _C) -> tuple[Foreign, ...]:
    return tuple(Foreign(name, (space,), output, origin) for name in names.split())


# What generated code calls in any program.
USED = (
    *_declared(
        _C,
        "the tracing API",
        """trace_event_get_state trace_event_get_state_dynamic_by_id trace_event_register_group
        trace_events_enabled_count""",
    ),
    *_declared(_C, "the tracing API", "trace_init"),
    *_declared(
        _SIMPLE,
        "the tracing API",
        "trace_record_start trace_record_write_u64 trace_record_write_str trace_record_finish",
    ),
    *_declared(_RUST, "the tracing API", "trace_event_state_is_enabled trace_events_enabled_count", _RUST),
)
# Other names that QEMU 10.2 declares in headers that generated code includes.
OF_QEMU = (
    *_declared(
        _C,
        "the tracing API",
        """trace_enable_events trace_event_get_id trace_event_get_name trace_event_get_state_backends
        trace_event_get_state_dynamic trace_event_get_state_static trace_event_is_pattern
        trace_event_iter_init_all trace_event_iter_init_group trace_event_iter_init_pattern
        trace_event_iter_next trace_event_name trace_event_set_state_dynamic trace_init_backends
        trace_init_file trace_list_events trace_opt_parse""",
    ),
    *_declared(
        _DTRACE,
        "QEMU's own macros",
        """QEMU_ALIGNED QEMU_ALIGN_DOWN QEMU_ALIGN_PTR_DOWN QEMU_ALIGN_PTR_UP QEMU_ALIGN_UP
        QEMU_ARTIFICIAL QEMU_BUILD_BUG_ON QEMU_BUILD_BUG_ON_ZERO QEMU_ERROR
        QEMU_FALLTHROUGH QEMU_FLATTEN QEMU_IS_ALIGNED QEMU_NONSTRING QEMU_PACKED
        QEMU_PTR_IS_ALIGNED QEMU_SENTINEL QEMU_USED QEMU_WARN_UNUSED_RESULT""",
    ),
)


@record
class Identifier:
    """One identifier of an event or a group, and its space and output."""

    text: str
    output: str


def of_event(event: str) -> list[Identifier]:
    """All identifiers that an event defines."""
    return _identifiers(OF_EVENT, event)


def of_group(group: str) -> list[Identifier]:
    """All identifiers that a group of events defines."""
    return _identifiers(OF_GROUP, group)


def _identifiers(kinds: tuple[Kind, ...], name: str) -> list[Identifier]:
    return list(dict.fromkeys(Identifier(kind.spelled(name), kind.output) for kind in kinds))
