"""A line under repair: the errors found so far, and the patches that would repair them.

Analyses of a line work on columns and report each mistake with the patch that repairs it. Once all have run,
the repaired line is parsed, and the positions of the resulting item are mapped back to the original line.
"""

from __future__ import annotations

import re

from tesc.records import replace
from tesc.syntax.c_type import Declaration
from tesc.syntax.grammar import terminals
from tesc.syntax.nodes import Edit, Event, Format, Malformed, Parameter, ParseError, Word
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    # The begin and end of a range of columns, and the text that replaces it.
    Patch = tuple[int, int, str]

NAME = re.compile(terminals()["NAME"])
STRING = re.compile(terminals()["STRING"])
_LONGEST_QUOTE = 60


def quoted(text: str) -> str:
    """Text of a line for messages, in quotes."""
    if len(text) > _LONGEST_QUOTE:
        text = text[: _LONGEST_QUOTE - 3] + "..."
    return f'"{text}"' if "'" in text and '"' not in text else f"'{text}'"


class LineRepair:
    """The line, its errors and their patches.

    `seen` and `text` are as long as the line; `seen` has spaces for invisible characters. `lossy` means that
    patches only allow the rest of the line to be checked: the item is not what the author intended. `name` is
    the event's name if the line cannot be repaired. `settled` has the positions of parameters about which
    nothing more is reported.
    """

    __slots__ = ("_patches", "errors", "line", "lossy", "name", "seen", "settled", "start", "text")

    def __init__(self, seen: str, text: str, start: int, line: int) -> None:
        self.seen = seen
        self.text = text
        self.start = start
        self.line = line
        self.errors: list[ParseError] = []
        self.lossy = False
        self.name: Word | None = None
        self.settled: list[tuple[int, int]] = []
        self._patches: list[Patch] = []

    @property
    def end(self) -> int:
        """The column after the last non-blank one."""
        return len(self.seen.rstrip(" \t"))

    def report(
        self,
        code: str,
        begin: int,
        end: int,
        message: str,
        help: str | None = None,
        patches: tuple[Patch, ...] = (),
        edits: tuple[Patch, ...] = (),
    ) -> None:
        """Note a mistake and the patches that repair it; `edits` are those that are certainly right."""
        found = tuple(Edit(Span(self.start + a, self.start + b), text) for a, b, text in edits)
        self.errors.append(
            ParseError(
                code=code,
                span=Span(self.start + begin, self.start + end),
                message=message,
                help=help,
                edits=found,
            )
        )
        self._patches.extend(patches)

    def remove(self, code: str, begin: int, end: int, message: str, help: str | None = None) -> None:
        """Note a mistake that is certainly fixed by removing it."""
        self.report(code, begin, end, message, help, (self.blank(begin, end),), ((begin, end, ""),))

    def blank(self, begin: int, end: int) -> Patch:
        """A patch that removes a range; if something follows, spaces replace it, so that nothing moves."""
        if end < self.end:
            return (begin, end, " " * (end - begin))
        return (len(self.seen[:begin].rstrip(" \t")), len(self.seen), "")

    def drop(self, begin: int, end: int, instead: str = "") -> None:
        """Replace a range that cannot be repaired by `instead`, so that the rest can be checked."""
        self._patches.append((begin, end, instead))
        self.lossy = True

    def overwrite(self, at: int, text: str) -> None:
        """Change characters in place, for the following analyses as well."""
        self.seen = self.seen[:at] + text + self.seen[at + len(text) :]
        self.text = self.text[:at] + text + self.text[at + len(text) :]

    def malformed(self) -> Malformed:
        begin = len(self.seen) - len(self.seen.lstrip(" \t"))
        return Malformed(self.start + begin, self.start + self.end, self.line, self.name)

    def repaired(self) -> RepairedLine:
        """The line with all patches applied; of overlapping patches, the first or longer one wins."""
        return RepairedLine(self, sorted(self._patches, key=lambda patch: (patch[0], -patch[1])))


