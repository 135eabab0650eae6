"""printf formats: parses string literals and PRI macros into conversions, once for each text.

A format is what a C compiler joins: `"addr 0x%" PRIx64 " len %zu"`. As in a compiler (C11 5.1.1.2), escapes
are decoded before conversions are searched for, so the place in the source is kept for each character of the
joined text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from tesc.records import record
from tesc.syntax.grammar import terminals
from tesc.syntax.inttypes import PRI_MACROS as PRI_MACROS  # re-exported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    FlawKind = Literal["bad-escape", "nul", "newline"]

# C11 6.4.4.4; gcc adds \e and \E.
SIMPLE_ESCAPES = dict(zip("abfnrtveE\\'\"?", "\a\b\f\n\r\t\v\x1b\x1b\\'\"?"))
# An escape: an octal number, a hexadecimal one, a code point of four or eight digits, or a character.
ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]+)|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
# Stands for a macro in the joined text; text decoded from a file cannot contain it.
_MACRO_MARK = "\ud800"
# C11 7.21.6.1, with POSIX's positions and `'`, and older lengths that C libraries accept.
UP_TO_LETTER = (
    r"%(?P<position>\d+\$)?(?P<flags>[-+ #0'I]*)(?P<width>\*(?:\d+\$)?|\d+)?"
    r"(?:\.(?P<precision>\*(?:\d+\$)?|-?\d*))?(?P<length>hh|h|ll|l|q|L|j|z|Z|t)?"
)
_CONVERSION = re.compile(UP_TO_LETTER + "(?P<letter>.)?", re.S)


@record
class StringLiteral:
    """A string literal of a format, including its quotes."""

    start: int
    end: int


@record
class Macro:
    """A macro between the literals of a format."""

    start: int
    end: int
    name: str


@record
class Flaw:
    """Something in a string literal that is not allowed in a format: `kind` says what."""

    start: int
    end: int
    kind: FlawKind


@record
class Conversion:
    """One conversion of a format, from its `%` to its letter or through its macro.

    `width` is `*`, digits, or "" if there is none; `precision` is `*`, digits, empty (`%.d`), or None if
    there is none. `letter` is empty if the format ends before it or a macro provides it; `text` is the
    conversion as the compiler sees it, with the macro's name in its place.
    """

    start: int
    end: int
    position: str
    flags: str
    width: str
    precision: str | None
    length: str
    letter: str
    macro: Macro | None
    text: str

    @property
    def arguments(self) -> int:
        """The number of arguments that it takes, including those of `*`."""
        stars = self.width.startswith("*") + (self.precision or "").startswith("*")
        return stars + (self.letter not in ("%", "m") or self.macro is not None)


@record
class ParsedFormat:
    """A format's pieces in order; offsets are relative to the format's start.

    `joined` is its text as a compiler sees it, `places` has the offset of each conversion in it, and
    `origins` where its parts came from: each a start in `joined`, and a start and an end in the source.
    """

    pieces: tuple[StringLiteral | Macro, ...]
    conversions: tuple[Conversion, ...]
    flaws: tuple[Flaw, ...]
    joined: str
    places: tuple[tuple[int, int], ...]
    origins: tuple[tuple[int, int, int], ...]

    @property
    def literals(self) -> list[StringLiteral]:
        return [piece for piece in self.pieces if isinstance(piece, StringLiteral)]

    @property
    def macros(self) -> list[Macro]:
        return [piece for piece in self.pieces if isinstance(piece, Macro)]

    def gap(self, index: int) -> tuple[int, int]:
        """The range in `joined` before a conversion; for their number, after the last one."""
        start = self.places[index - 1][1] if index else 0
        return start, self.places[index][0] if index < len(self.places) else len(self.joined)

    def text_before(self, index: int) -> str:
        """The text between a conversion and the previous one."""
        start, end = self.gap(index)
        return self.joined[start:end]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The range in the source of the non-empty range `start` to `end` of `joined`."""
        first, _ = _source_of(self.origins, self.joined, start)
        _, last = _source_of(self.origins, self.joined, end - 1)
        return first, last

    def is_plain(self, start: int, end: int) -> bool:
        """Whether a range of `joined` is written literally: in one literal, and without escapes."""
        first, last = self.written(start, end)
        return last - first == end - start


