"""The tree of a trace-events file: one node per item, in the order of the text.

Positions are offsets in the source's text, in code points. Text that is copied to generated code is kept as
written. Types and formats are parsed once for each distinct text (`c_type`, `printf`), so nodes store where
their text starts and share the parsed form.
"""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.c_type import CType, Declaration
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.syntax.printf import ParsedFormat


@record
class Word:
    """A word and its offset."""

    start: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))


@record
class Parameter:
    """One parameter of an event. `name` is empty if it is missing."""

    start: int
    declaration: Declaration

    @property
    def type(self) -> CType:
        return self.declaration.type

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.declaration.text))

    @property
    def type_span(self) -> Span:
        return Span(self.start, self.start + self.declaration.type_end)

    @property
    def name_span(self) -> Span:
        return Span(self.start + self.declaration.name_start, self.start + self.declaration.name_end)


@record
class Format:
    """An event's format: `text` runs from its first quote to the end of the line or of the item."""

    start: int
    text: str

    @property
    def parsed(self) -> ParsedFormat:
        """The format's literals, macros and conversions, with offsets relative to `start`."""
        from tesc.syntax.printf import parse_format  # most outputs never parse a format

        return parse_format(self.text)

    @property
    def span(self) -> Span:
        """The format's span, without trailing spaces."""
        return Span(self.start, self.start + len(self.text.rstrip(" \t")))


@record
class Event:
    """An event's declaration.

    `open` and `close` are the offsets of its parentheses. `void` is true if the parameter list is `void`;
    otherwise empty `parameters` mean an empty list. `properties` are the words before the name.
    """

    start: int
    end: int
    line: int
    properties: tuple[Word, ...]
    name_start: int
    name: str
    open: int
    close: int
    void: bool
    parameters: tuple[Parameter, ...]
    format: Format | None

    @property
    def disabled(self) -> bool:
        return bool(self.properties) and self.has("disable")

    def has(self, word: str) -> bool:
        """Whether a word is one of the event's properties."""
        return any(found.text == word for found in self.properties)

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def name_span(self) -> Span:
        return Span(self.name_start, self.name_start + len(self.name))

    @property
    def parameters_span(self) -> Span:
        """The span between the parentheses."""
        return Span(self.open + 1, self.close)


@record
class Include:
    """`include "PATH" [prefix NAME] [base INTEGER]`; `path` is the text between the quotes."""

    start: int
    end: int
    line: int
    path: str
    path_span: Span
    prefix: Word | None
    base: Word | None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def base_value(self) -> int | None:
        """The base as a number; None without a base."""
        return int(self.base.text, 16 if self.base.text[:2] in ("0x", "0X") else 10) if self.base else None


@record
class Prefix:
    """`prefix NAME`."""

    start: int
    end: int
    line: int
    name: Word

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@record
class Disable:
    """`disable PATTERN, ...`."""

    start: int
    end: int
    line: int
    patterns: tuple[Word, ...]

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@record
class Comment:
    """A line whose first non-blank character is `#`; `text` starts with it."""

    start: int
    end: int
    line: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@record
class Malformed:
    """A line that is not an item; the tree's errors say why. `name` is the event's name, if it is clear."""

    start: int
    end: int
    line: int
    name: Word | None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


if TYPE_CHECKING:
    Item = Union[Event, Include, Prefix, Disable, Comment, Malformed]


@record
class Edit:
    """Text that replaces a span of the source."""

    span: Span
    text: str


@record
class ParseError:
    """What is wrong with a line's syntax.

    `code` is the rule that reports it, `message` says what is wrong and `help` what to write instead (None if
    the message is enough); `edits` fix it if the fix is certain.
    """

    code: str
    span: Span
    message: str
    help: str | None = None
    edits: tuple[Edit, ...] = ()


@record
class Tree:
    """A file's items and its syntax errors, both in the order of the text."""

    source: Source
    items: tuple[Item, ...]
    errors: tuple[ParseError, ...]

    @property
    def events(self) -> list[Event]:
        return [item for item in self.items if isinstance(item, Event)]