class RepairedLine:
    """A repaired line: `seen` and `text`, and the column in the line from which each character came."""

    __slots__ = ("_draft", "_ends", "_starts", "seen", "text")

    def __init__(self, repair: LineRepair, patches: list[Patch]) -> None:
        self._draft = repair
        self._starts: list[int] = []
        self._ends: list[int] = []
        seen, text = [], []
        at = 0
        for begin, end, new in [*patches, (len(repair.seen), len(repair.seen), "")]:
            if begin < at:
                continue
            seen.append(repair.seen[at:begin])
            text.append(repair.text[at:begin])
            self._keep(at, begin)
            seen.append(new)
            text.append(new)
            if len(new) == end - begin:
                self._keep(begin, end)
            else:
                self._starts.extend([begin] * len(new))
                self._ends.extend([end] * len(new))
            at = end
        self.seen = "".join(seen)
        self.text = "".join(text)

    def _keep(self, begin: int, end: int) -> None:
        self._starts.extend(range(begin, end))
        self._ends.extend(range(begin + 1, end + 1))

    def _span(self, begin: int, end: int) -> tuple[int, int]:
        """Offsets in the source of a range of the repaired line."""
        at = self._draft.start
        if begin < end:
            return at + self._starts[begin], at + self._ends[end - 1]
        here = self._starts[begin] if begin < len(self._starts) else len(self._draft.seen)
        return at + here, at + here

    def error(self, error: ParseError) -> ParseError:
        """An error of the repaired line, moved to the source."""
        edits = [Edit(Span(*self._span(edit.span.start, edit.span.end)), edit.text) for edit in error.edits]
        span = Span(*self._span(error.span.start, error.span.end))
        return replace(error, span=span, edits=tuple(edits))

    def event(self, event: Event) -> Event | None:
        """An event of the repaired line, moved to the source; None if a part is not contiguous there."""
        name = self._word(Word(event.name_start, event.name))
        properties = [self._word(word) for word in event.properties]
        shape = self._format(event.format)
        if name is None or None in properties or (shape is None and event.format is not None):
            return None
        begin, end = self._span(event.start, event.end)
        opening, closing = (
            self._span(event.open, event.open + 1)[0],
            self._span(event.close, event.close + 1)[0],
        )
        if closing <= opening:
            return None  # both parentheses are missing
        return Event(
            start=begin,
            end=end,
            line=event.line,
            properties=tuple(word for word in properties if word),
            name_start=name.start,
            name=name.text,
            open=opening,
            close=closing,
            void=event.void,
            parameters=tuple(self._parameter(parameter) for parameter in event.parameters),
            format=shape,
        )

    def _word(self, word: Word) -> Word | None:
        begin, end = self._span(word.start, word.start + len(word.text))
        return Word(begin, word.text) if end - begin == len(word.text) else None

    def _format(self, shape: Format | None) -> Format | None:
        if shape is None:
            return None
        first, last = shape.start, shape.start + len(shape.text)
        begin, end = self._span(first, last)
        in_place = self._starts[first:last] == list(
            range(self._starts[first], self._starts[first] + last - first)
        )
        return Format(begin, shape.text) if in_place and end - begin == last - first else None

    def _parameter(self, parameter: Parameter) -> Parameter:
        """The parameter with its text as written, but with the repaired type and name."""
        declared = parameter.declaration
        last = parameter.start + len(declared.text)
        begin, end = self._span(parameter.start, last)
        if self.seen[last:].lstrip(" \t")[:1] in (",", ")"):
            end = max(end, self._before(last))
        _, type_end = self._span(parameter.start, parameter.start + declared.type_end)
        name, name_end = self._span(
            parameter.start + declared.name_start, parameter.start + declared.name_end
        )
        at = self._draft.start
        return Parameter(
            begin,
            Declaration(
                text=self._draft.seen[begin - at : end - at],
                type=declared.type,
                name=declared.name,
                type_end=max(type_end, begin) - begin,
                name_start=name - begin,
                name_end=name_end - begin,
                flaw=declared.flaw,
            ),
        )

    def _before(self, column: int) -> int:
        """Where the text before a character of the repaired line ends, including removed text."""
        sign = column + len(self.seen[column:]) - len(self.seen[column:].lstrip(" \t"))
        return self._draft.start + len(self._draft.seen[: self._starts[sign]].rstrip(" \t,;"))