class _Joined:
    """The joined text of a format, and the place of each part in the source."""

    def __init__(self) -> None:
        self.text = ""
        self.origins: list[tuple[int, int, int]] = []

    def add(self, text: str, start: int, end: int) -> None:
        """Append text that came from source[start:end], character by character unless the lengths differ."""
        if text:
            self.origins.append((len(self.text), start, end))
            self.text += text


def _source_of(origins: Sequence[tuple[int, int, int]], joined: str, index: int) -> tuple[int, int]:
    """The start and end, in the source, of the character at `index`."""
    part = bisect_right(origins, (index + 1,)) - 1
    first, start, end = origins[part]
    last = origins[part + 1][0] if part + 1 < len(origins) else len(joined)
    if last - first == end - start:
        return start + index - first, start + index - first + 1
    return start, end


def _decode(text: str, start: int, end: int, joined: _Joined, flaws: list[Flaw]) -> None:
    """Append the characters between a literal's quotes to `joined`."""
    at = start
    while at < end:
        backslash = text.find("\\", at, end)
        if backslash < 0:
            joined.add(text[at:end], at, end)
            return
        joined.add(text[at:backslash], at, backslash)
        match = ESCAPE.match(text, backslash, end)
        at = match.end() if match else end
        joined.add(_escaped(match, flaws), backslash, at)


def _escaped(match: re.Match[str] | None, flaws: list[Flaw]) -> str:
    """The character that an escape stands for."""
    if match is None:
        return "\\"
    octal, hexa, short, long, other = match.groups()
    if other is not None:
        char = SIMPLE_ESCAPES.get(other)
        if char is None:
            flaws.append(Flaw(match.start(), match.end(), "bad-escape"))
        elif char == "\n":
            flaws.append(Flaw(match.start(), match.end(), "newline"))
        return char or other
    code = int(octal, 8) if octal else int(hexa or short or long, 16)
    too_large = code > 255 if octal or hexa else code > 0x10FFFF or 0xD800 <= code < 0xE000
    if too_large:
        flaws.append(Flaw(match.start(), match.end(), "bad-escape"))
        return "\ufffd"
    if code in (0, 10):
        flaws.append(Flaw(match.start(), match.end(), "newline" if code else "nul"))
    return chr(code)


@lru_cache(maxsize=None)
def _piece_pattern() -> re.Pattern[str]:
    return re.compile(f"({terminals()['STRING']})|({terminals()['NAME']})")


@lru_cache(maxsize=16384)
def parse_format(text: str) -> ParsedFormat:
    """The literals, macros and conversions in a format's text."""
    pieces: list[StringLiteral | Macro] = []
    macros: dict[int, Macro] = {}
    flaws: list[Flaw] = []
    joined = _Joined()
    for match in _piece_pattern().finditer(text):
        start, end = match.span()
        if match[1] is not None:
            pieces.append(StringLiteral(start, end))
            _decode(text, start + 1, end - 1, joined, flaws)
        else:
            macro = Macro(start, end, match[2])
            pieces.append(macro)
            macros[len(joined.text)] = macro
            joined.add(_MACRO_MARK, start, end)
    conversions = []
    places = []
    at = joined.text.find("%")
    while at >= 0:
        found = _CONVERSION.match(joined.text, at)
        assert found is not None
        conversions.append(_conversion(found, joined, macros))
        places.append(found.span())
        at = joined.text.find("%", found.end())
    return ParsedFormat(
        pieces=tuple(pieces),
        conversions=tuple(conversions),
        flaws=tuple(flaws),
        joined=joined.text,
        places=tuple(places),
        origins=tuple(joined.origins),
    )


def escapes(text: str, parsed: ParsedFormat) -> Iterator[re.Match[str]]:
    """The escapes in a format's text, as ESCAPE matches them."""
    for literal in parsed.literals:
        yield from ESCAPE.finditer(text, literal.start + 1, literal.end - 1)


def _conversion(match: re.Match[str], joined: _Joined, macros: dict[int, Macro]) -> Conversion:
    start, _ = _source_of(joined.origins, joined.text, match.start())
    _, end = _source_of(joined.origins, joined.text, match.end() - 1)
    letter = match["letter"] or ""
    text = match[0]
    macro = None
    if letter == _MACRO_MARK:
        macro = macros[match.end() - 1]
        letter = ""
        text = text[:-1] + macro.name
    return Conversion(
        start=start,
        end=end,
        position=match["position"] or "",
        flags=match["flags"],
        width=match["width"] or "",
        precision=match["precision"],
        length=match["length"] or "",
        letter=letter,
        macro=macro,
        text=text,
    )
