"""Escaping untrusted text for terminals and logs."""

from __future__ import annotations

import re

# Control characters except tab and line feed. Compiled when needed, as most runs print nothing.
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"


def printable(text: str) -> str:
    """Text with escapes in place of control sequences, invisible characters and changes of direction.

    Surrogates, which stand for bytes that are not UTF-8, become question marks.
    """
    if text.isascii():
        return re.sub(_CONTROL, _escaped, text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else _escape(char) for char in text)


def visible(text: str) -> str:
    """A path or name for a line of text: like `printable`, with tabs and newlines escaped, too."""
    if text.isprintable() and not text.startswith("::"):
        return text
    made = printable(text).replace("\n", r"\n").replace("\t", r"\t")
    # A line with this beginning is a command to GitHub's runners.
    return f"./{made}" if made.startswith("::") else made


def is_plain(text: str) -> bool:
    """Whether a text has no control characters, so that it can be part of a line in generated files."""
    return text.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f]", text)


def _escaped(match: re.Match[str]) -> str:
    return _escape(match[0])


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\r":
        return r"\r"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plural(number: int, word: str) -> str:
    """A number and the noun that it counts, in the plural unless the number is 1."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
