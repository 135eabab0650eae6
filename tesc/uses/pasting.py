"""Expands names that macros paste together (`trace_##op`) from the words that they are called with.

A macro is expanded where its own file calls it, and through macros that call it. An argument that is not a
word stays unknown, and so do arguments of a macro that is passed on by name.
"""

from __future__ import annotations

import re
from collections import defaultdict

from tesc.records import record, replace
from tesc.uses.arguments import split_arguments
from tesc.uses.layout import region_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Union

    from tesc.uses.layout import Layout, Region
    from tesc.uses.use import UseKind

    # A word, or a macro parameter's number.
    Part = Union[str, int]

_PARAMETERS = re.compile(r"#[ \t]*define[ \t]+\w+\(([^()]*)\)")
_PASTED = re.compile(r"\s*\w+\s*(?:##\s*\w+\s*)*\Z")
_WORDS = re.compile(r"\w+")
_OWN_LINE = re.compile(r"#[ \t]*(?:define|undef|ifdef|ifndef)[ \t]+\Z|\bdefined[ \t(]*\Z")
_CALLED = re.compile(r"\s*\(")
_DEEPEST = 8  # the maximum depth of macros that call one another
_MOST_PARTS = 16
_FEW_WORDS = 32  # more words than these are not each searched for
_MOST_CALLS = 2000  # of one macro in one text
_NEAR = 40


@record
class Paste:
    """How a macro pastes a name: `parts` are its parameters' numbers and the words between them.

    `kind` and `capitals` are those of the resulting uses; `start` and `end` are the offsets, in the macro, of
    the identifier with which the name begins, and `dead` is true if that is within `#if 0`. `foreign` is true
    for a macro of another file.
    """

    macro: str
    parts: tuple[Part, ...]
    kind: UseKind
    capitals: bool
    start: int
    end: int
    dead: bool = False
    foreign: bool = False

    @property
    def pattern(self) -> str:
        """The name with `*` for unknown parts."""
        return re.sub(r"\*+", "*", "".join(part if isinstance(part, str) else "*" for part in self.parts))


@record
class Word:
    """A word that a macro is called with, and the name that the macro pastes from it."""

    paste: Paste
    start: int
    end: int
    before: str
    after: str
    name: str


@record
class Expansion:
    """The results of all pastes in one text.

    `words` are known names, `unknown` the pastes that stay partly unknown, each with the offset at which its
    macro is named, or -1. `derived` are the macros through which others paste, including the given ones.
    """

    words: tuple[Word, ...]
    unknown: tuple[tuple[Paste, int], ...]
    derived: tuple[Paste, ...]


def parameters_of(masked: str, macro: Region) -> tuple[str, ...]:
    """The names of a macro's parameters; __VA_ARGS__ for `...`."""
    head = _PARAMETERS.match(masked, macro[0])
    if head is None:
        return ()
    names = (part.strip() for part in head[1].split(","))
    return tuple("__VA_ARGS__" if name == "..." else name.removesuffix("...") for name in names)


