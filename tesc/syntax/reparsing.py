"""Incremental parsing: after an edit, only the changed lines are parsed again.

Items in lines before the edit are the same objects as before; those after it have new positions, and share
everything else.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tesc.records import record, replace
from tesc.syntax.nodes import (
    Comment,
    Disable,
    Event,
    Format,
    Include,
    Malformed,
    Parameter,
    Prefix,
    Tree,
    Word,
)
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tesc.syntax.nodes import Item, ParseError


@record
class Changed:
    """The whole lines in which two texts differ.

    They begin at the offset `start` of both texts, and end at `end` of the old and `new_end` of the new text;
    `first` is the first line's number, from 1, `old_lines` and `new_lines` are their numbers of lines.
    `limit` and `new_limit` are one more than `end` and `new_end` if the last line has no line end: an error
    about something missing there, such as the line end, is at the text's end, which is part of the line.
    """

    start: int
    end: int
    new_end: int
    limit: int
    new_limit: int
    first: int
    old_lines: int
    new_lines: int

    @property
    def by(self) -> int:
        """How far offsets after the changed lines move."""
        return self.new_end - self.end

    @property
    def lines(self) -> int:
        """How many lines the lines after the changed ones move."""
        return self.new_lines - self.old_lines

    def moved(self, span: Span) -> Span:
        """The span in the new text of a span of the old text outside of the changed lines."""
        return span if span.start < self.start else Span(span.start + self.by, span.end + self.by)

    def touches(self, span: Span) -> bool:
        """Whether a span of the old text overlaps the changed lines."""
        return (span.end > self.start and span.start < self.end) or self.holds(span.start)

    def holds(self, offset: int) -> bool:
        """Whether an offset of the old text is in the changed lines."""
        return self.start <= offset < self.limit

    def holds_new(self, offset: int) -> bool:
        """Whether an offset of the new text is in the changed lines."""
        return self.start <= offset < self.new_limit


def changed_lines(old: Source, new: Source) -> Changed:
    """The lines in which two texts differ; moved lines do not count."""
    before, after = old.text, new.text
    starts = old.line_starts
    same = _common(before, after)
    # A CR followed by an LF is one line end.
    at = same - 1 if before[same - 1 : same] == "\r" else same
    first = bisect_right(starts, at)
    start = starts[first - 1]
    left = min(_common_end(before, after), min(len(before), len(after)) - start)
    at = max(bisect_left(starts, len(before) - left + 1), first)
    end = starts[at] if at < len(starts) else len(before)
    new_end = end + len(after) - len(before)
    old_lines, new_lines = len(split_lines(before[start:end])), len(split_lines(after[start:new_end]))
    return Changed(
        start=start,
        end=end,
        new_end=new_end,
        limit=end + _ends_open(before, start, end),
        new_limit=new_end + _ends_open(after, start, new_end),
        first=first,
        old_lines=old_lines,
        new_lines=new_lines,
    )


def _ends_open(text: str, start: int, end: int) -> bool:
    """Whether the lines from `start` to `end` are a text's last lines without a final line end."""
    return start < end == len(text) and text[-1] not in "\r\n"


def _common(one: str, other: str) -> int:
    """The length of the common beginning of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str) -> int:
    """The length of the common end of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def parse_again(before: Tree, source: Source) -> Tree:
    """The tree of a source, computed from the tree of the same file with a different text."""
    changed = changed_lines(before.source, source)
    items, errors = before.items, before.errors
    head = first_item(items, changed.first)
    tail = first_item(items, changed.first + changed.old_lines)
    errors_head = [error for error in errors if error.span.start < changed.start]
    errors_tail = [error for error in errors if error.span.start >= changed.end > changed.start]
    middle = parse(Source(source.path, source.text[changed.start : changed.new_end], source.file))
    source.know_lines(_new_starts(before.source, changed, middle.source))
    by, lines = changed.start, changed.first - 1
    new: list[Item] = [*items[:head], *(moved(item, by, lines) for item in middle.items)]
    wrong = [*errors_head, *(_moved_error(error, by) for error in middle.errors)]
    by, lines = changed.by, changed.lines
    if changed.end < len(before.source.text):
        new += _all_moved(items[tail:], by, lines) if by or lines else items[tail:]
        wrong += [_moved_error(error, by) for error in errors_tail] if by else errors_tail
    return Tree(source, tuple(new), tuple(wrong))


def know_lines_by(old: Source, new: Source) -> None:
    """Set the line starts of an edited text, computed from those of the text before the edit."""
    changed = changed_lines(old, new)
    middle = Source(new.path, new.text[changed.start : changed.new_end], new.file)
    new.know_lines(_new_starts(old, changed, middle))


