"""Formats of events that cross the guest tunnel: a guest's address is a number to the host."""

from __future__ import annotations

from functools import lru_cache

from tesc.syntax.printf import parse_format

POINTER_LETTERS = ("s", "p")


@lru_cache(maxsize=None)
def pointers_as_numbers(text: str, letters: tuple[str, ...] = POINTER_LETTERS) -> str:
    """A format in which each conversion of these letters has become `0x%" PRIx64`.

    The flags and widths of text mean nothing for an address and go; a `*` stays, so that the
    conversions still take as many arguments as before.
    """
    parsed = parse_format(text)
    made = ""
    at = 0
    for conversion in parsed.conversions:
        if conversion.letter not in letters or conversion.macro is not None:
            continue
        width = "*" if conversion.width == "*" else ""
        precision = ".*" if conversion.precision == "*" else ""
        made += f'{text[at : conversion.start]}0x%{width}{precision}" PRIx64 "'
        at = conversion.end
    made += text[at:]
    # What the replacement left empty: a literal at the end, or one between two macros.
    stripped = made.rstrip(" \t")
    if at and stripped.endswith(' PRIx64 ""'):
        made = stripped[:-3] + made[len(stripped) :]
    return made
