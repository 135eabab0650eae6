"""Applies edits as a client does, without using the server's code."""

from __future__ import annotations

import re
from typing import Any

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_UNIT = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def column(before: str, encoding: str) -> int:
    """The length of a text in the client's units."""
    codec, size = _UNIT[encoding]
    return len(before.encode(codec)) // size


def offset(text: str, place: dict[str, int], encoding: str) -> int:
    """The offset of a client's position, which must exist."""
    lines = _LINE.findall(text)
    start = sum(map(len, lines[: place["line"]]))
    line = lines[place["line"]].rstrip("\r\n") if place["line"] < len(lines) else ""
    codec, size = _UNIT[encoding]
    data = line.encode(codec)
    assert place["character"] * size <= len(data), f"{place} is beyond the end of {line!r}"
    return start + len(data[: place["character"] * size].decode(codec))


def edited(text: str, edits: list[dict[str, Any]], encoding: str = "utf-16") -> str:
    """A text after a client's edits, which must not overlap; insertions at one place keep their order."""
    places = []
    for number, edit in enumerate(edits):
        start = offset(text, edit["range"]["start"], encoding)
        end = offset(text, edit["range"]["end"], encoding)
        assert start <= end
        places.append((start, end, number, edit["newText"]))
    places.sort()
    assert all(one[1] <= other[0] for one, other in zip(places, places[1:])), "edits overlap"
    for start, end, _, new in reversed(places):
        text = text[:start] + new + text[end:]
    return text


def changed(edit: dict[str, Any], uri: str) -> list[dict[str, Any]]:
    """The edits for one document in a workspace edit."""
    if "documentChanges" in edit:
        return [
            e for one in edit["documentChanges"] if one["textDocument"]["uri"] == uri for e in one["edits"]
        ]
    return edit["changes"].get(uri, [])