def _new_starts(old: Source, changed: Changed, middle: Source) -> list[int]:
    """The offsets at which the lines of the new text start."""
    starts = old.line_starts
    below = starts[changed.first - 1 + changed.old_lines :] if changed.end < len(old.text) else []
    mine = [changed.start + start for start in middle.line_starts] if middle.text else []
    return [*starts[: changed.first - 1], *mine, *[start + changed.by for start in below]] or [0]


def first_item(items: Sequence[Item], line: int) -> int:
    """The index of the first item in or after a line, counted from 1."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle].line < line:
            low = middle + 1
        else:
            high = middle
    return low


def _moved_error(error: ParseError, by: int) -> ParseError:
    edits = tuple(replace(edit, span=_moved_span(edit.span, by)) for edit in error.edits)
    return replace(error, span=_moved_span(error.span, by), edits=edits)


def _moved_span(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _moved_word(word: Word, by: int) -> Word:
    return Word(word.start + by, word.text)


def _all_moved(items: Sequence[Item], by: int, lines: int) -> list[Item]:
    of = MovedEvent.of
    return [
        of(item, by, lines)
        if item.__class__ is MovedEvent or item.__class__ is Event
        else moved(item, by, lines)
        for item in items
    ]


def moved(item: Item, by: int, lines: int) -> Item:
    """An item moved by `by` characters and `lines` lines."""
    if isinstance(item, Event):
        return MovedEvent.of(item, by, lines)
    start, end, line = item.start + by, item.end + by, item.line + lines
    if isinstance(item, Comment):
        return Comment(start, end, line, item.text)
    if isinstance(item, Malformed):
        return Malformed(start, end, line, _moved_word(item.name, by) if item.name else None)
    if isinstance(item, Prefix):
        return Prefix(start, end, line, _moved_word(item.name, by))
    if isinstance(item, Disable):
        return Disable(start, end, line, tuple(_moved_word(word, by) for word in item.patterns))
    assert isinstance(item, Include)
    return Include(
        start=start,
        end=end,
        line=line,
        path=item.path,
        path_span=_moved_span(item.path_span, by),
        prefix=_moved_word(item.prefix, by) if item.prefix else None,
        base=_moved_word(item.base, by) if item.base else None,
    )


class MovedEvent(Event):
    """An event at a new position: its parts are moved when first asked for.

    An edit moves all events below it, but few of them are looked at.
    """

    __slots__ = ("_by", "_format", "_parameters", "line", "name", "written")

    written: Event
    _by: int

    def __new__(cls, **values: Any) -> Any:
        """Make an ordinary event, for copies with different values."""
        return Event(**values)

    @classmethod
    def of(cls, event: Event, by: int, lines: int) -> Event:
        """An event moved by `by` characters and `lines` lines."""
        made: Event = _new(cls)
        if event.__class__ is cls:
            _set_by(made, event._by + by)
            _set_written(made, event.written)
        else:
            _set_by(made, by)
            _set_written(made, event)
        _set_line(made, event.line + lines)
        _set_name(made, event.name)
        return made

    @property
    def start(self) -> int:
        return self.written.start + self._by

    @property
    def end(self) -> int:
        return self.written.end + self._by

    @property
    def properties(self) -> tuple[Word, ...]:
        return tuple(_moved_word(word, self._by) for word in self.written.properties)

    @property
    def name_start(self) -> int:
        return self.written.name_start + self._by

    @property
    def open(self) -> int:
        return self.written.open + self._by

    @property
    def close(self) -> int:
        return self.written.close + self._by

    @property
    def void(self) -> bool:
        return self.written.void

    @property
    def disabled(self) -> bool:
        return self.written.disabled

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        try:
            return _get_parameters(self)  # type: ignore[no-any-return]
        except AttributeError:
            by = self._by
            made = tuple([Parameter(one.start + by, one.declaration) for one in self.written.parameters])
            _set_parameters(self, made)
            return made

    @property
    def format(self) -> Format | None:
        try:
            return _get_format(self)  # type: ignore[no-any-return]
        except AttributeError:
            form = self.written.format
            made = None if form is None else Format(form.start + self._by, form.text)
            _set_format(self, made)
            return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and all(
            getattr(self, field) == getattr(other, field) for field in _FIELDS
        )

    __hash__ = Event.__hash__

    def __reduce__(self) -> Any:
        return Event, tuple(getattr(self, field) for field in _FIELDS)


_FIELDS: tuple[str, ...] = Event.__match_args__
# Events are frozen; only this code sets the slots of moved ones.
_slots: Any = MovedEvent.__dict__
_new: Any = object.__new__
_set_by, _set_written = _slots["_by"].__set__, _slots["written"].__set__
_set_line, _set_name = _slots["line"].__set__, _slots["name"].__set__
_set_parameters, _get_parameters = _slots["_parameters"].__set__, _slots["_parameters"].__get__
_set_format, _get_format = _slots["_format"].__set__, _slots["_format"].__get__
