"""Writes a small tree in QEMU's layout: folders with trace-events files, and sources that call the events."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("net", "hw/net", "hw/usb", "hw/nvme", "block", "ui", "migration", "hw/core")
FILES = ("ring", "port", "queue", "timer")
# Parameters, their formats, and arguments for them.
EVENTS = (
    ("open", "const char *name, int flags", "name %s flags 0x%x", "name, s->flags"),
    ("move", "int x, int y", "x %d y %d", "s->x, s->y"),
    ("write", "uint32_t addr, uint32_t value", "addr 0x%x value 0x%x", "(uint32_t)addr, s->value"),
    ("read", "uint64_t addr, uint64_t value", 'addr 0x%" PRIx64 " value 0x%" PRIx64', "addr, value"),
    ("close", "int fd", "fd %d", "DEV(s)->fd"),
    ("fail", "const char *name, int error", "name %s error %d", "s->name, error"),
)
_C = """\
#include "qemu/osdep.h"
#include "trace.h"

typedef struct Dev {{ int x, y, fd, flags, value; const char *name; }} Dev;
{macro}
void {file}_run(Dev *s, const char *name, int error, uint64_t addr, uint64_t value)
{{
{calls}
    if (trace_event_get_state_backends(TRACE_{state})) {{
        {file}_dump(s);
    }}
}}
"""
_PASTING = """\
#define NVME_GUEST_ERR(trace, fmt, ...) \\
    do {                                \\
        (trace_##trace)(__VA_ARGS__);   \\
    } while (0)
"""


def write_tree(root: Path) -> None:
    listed = "".join(f"    '{folder}',\n" for folder in FOLDERS)
    _write(root / "meson.build", f"trace_events_subdirs = [\n{listed}]\n")
    _write(root / "include/qemu/osdep.h", "#include <stdint.h>\n#define DEV(s) ((Dev *)(s))\n")
    for folder in FOLDERS:
        group = folder.replace("/", "_")
        _write(root / folder / "trace.h", f'#include "trace/trace-{group}.h"\n')
        blocks = [_file(root / folder, f"{group}_{name}") for name in FILES]
        _write(root / folder / "trace-events", "\n".join(blocks))


def _file(folder: Path, name: str) -> str:
    """Write one source; returns what declares its events."""
    lines = [f"# {name}.c"]
    calls = []
    pastes = folder.name == "nvme"
    for what, parameters, form, given in EVENTS:
        closing = "" if form.endswith("PRIx64") else '"'
        lines.append(f'{name}_{what}({parameters}) "{form}{closing}')
        if pastes and what == "fail":
            calls.append(f'    NVME_GUEST_ERR({name}_{what}, "%s", {given});')
        else:
            calls.append(f"    trace_{name}_{what}({given});")
    text = _C.format(
        macro=_PASTING if pastes else "",
        file=name,
        calls="\n".join(calls),
        state=f"{name}_open".upper(),
    )
    _write(folder / f"{name}.c", text)
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
