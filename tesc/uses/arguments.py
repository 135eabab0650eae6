"""The arguments of a call in masked C or Rust text: their places, and their types if the text shows them."""

from __future__ import annotations

import re
import sys

from tesc.records import record
from tesc.uses.layout import region_at
from tesc.uses.use import Argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.uses.layout import Layout, Region

_BRACKET = re.compile(r"[(){}\[\],;|]|(?<!#)#(?!#)|::\s*<")
_MOST = 4000  # the maximum length of a call in characters
# A macro that may be several arguments, unless its call is only part of an argument.
_HIDES = re.compile(r"\s*(?:([A-Z_][A-Z0-9_]*)\s*\(|(\w*ARG\w*)\s*\Z)")
_WORD = re.compile(r"\s*([A-Za-z_]\w*)\s*\Z")
_SPACE = re.compile(r"\s+")
_LITERAL = re.compile(r"\"+|'+")


@record
class Given:
    """The arguments of one call: their places, and the macros among them that may be several arguments."""

    places: tuple[tuple[int, int], ...]
    hiding: tuple[str, ...] = ()


def split_arguments(masked: str, inside: int, rust: bool = False) -> Given | None:
    """The arguments of a call whose opening parenthesis ends at `inside`.

    None if the call's end is not found, or if it contains preprocessor lines.
    """
    commas: list[int] = []
    depth = 1
    bars = False
    for bracket in _BRACKET.finditer(masked, inside, inside + _MOST):
        char = bracket[0]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if not depth:
                return _given(masked, [inside, *commas, bracket.end()], rust, bars) if char == ")" else None
        elif char == "," and depth == 1:
            commas.append(bracket.end())
        elif char == "|":
            bars = bars or depth == 1
        elif char == "#" or (char == ";" and depth == 1) or char.startswith("::"):
            return None
    return None


def _given(masked: str, ends: list[int], rust: bool, bars: bool) -> Given | None:
    places = [(start, end - 1) for start, end in zip(ends, ends[1:])]
    start, end = places[-1]
    if (len(places) == 1 or rust) and not masked[start:end].strip():
        places.pop()
    if rust:
        # Commas also separate a closure's parameters.
        return None if bars and len(places) > 1 else Given(tuple(places))
    hiding = (_hiding(masked[start:end]) for start, end in places)
    return Given(tuple(places), tuple(macro for macro in hiding if macro))


def _hiding(text: str) -> str | None:
    """The macro whose call is the whole argument, or the word that may be several arguments; else None."""
    found = _HIDES.match(text)
    if found is None:
        return None
    if found[2]:
        return sys.intern(found[2])
    return sys.intern(found[1]) if _closing(text, found.end()) == len(text.rstrip()) else None


