"""Finds what is being written at a place in a line, which may be unfinished.

Only the text before the place decides, so half a line is as good as a whole one; `after` is the rest of the
line. Columns count code points from the line's start.
"""

from __future__ import annotations

import re

from tesc.records import record
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.outline import format_before, open_literal, outline
from tesc.syntax.printf import parse_format
from tesc.syntax.recovery.repair import NAME, STRING
from tesc.syntax.unseen import UNSEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.syntax.c_type import Declaration
    from tesc.syntax.printf import Conversion

_WORDS = re.compile(r"[ \t]*(?P<properties>(?:[A-Za-z0-9_]+[ \t]+)*)(?P<word>[A-Za-z0-9_]*)$")
_INCLUDE = re.compile(r'[ \t]*include[ \t]*(?=")')
_DISABLE = re.compile(r"[ \t]*disable[ \t]+(?:[A-Za-z0-9_*?]+[ \t]*,[ \t]*)*(?P<word>[A-Za-z0-9_*?]*)$")
_RULES = re.compile(
    r"[ \t]*#+[ \t]*tesc:[ \t]*ignore(?P<file>-file)?[ \t]*\[(?:[^\],]*,)*[ \t]*(?P<word>[^\], \t]*)$"
)
_MARK = re.compile(r"[ \t]*#+[ \t]*tesc:[ \t]*(?P<word>[a-z-]*)$")
_LAST_WORD = re.compile(r"[A-Za-z0-9_]*$")


@record
class Start:
    """The first word of a line; with `properties`, the word after them, a name."""

    begin: int
    word: str
    properties: tuple[str, ...]
    after: str


@record
class InParameters:
    """A parameter: `text` is its text so far, `others` are the parameters before it."""

    begin: int
    text: str
    others: tuple[Declaration, ...]
    after: str


@record
class InFormat:
    """A format, or the place where one may begin.

    `begin` is where the word or the unfinished conversion begins. `literal` is true if the place is between
    quotes, `started` if the format has begun. `partial` is the unfinished conversion, which has no letter
    yet; `left` are the parameters from the one that it takes; `before` is the literal's text before it.
    """

    begin: int
    literal: bool
    started: bool
    partial: Conversion | None
    left: tuple[Declaration, ...]
    before: str
    after: str

    @property
    def closes(self) -> bool:
        """Whether the literal around the place ends on this line."""
        return self.literal and STRING.match(f'"{self.after}') is not None


@record
class InPath:
    """The path of an include; `text` is its text so far."""

    begin: int
    text: str
    after: str


@record
class BehindPath:
    """The text after an include's path: `words` are those already written."""

    begin: int
    words: tuple[str, ...]
    after: str


@record
class InPatterns:
    """A pattern of a `disable` directive, or the name of an event with that property."""

    begin: int
    word: str
    after: str


@record
class InRules:
    """A rule in the brackets of an ignoring comment; `for_file` is true if it applies to the file."""

    begin: int
    word: str
    for_file: bool
    after: str


@record
class BehindMark:
    """A comment for tesc, after `# tesc:`."""

    begin: int
    word: str
    after: str


if TYPE_CHECKING:
    Place = Union[Start, InParameters, InFormat, InPath, BehindPath, InPatterns, InRules, BehindMark]


def place_in(line: str, column: int) -> Place | None:
    """What is being written at a column of a line; None if nothing can be offered."""
    seen = UNSEEN.sub(" ", line)
    before, after = seen[:column], seen[column:]
    if before.lstrip(" \t").startswith("#"):
        mark = _MARK.match(before)
        if mark:
            return BehindMark(mark.start("word"), mark["word"], after)
        match = _RULES.match(before)
        return InRules(match.start("word"), match["word"], bool(match["file"]), after) if match else None
    match = _INCLUDE.match(before)
    if match:
        return _included(before, match.end(), after)
    match = _DISABLE.match(before)
    if match:
        return InPatterns(match.start("word"), match["word"], after)
    match = _WORDS.match(before)
    if match:
        return Start(match.start("word"), match["word"], tuple(match["properties"].split()), after)
    return _event(before, after)


def _included(before: str, quote: int, after: str) -> Place | None:
    path = STRING.match(before, quote)
    if path is None:
        return InPath(quote + 1, before[quote + 1 :], after)
    words = before[path.end() :]
    if '"' in words:
        return None
    word = _last_word(words)
    there = tuple(NAME.findall(words[: len(words) - len(word)]))
    # What follows `prefix` and `base` cannot be guessed.
    if there and there[-1] in ("prefix", "base"):
        return None
    return BehindPath(len(before) - len(word), there, after)


def _last_word(text: str) -> str:
    match = _LAST_WORD.search(text)
    return match[0] if match else ""


def _event(before: str, after: str) -> Place | None:
    parts = outline(before)
    if parts is None:
        return None
    texts = [before[piece.start : piece.end] for piece in parts.pieces]
    if parts.close is None and parts.format is None:
        bare = texts[-1].lstrip(" \t")
        return InParameters(len(before) - len(bare), bare, _declared(texts[:-1]), after)
    # A quote means that the parenthesis is missing.
    begin = parts.end if parts.close is None else parts.close + 1
    return _format(before, begin, _declared(texts), after)


def _declared(texts: list[str]) -> tuple[Declaration, ...]:
    stripped = [text.strip(" \t") for text in texts]
    return tuple(parse_declaration(text) for text in stripped if text not in ("", "void"))


def _format(before: str, begin: int, parameters: tuple[Declaration, ...], after: str) -> Place | None:
    quote = before.find('"', begin)
    if quote < 0:
        word = _last_word(before[begin:])
        if before[begin : len(before) - len(word)].strip(" \t"):
            return None
        return InFormat(
            begin=len(before) - len(word),
            literal=False,
            started=False,
            partial=None,
            left=parameters,
            before="",
            after=after,
        )
    opened = open_literal(before, quote)
    if opened is None:
        word = _last_word(before)
        text = before[quote : len(before) - len(word)]
    else:
        word = ""
        text = format_before(before, quote, len(before))
    conversions = parse_format(text).conversions
    partial = _partial(conversions, text)
    done = conversions[:-1] if partial else conversions
    taken = sum(one.arguments for one in done)
    if partial:
        taken += partial.width.startswith("*") + (partial.precision or "").startswith("*")
    here = quote + partial.start if partial and opened is not None else len(before) - len(word)
    literal = before[opened + 1 : here] if opened is not None else text.rstrip(' \t"')
    return InFormat(
        begin=here,
        literal=opened is not None,
        started=True,
        partial=partial,
        left=parameters[taken:],
        before=literal,
        after=after,
    )


def _partial(conversions: tuple[Conversion, ...], text: str) -> Conversion | None:
    """The unfinished conversion at the end of a format's text, which has no letter yet."""
    if not conversions:
        return None
    last = conversions[-1]
    unfinished = not last.letter and last.macro is None and " " not in last.flags
    return last if unfinished and last.end == len(text.rstrip(" \t")) - 1 else None
