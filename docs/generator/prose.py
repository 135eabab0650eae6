"""Sentences of help texts and schemas as Markdown."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"(?<![\w`])'([^'\n]+)'(?!\w)")
_OPTION = re.compile(r"(?<![\w-])(--?[a-zA-Z][\w-]*(?:=-?\w+)?)")
_MARK = re.compile(r"([*_\[\]|])")


def markdown(text: str) -> str:
    """Quoted words and options as code, and the rest with Markdown's characters escaped."""
    parts = re.split(r"(`[^`]*`)", _QUOTED.sub(r"`\1`", " ".join(text.split())))
    for at in range(0, len(parts), 2):
        words = re.split(r"(`[^`]*`)", _OPTION.sub(r"`\1`", parts[at]))
        # Some Markdown parsers show a backslash before '<', and read the rest as HTML.
        words[::2] = [_MARK.sub(r"\\\1", word).replace("<", "&lt;") for word in words[::2]]
        parts[at] = "".join(words)
    return "".join(parts)