def _closing(text: str, inside: int) -> int:
    """The offset of the parenthesis that closes the one just before `inside`."""
    depth = 1
    for place in range(inside, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place + 1
    return -1


class Sight:
    """The types of variables in a text, from the declarations in the function around a place."""

    def __init__(self, masked: str, layout: Layout) -> None:
        self._masked = masked
        self._functions = layout.functions
        self._heads: dict[int, int] = {}
        self._known: dict[tuple[int, str], list[tuple[int, str]]] = {}

    def arguments(self, given: Given, at: int) -> tuple[Argument, ...]:
        """The arguments of a call at `at`."""
        function = region_at(self._functions, at)
        return tuple([self._argument(self._masked[s:e], function, at) for s, e in given.places])

    def type_of(self, name: str, at: int) -> str:
        """The type of the variable `name` as declared in the function around `at`; empty if unknown."""
        function = region_at(self._functions, at)
        return self._type(name, function, at) if function else ""

    def _argument(self, text: str, function: Region | None, at: int) -> Argument:
        word = _WORD.match(text)
        if word is None:
            text = _LITERAL.sub(lambda found: found[0][0] * 2, _SPACE.sub(" ", text.strip()))
            return Argument(sys.intern(text))
        name = sys.intern(word[1])
        return Argument(name, sys.intern(self._type(name, function, at)) if function else "")

    def _type(self, name: str, function: Region, at: int) -> str:
        key = (function[0], name)
        if key not in self._known:
            self._known[key] = list(self._declarations(name, function))
        types = {text for place, text in self._known[key] if place < at}
        return types.pop() if len(types) == 1 else ""

    def _declarations(self, name: str, function: Region) -> Iterator[tuple[int, str]]:
        """Offsets where a function declares a variable, and its type there; empty if it is unclear."""
        body, end, _ = function
        head = self._head(body)
        text = self._masked
        place = text.find(name, head, end)
        while place >= 0:
            after = place + len(name)
            # The text before a variable's name in its declaration, and after it.
            if text[place - 1] in " *\t\n\r" and text[after : after + 1] in _AFTER_NAME:
                found = _declared(text, place, after, body)
                if found is not None:
                    yield place, found
            place = text.find(name, after, end)

    def _head(self, body: int) -> int:
        """The offset of a function's parameter list, or of its body if the list is not found."""
        if body not in self._heads:
            text = self._masked
            depth = 0
            place = text.rfind(")", max(body - _LONGEST_HEAD, 0), body)
            first = max(place - _LONGEST_HEAD, 0)
            while place >= first:
                depth += (text[place] == ")") - (text[place] == "(")
                if depth <= 0:
                    break
                place -= 1
            self._heads[body] = place if place >= first and not depth else body
        return self._heads[body]


_AFTER_NAME = frozenset(" =;,[)\t\n\r\v\f")
_LONGEST_HEAD = 2000
_NEAR = 100
_TYPE = r"((?:[A-Za-z_]\w*\s+)*[A-Za-z_]\w*(?:\s*\*[\s*]*(?:const\s+)?|\s+))\Z"
_IN_HEAD = re.compile(r"[(,]\s*" + _TYPE)
_IN_BODY = re.compile(r"[;{}]\s*" + _TYPE)
_IN_FOR = re.compile(r"\(\s*" + _TYPE)
_FIRST_OF_SEVERAL = re.compile(
    r"\s*((?:[A-Za-z_]\w*\s+)*[A-Za-z_]\w*)(?:\s+|\s*\*[\s*]*)[A-Za-z_]\w*\s*[=,\[]"
)
_LONGEST_STATEMENT = 300
_AFTER_HEAD = re.compile(r"\s*([,)]|\[)")
_AFTER_BODY = re.compile(r"\s*(=(?!=)|[;,]|\[)")
_NO_TYPE = frozenset("return goto case else sizeof typeof do break continue typedef".split())
_NOTHING = frozenset("const volatile static register g_autofree auto restrict".split())
_PARTS = re.compile(r"\w+|\*")


def _declared_beside(text: str, place: int, body: int, follows: str) -> str | None:
    """The type of a variable that is not the first in its declaration: `int a = 1, *b;`."""
    start = max(place - _LONGEST_STATEMENT, body)
    start = max(text.rfind(mark, start, place) for mark in ";{}")
    statement = text[start + 1 : place]
    first = _FIRST_OF_SEVERAL.match(statement) if start >= body else None
    if first is None or any(statement.count(a) != statement.count(b) for a, b in ("()", "[]")):
        return None
    parts = first[1].split()
    if not _NO_TYPE.isdisjoint(parts):
        return None
    kept = [part for part in parts if part not in _NOTHING]
    stars = statement[len(statement.rstrip(" \t\r\n*")) :].count("*")
    return " ".join([*kept, *"*" * stars]) + ("[]" if follows == "[" else "") if kept else None


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _declared(text: str, place: int, after: int, body: int) -> str | None:
    """The type with which the word at `place` is declared; None if that is not a declaration."""
    last = text[max(place - 40, 0) : place].rstrip(" \t\r\n*")[-1:]
    if last == ",":
        # Usually the word is an argument of a call.
        opened = text.rfind("(", max(place - _NEAR, body), place)
        if place >= body and opened >= 0 and text.find(")", opened, place) < 0:
            return None
    elif not _is_word(last):
        return None
    follows = (_AFTER_HEAD if place < body else _AFTER_BODY).match(text, after)
    if follows is None:
        return None
    if last == "," and place >= body:
        return _declared_beside(text, place, body, follows[1])
    before = text[max(place - _NEAR, 0) : place]
    found = (_IN_HEAD if place < body else _IN_BODY).search(before)
    if found is None and place >= body and follows[1] == "=":
        found = _IN_FOR.search(before)
    if found is None:
        return None
    parts = _PARTS.findall(found[1])
    if not _NO_TYPE.isdisjoint(parts):
        return None
    kept = [part for part in parts if part not in _NOTHING]
    return " ".join(kept) + ("[]" if follows[1] == "[" else "")