def parts_of(text: str, parameters: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts of a text of words with `##` between them."""
    return tuple(parameters.index(word) if word in parameters else word for word in _WORDS.findall(text))


def expand(masked: str, layout: Layout, pastes: Iterable[Paste]) -> Expansion:
    """The names that pasting macros form from the words that a text calls them with."""
    found = _Expanding(masked, layout)
    for paste in pastes:
        found.add(paste, 0)
    words = sorted(found.words.values(), key=lambda word: word.start)
    return Expansion(tuple(words), tuple(found.unknown.values()), tuple(found.seen))


class _Expanding:
    def __init__(self, masked: str, layout: Layout) -> None:
        self._masked = masked
        self._macros = layout.macros
        self._named = {macro[2]: macro for macro in layout.macros if macro[2]}
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._all_places: dict[str, list[tuple[int, int]]] | None = None
        self.seen: dict[Paste, None] = {}
        self.words: dict[tuple[int, str, str], Word] = {}
        self.unknown: dict[int, tuple[Paste, int]] = {}

    def add(self, paste: Paste, depth: int) -> None:
        if paste in self.seen:
            return
        self.seen[paste] = None
        if depth > _DEEPEST or len(paste.parts) > _MOST_PARTS or not paste.macro or "*" in paste.parts:
            self._give_up(paste)
            return
        for calls, (place, inside) in enumerate(self._calls(paste.macro, paste), 1):
            if calls > _MOST_CALLS:
                self._give_up(paste, place)
                return
            self._expand(paste, place, inside, depth)

    def _give_up(self, paste: Paste, place: int = -1) -> None:
        self.unknown.setdefault(paste.start, (paste, place))

    def _calls(self, macro: str, paste: Paste) -> Iterator[tuple[int, int]]:
        """Where a macro is called, and where its arguments begin; also by a macro to which it is passed."""
        for place, end in self._places_of(macro):
            if _OWN_LINE.search(self._masked, max(place - _NEAR, 0), place):
                continue
            called = _CALLED.match(self._masked, end)
            if called:
                yield place, called.end()
                continue
            passed = list(self._passed_on(place, end))
            if not passed:
                self._give_up(paste, place)
            yield from passed

    def _occurrences(self, word: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        for found in re.compile(rf"\b{re.escape(word)}\b").finditer(self._masked, start, end):
            yield found.span()

    def _places_of(self, word: str) -> list[tuple[int, int]]:
        """The offsets of a word in the whole text. A text with very many macros is indexed once instead."""
        if word not in self._places:
            if len(self._places) < _FEW_WORDS:
                self._places[word] = list(self._occurrences(word, 0, len(self._masked)))
            else:
                if self._all_places is None:
                    self._all_places = defaultdict(list)
                    for found in _WORDS.finditer(self._masked):
                        self._all_places[found[0]].append(found.span())
                self._places[word] = self._all_places.get(word, [])
        return self._places[word]

    def _passed_on(self, place: int, end: int) -> Iterator[tuple[int, int]]:
        """A list macro's calls of the macro passed to it at `place`: `#define LIST(X) X(one) X(two)`."""
        outer = re.search(r"(\w+)\s*\([^()]*\Z", self._masked[max(place - 200, 0) : place])
        listing = self._named.get(outer[1]) if outer else None
        if outer is None or listing is None:
            return
        given = split_arguments(self._masked, max(place - 200, 0) + outer.start(1) + len(outer[1]) + 1)
        if given is None:
            return
        number = next((n for n, (s, e) in enumerate(given.places) if s <= place < e), -1)
        parameters = parameters_of(self._masked, listing)
        if not 0 <= number < len(parameters):
            return
        head = _PARAMETERS.match(self._masked, listing[0])
        assert head is not None
        for found, after in self._occurrences(parameters[number], head.end(), listing[1]):
            called = _CALLED.match(self._masked, after)
            if called:
                yield found, called.end()

    def _expand(self, paste: Paste, place: int, inside: int, depth: int) -> None:
        """Expand one call of a macro."""
        given = split_arguments(self._masked, inside)
        numbers = [part for part in paste.parts if isinstance(part, int)]
        if given is None or (numbers and max(numbers) >= len(given.places)):
            self._give_up(paste, place)
            return
        macro = region_at(self._macros, place)
        parameters = parameters_of(self._masked, macro) if macro else ()
        parts: list[Part] = []
        for part in paste.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            text = self._masked[slice(*given.places[part])]
            if not _PASTED.match(text):
                self._give_up(paste, place)
                return
            parts += parts_of(text, parameters)
        if any(isinstance(part, int) for part in parts):
            assert macro is not None
            if macro[2] is None or macro[2] == paste.macro:
                self._give_up(paste, place)
                return
            self.add(replace(paste, macro=macro[2], parts=tuple(parts), foreign=False), depth + 1)
            return
        self._found(paste, given.places[numbers[0]] if numbers else (place, place), "".join(map(str, parts)))

    def _found(self, paste: Paste, where: tuple[int, int], name: str) -> None:
        word = _WORDS.search(self._masked, *where)
        if word is None or not name:
            return
        first = next(n for n, part in enumerate(paste.parts) if isinstance(part, int))
        before = "".join(map(str, paste.parts[:first]))
        after = name[len(before) + len(word[0]) :]
        made = Word(paste=paste, start=word.start(), end=word.end(), before=before, after=after, name=name)
        self.words.setdefault((word.start(), paste.kind, name), made)
