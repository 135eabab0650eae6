"""Lays out lines of generated C."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = 100


def listed(head: str, items: Sequence[str], tail: str) -> list[str]:
    """The lines of `head(items)tail`, broken between items if too long, and aligned after the parenthesis."""
    lines = []
    line = f"{head}("
    indent = " " * len(line)
    for number, item in enumerate(items):
        last = number == len(items) - 1
        text = item + (f"){tail}" if last else ",")
        if number and len(line) + len(text) > _COLUMNS:
            lines.append(line.rstrip(" "))
            line = indent
        line += text + ("" if last else " ")
    return [*lines, line] if items else [f"{line}){tail}"]
