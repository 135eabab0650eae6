"""The LTTng provider: a tracepoint for each event, with a typed field for each argument.

Disabled events are kept, and fields are lost if tracetool finds fewer conversions than parameters, since
programs rely on its fields. With compat `fixed`, the fields come from `lttng_fixed`.
"""

from __future__ import annotations

from tesc.units import identifiers
from tesc.units.compat import lttng_conversions, lttng_field
from tesc.units.output_reasons import LONG_NAME, LTTNG, PERCENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent

_WORKAROUND = """\
/*
 * LTTng ust 2.0 does not allow you to use TP_ARGS(void) for tracepoints
 * requiring no arguments. We define these macros introduced in more recent * versions of LTTng ust as a workaround
 */
#ifndef _TP_EXPROTO1
#define _TP_EXPROTO1(a)               void
#endif
#ifndef _TP_EXDATA_PROTO1
#define _TP_EXDATA_PROTO1(a)          void *__tp_data
#endif
#ifndef _TP_EXDATA_VAR1
#define _TP_EXDATA_VAR1(a)            __tp_data
#endif
#ifndef _TP_EXVAR1
#define _TP_EXVAR1(a)
#endif
""".split("\n")  # noqa: E501 - the comment is the reference's


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    guard = identifiers.ust_guard(options.group)
    # tracetool kept the name that headers in folders had.
    every = options.group == "all"
    include = identifiers.file_name("all", "ust") if every else identifiers.header_in_folder("ust")
    out.head()
    out(
        "",
        "#undef TRACEPOINT_PROVIDER",
        "#define TRACEPOINT_PROVIDER qemu",
        "",
        *_included(out, include),
        "",
        f"#if !defined ({guard}) || \\",
        "     defined(TRACEPOINT_HEADER_MULTI_READ)",
        f"#define {guard}",
        "",
        "#include <lttng/tracepoint.h>",
        "",
        *_WORKAROUND,
    )
    for event in events:
        if out.fixed and event.disabled:
            continue
        if out.fixed and len(event.name) > identifiers.LTTNG_NAME:
            out.refuse(event, event.node.name_start, LONG_NAME.of(LTTNG, event.name))
        _event(out, event)
    out(
        f"#endif /* {guard} */",
        "",
        "/* This part must be outside ifdef protection */",
        "#include <lttng/tracepoint-event.h>",
    )


def _included(out: Output, include: str) -> tuple[str, str]:
    """The lines that tell LTTng the name of this file; 2.13 accepts only one spelling."""
    if out.release.has("ust-include"):
        return ("#undef TRACEPOINT_INCLUDE", f'#define TRACEPOINT_INCLUDE "./{include}"')
    return ("#undef TRACEPOINT_INCLUDE_FILE", f"#define TRACEPOINT_INCLUDE_FILE ./{include}")


def _event(out: Output, event: UnitEvent) -> None:
    parameters = event.parameters
    arguments = ", ".join(f"{type_}, {name}" for type_, name in parameters) or "void"
    out("TRACEPOINT_EVENT(", "   qemu,", f"   {event.name},", f"   TP_ARGS({arguments}),")
    if not parameters:
        out("   TP_FIELDS()", ")", "")
        return
    out("   TP_FIELDS(")
    for field in _fields(out, event):
        out(f"       {field}")
    out("   )", ")", "")


def _fields(out: Output, event: UnitEvent) -> list[str]:
    if out.fixed:
        from tesc.codegen.qemu.lttng_fixed import fields

        return fields(event)
    made = []
    conversions = lttng_conversions(event.format)
    for parameter, (type_, name), conversion in zip(event.node.parameters, event.parameters, conversions):
        field = _field(type_, name, conversion)
        # tracetool uses a field's line as a Python format, in which '%%' is a '%'.
        if "%" in field.replace("%%", ""):
            out.refuse(event, parameter.start, PERCENT.of(LTTNG))
        if field:
            made.append(field.replace("%%", "%"))
    return made


def _field(type_: str, name: str, conversion: str) -> str:
    """The field of one argument; empty if its type gets none."""
    kind = lttng_field(type_, conversion)
    if not kind:
        return ""
    return f"ctf_string({name}, {name})" if kind == "string" else f"ctf_{kind}({type_}, {name}, {name})"
