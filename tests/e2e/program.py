"""The program that calls every event, in C and in Rust."""

from __future__ import annotations

from tests.e2e.declared import Event, calls, most

_HEAD = """\
#include "qemu/osdep.h"
#include "trace-e2e.h"

void begin(void);
void expect(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *null(void);
/* A copy in memory of its own that ends where the format stops reading. */
char *bounded(const char *text, size_t most);
"""


def c_string(text: str) -> str:
    """A C literal with only printable ASCII characters."""
    plain = [chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in text.encode()]
    return f'"{"".join(plain)}"'


def _c_value(event: Event, call: tuple, at: int) -> str:
    parameter = event.parameters[at]
    value = call[at]
    if value is None:
        return f"({parameter.type})null()"
    if isinstance(value, str):
        bound = most(event, call, at)
        literal = c_string(value)
        return f"({parameter.type})" + (literal if bound is None else f"bounded({literal}, {bound})")
    if parameter.is_pointer:
        return f"({parameter.type})(uintptr_t){value:#x}"
    return f"({parameter.type}){value & ((1 << 64) - 1):#x}ull"


def c_program(events: list[Event], pointer: int) -> str:
    """A C program that calls every event, and with the same arguments `expect`, which prints with printf."""
    lines = [_HEAD]
    for event in events:
        lines += [f"static void call_{event.name}(void)", "{"]
        for call in calls(event, pointer):
            arguments = [_c_value(event, call, at) for at in range(len(call))]
            if not event.disabled:
                first = c_string(event.name + " ") + event.format
                lines.append(f"    expect({', '.join([first, *arguments])});")
            lines.append(f"    trace_{event.name}({', '.join(arguments)});")
        lines += ["}", ""]
    lines += ["int main(void)", "{", "    begin();"]
    lines += [f"    call_{event.name}();" for event in events]
    return "\n".join([*lines, "    return 0;", "}", ""])


def rust_calls(event: Event) -> list[tuple]:
    """The calls that Rust can make: a `&CStr` is never NULL."""
    return [call for call in calls(event, 64) if None not in call]


def _rust_value(event: Event, call: tuple, at: int, compat: str) -> str:
    parameter = event.parameters[at]
    value = call[at]
    if isinstance(value, str):
        plain = [chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in value.encode()]
        literal = f'c"{"".join(plain)}"'
        if compat == "qemu":  # where only one spelling of the type is a string
            return literal if parameter.type == "const char *" else f"{literal}.as_ptr().cast_mut().cast()"
        constant = "const" in parameter.type.split("*")[0].split()
        return literal if constant else f"{literal}.as_ptr() as *mut _"
    if parameter.is_pointer:
        return f"({value:#x}usize as *mut ()).cast()"
    if "bool" in parameter.words:
        return "true" if value else "false"
    return f"({value & ((1 << 64) - 1):#x}u64 as i64) as _"


def rust_program(events: list[Event], compat: str = "fixed") -> str:
    """A Rust program that calls every event through a module with this `compat`, which the build includes."""
    lines = ["mod traced {", '    include!(env!("TRACED"));', "}", 'extern "C" { fn begin(); }', ""]
    for event in events:
        lines.append(f"fn call_{event.name}() {{")
        for call in rust_calls(event):
            arguments = ", ".join(_rust_value(event, call, at, compat) for at in range(len(call)))
            lines.append(f"    traced::trace_{event.name}({arguments});")
        lines.append("}")
    lines += [
        "fn main() {",
        "    unsafe { begin(); }",
        *(f"    call_{event.name}();" for event in events),
        "}",
    ]
    return "\n".join([*lines, ""])
