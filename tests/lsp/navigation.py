"""A small tree of trace-events, C and Rust files, and requests for tests of navigation."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from tests.lsp.client import PATIENCE

ROOT = """\
# See the manual
include "hw/esp.trace-events" prefix bios_
disable bios_esp_reset, vm_*

# vl.c
vm_start(int reason, const char *who) "reason %d \U0001f600 who %s"
main_loop(void *ctx) "ctx %p"
"""
ESP = """\
prefix esp_
reset(uint64_t addr) "addr 0x%" PRIx64
raise_irq(void) "raised"
"""
VL = """\
#include "trace.h"
static void run(void *ctx)
{
    /* \U0001f600 */ trace_main_loop(ctx);
    if (TRACE_MAIN_LOOP_ENABLED) {
        trace_main_loop(NULL);
    }
}
void stop(void) { trace_bios_esp_raise_irq(); }
"""
RUST = """\
fn poll(ctx: *const u8) {
    trace_main_loop(ctx);
}
"""


def write_tree(folder: Path) -> None:
    """Write the tree into a folder."""
    (folder / "hw").mkdir()
    (folder / "trace-events").write_text(ROOT, encoding="utf-8")
    (folder / "hw" / "esp.trace-events").write_text(ESP)
    (folder / "vl.c").write_text(VL, encoding="utf-8")
    (folder / "poll.rs").write_text(RUST)


def place(text: str, part: str, encoding: str = "utf-16", nth: int = 0, inside: int = 0) -> dict[str, int]:
    """The start of a part's nth occurrence in a text, in the protocol's form."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    return position(text, at + inside, encoding)


def position(text: str, offset: int, encoding: str) -> dict[str, int]:
    before = text[:offset].replace("\r\n", "\n\n").replace("\r", "\n")
    line = text[before.rfind("\n") + 1 : offset]
    number = text[:offset].replace("\r\n", "\n").replace("\r", "\n").count("\n")
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    code = {"utf-8": "utf-8", "utf-16": "utf-16le", "utf-32": "utf-32le"}[encoding]
    return {"line": number, "character": len(line.encode(code)) // size}


def extent(text: str, part: str, encoding: str = "utf-16", nth: int = 0) -> dict[str, Any]:
    """The range of the nth occurrence of a part of a text."""
    start = place(text, part, encoding, nth)
    return {"start": start, "end": place(text, part, encoding, nth, len(part))}


def ask(client: Any, method: str, uri: str, where: dict[str, int], **more: Any) -> Any:
    """The result of a request for a place."""
    return client.request(method, {"textDocument": {"uri": uri}, "position": where, **more})


def until(wanted: Any) -> Any:
    """A function's result as soon as it is not empty; the server reads sources in the background."""
    end = time.monotonic() + PATIENCE
    while True:
        found = wanted()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.02)


def indexed(client: Any, uri: str) -> None:
    """Wait until the server has read all sources: only then, if lenses are on, does it show callers."""
    params = {"textDocument": {"uri": uri}}
    assert until(lambda: client.request("textDocument/codeLens", params) is not None)


async def read(editor: Any, uri: str) -> None:
    """The same for an editor."""
    from lsprotocol import types as t

    params = t.CodeLensParams(t.TextDocumentIdentifier(uri))
    while await editor.client.text_document_code_lens_async(params) is None:
        await asyncio.sleep(0.02)


def applied(text: str, edits: list[dict[str, Any]], encoding: str = "utf-16") -> str:
    """A text after edits whose places refer to the original text."""

    def offset(where: dict[str, int]) -> int:
        return next(at for at in range(len(text) + 1) if position(text, at, encoding) == where)

    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
