"""Source text: its file, its lines, and places in it.

A place is an offset in the text, in Unicode code points. Lines end only with LF, CRLF or CR (not with form
feeds or U+2028), as specified for trace-events files and the language server protocol.
"""

from __future__ import annotations

from tesc.records import record


@record
class Span:
    """A piece of a source's text: offsets in code points, the end exclusive."""

    start: int
    end: int


class Source:
    """The text of one file.

    `path` is its name in messages and `#line`; `file` is its real path; includes are relative to the folder
    of `relative_to`, which is the same file by default. `text` has a lone surrogate for each byte that is
    not UTF-8 (Python's surrogateescape). `outside` is true for a file outside of the project that includes
    it, whose text must not appear in the project's logs.
    """

    __slots__ = ("_starts", "file", "outside", "path", "relative_to", "text")

    def __init__(self, path: str, text: str, file: str | None = None, relative_to: str | None = None) -> None:
        self.path = path
        self.file = file if file is not None else path
        self.relative_to = relative_to if relative_to is not None else self.file
        self.text = text
        self.outside = False
        self._starts: list[int] | None = None

    @classmethod
    def from_bytes(cls, path: str, data: bytes, file: str | None = None) -> Source:
        return cls(path, data.decode("utf-8", "surrogateescape"), file)

    @property
    def line_starts(self) -> list[int]:
        """The offsets at which lines start: the first is 0; a final line end does not start another line."""
        if self._starts is None:
            self._starts = [start for start, _ in split_lines(self.text)] or [0]
        return self._starts

    def know_lines(self, starts: list[int]) -> None:
        """Set the offsets at which lines start, if they are already known."""
        self._starts = starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; columns count code points."""
        from bisect import bisect_right  # generated code needs only lines

        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line (counted from 1) without its line end."""
        whole = self.line_span(line)
        return self.text[whole.start : whole.end].rstrip("\r\n")

    def line_span(self, line: int) -> Span:
        """The span of a line (counted from 1) with its line end."""
        starts = self.line_starts
        return Span(starts[line - 1], starts[line] if line < len(starts) else len(self.text))


def split_lines(text: str) -> list[tuple[int, str]]:
    """Each line's offset and its text without the line end."""
    if "\r" in text:
        # The length stays the same, so offsets stay valid; the NUL in place of LF is cut off below.
        parts = text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n")
    else:
        parts = text.split("\n")
    if not parts[-1]:
        parts.pop()
    lines: list[tuple[int, str]] = []
    start = 0
    if "\0" not in text and "\r" not in text:
        for part in parts:
            lines.append((start, part))
            start += len(part) + 1
        return lines
    for part in parts:
        line = part
        if part.endswith("\0") and text.startswith("\r\n", start + len(part) - 1):
            line = part[:-1]
        lines.append((start, line))
        start += len(part) + 1
    return lines


def is_visible(text: str) -> bool:
    """Whether text has no control characters, and only ordinary spaces."""
    return text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable()
