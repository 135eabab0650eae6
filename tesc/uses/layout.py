"""Finds what surrounds a place in masked C or Rust text: function, macro, excluded code.

It scans braces and preprocessor lines and is not a parser: it recognizes functions in the usual styles, and
returns None if in doubt. It synchronizes at each `}` that begins a line.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    # Start, end and name; file scope is outside of all regions.
    Region = tuple[int, int, Optional[str]]


@record
class Layout:
    """The regions of a text; those of each kind are sorted and do not overlap.

    `functions` are bodies with the function's name, and initializers with None; `macros` are `#define`s from
    the `#` on, with the macro's name; `dead` is code within `#if 0`.
    """

    functions: tuple[Region, ...]
    macros: tuple[Region, ...] = ()
    dead: tuple[Region, ...] = ()


def region_at(regions: tuple[Region, ...], offset: int) -> Region | None:
    """The region that contains an offset; None if there is none."""
    number = bisect_right(regions, (offset, float("inf")))
    if number and offset < regions[number - 1][1]:
        return regions[number - 1]
    return None


_MARK = re.compile(r"[{}#]")
# A block without nested blocks is one step, since most braces belong to such blocks.
_STEP = re.compile(r"\{[^{}#]*\}|[{}]|#[ \t]*(\w*)([^\n]*)")
_NAME = re.compile(r"\s*(\w+)")
_NEVER = re.compile(r"\s*0\s*")
_BRACE = re.compile(r"[{}]")
_DEPTHS = {"{": 1, "}": -1}
_LONGEST_FUNCTION = 20_000


def _any_within(places: Sequence[int], start: int, end: int) -> bool:
    number = bisect_left(places, start)
    return number < len(places) and places[number] < end


def layout_of_c(masked: str, places: Sequence[int] | None = None) -> Layout:
    """The layout of masked C, C++ or Objective-C text; `places`, if given, are sorted offsets of interest.

    Functions without any of the places may be left out to save time.
    """
    return _C(masked, places).layout()


class _C:
    """One scan of a text. `depth` counts the open braces since the function or other block began."""

    def __init__(self, masked: str, places: Sequence[int] | None) -> None:
        self.text = masked
        self.places = places
        self.functions: list[Region] = []
        self.macros: list[Region] = []
        self.dead: list[Region] = []
        # The next } at the start of a line, and the last one tried as a function's end.
        self.closing = self.tried = -1
        # The offset at which a function's head may begin.
        self.boundary = 0
        self.depth = 0
        self.start = 0
        self.name: str | None = None
        # For each open #if: the state before it, and whether the current branch is dead.
        self.conditions: list[tuple[int, str | None, bool]] = []
        self.dead_since: int | None = None

    def layout(self) -> Layout:
        text = self.text
        end = 0
        while True:
            mark = _MARK.search(text, end)
            if mark is None:
                break
            place = mark.start()
            end = self._whole(place) if mark[0] == "{" and not self.depth and self.dead_since is None else 0
            if not end:
                step = _STEP.match(text, place)
                assert step is not None
                self._step(step)
                end = step.end()
        self._leave(len(self.text))
        if self.dead_since is not None:
            self.dead.append((self.dead_since, len(self.text), None))
        return Layout(tuple(self.functions), tuple(self.macros), tuple(self.dead))

    def _whole(self, place: int) -> int:
        """Scan a whole function in one step, if possible; returns its end, or 0 if every brace needs a step.

        That is the case if it contains preprocessor lines, or if its braces seem to close before its last
        line.
        """
        text = self.text
        if self.closing < place:
            found = text.find("\n}", place)
            self.closing = found if found >= 0 else len(text)
        end = self.closing + 2
        # After a failure up to some place, the next braces do not search the same text again.
        if self.closing in (self.tried, len(text)) or end - place > _LONGEST_FUNCTION:
            return 0
        self.tried = self.closing
        if text.find("#", place, end) >= 0:
            return 0
        braces = _BRACE.findall(text, place, end)
        if braces.count("{") * 2 != len(braces):
            return 0
        if self.places is None or _any_within(self.places, place, end):
            if min(accumulate(map(_DEPTHS.__getitem__, braces[:-1]))) < 1:
                return 0
            self._open(place)
            if self.depth:
                self._leave(end)
            else:
                return 0  # a class and its content
        self.boundary = end
        return end

    def _step(self, step: re.Match[str]) -> None:
        place = step.start()
        char = self.text[place]
        if char != "#":
            # Braces in excluded code do not count.
            if self.dead_since is not None:
                return
            end = step.end() - 1
            if end > place:
                if self.depth and self.text[end - 1] != "\n":
                    return
                self._open(place)
                self._close(end)
            else:
                (self._open if char == "{" else self._close)(place)
        elif not self.text[self.text.rfind("\n", 0, place) + 1 : place].strip():
            self._directive(step)
            self.boundary = step.end() if not self.depth else self.boundary

    def _open(self, place: int) -> None:
        if self.depth:
            self.depth += 1
            return
        start = max(self.boundary, self.text.rfind(";", self.boundary, place) + 1, place - _LONGEST_HEAD)
        is_body, name = _head(self.text[start:place])
        # The braces of a namespace or a class contain functions.
        if is_body:
            self._enter(place, name, 1)
        self.boundary = place + 1

    def _close(self, place: int) -> None:
        if self.depth == 1 or (self.depth and self.text[place - 1 : place] in ("\n", "")):
            self._leave(place + 1)
        self.depth = max(self.depth - 1, 0)
        self.boundary = place + 1

    def _enter(self, place: int, name: str | None, depth: int) -> None:
        self.start, self.name, self.depth = place, name, depth

    def _leave(self, place: int) -> None:
        if self.depth:
            self.functions.append((self.start, place, self.name))
        self.depth = 0

    def _directive(self, step: re.Match[str]) -> None:
        word, rest = step.groups()
        if word == "define":
            macro = _NAME.match(rest)
            self.macros.append((step.start(), step.end(), macro[1] if macro else None))
        elif word in ("if", "ifdef", "ifndef"):
            self.conditions.append((self.depth, self.name, self.dead_since is not None))
            if word == "if" and _NEVER.fullmatch(rest):
                self._die(step.end())
        elif word in ("else", "elif", "elifdef", "elifndef", "endif") and self.conditions:
            depth, name, inner = self.conditions[-1]
            if not inner:
                self._live(step.start())
            if word == "endif":
                self.conditions.pop()
            else:
                # Each branch starts from the state before the #if.
                self._restore(step, depth, name)

    def _restore(self, step: re.Match[str], depth: int, function: str | None) -> None:
        if (bool(depth), function) != (bool(self.depth), self.name):
            self._leave(step.start())
            self._enter(step.end(), function, depth)
        self.depth = depth

    def _die(self, place: int) -> None:
        if self.dead_since is None:
            self.dead_since = place

    def _live(self, place: int) -> None:
        if self.dead_since is not None:
            self.dead.append((self.dead_since, place, None))
            self.dead_since = None


_LONGEST_HEAD = 2000
_PART = re.compile(r"[()=]|(?<!:):(?!:)")
_WORD = re.compile(r"([A-Za-z_~][\w~]*(?:\s*::\s*[A-Za-z_~][\w~]*)*)\s*$")
# The usual form: one name before one pair of parentheses, and nothing else.
_SIMPLE_HEAD = re.compile(r"[^()=:~]*?(?<!\w)([A-Za-z_]\w*)\s*\([^()=:]*\)\s*")
_POINTER = re.compile(r"\(\s*\*\s*(\w+)\s*\(")
_NO_FUNCTION = frozenset(
    "__attribute__ __attribute __declspec alignas _Alignas noexcept throw asm __asm__ requires".split()
)


def _head(text: str) -> tuple[bool, str | None]:
    """Whether the text before a brace at file scope begins a function or an initializer.

    Also returns the function's name: the last suitable word before parentheses, since attributes and macros
    may be on both sides of it.
    """
    simple = _SIMPLE_HEAD.fullmatch(text)
    if simple and simple[1] not in _NO_FUNCTION:
        return True, simple[1]
    best = None
    depth = 0
    start = 0
    before = -1  # the end of the previous parentheses
    for part in _PART.finditer(text):
        char = part[0]
        if char == "(":
            if not depth:
                start = part.start()
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return False, None
            if not depth:
                name = _named(text, start, before)
                if name and (best is None or not name.isupper()):
                    best = name
                before = part.end()
        elif depth:
            continue
        elif char == "=":
            return best is None or not best.startswith("operator"), None
        elif best is not None:
            break  # a constructor's initializers
    return best is not None, best


def _named(text: str, start: int, before: int) -> str | None:
    """The function whose parameters are in the parentheses at `start`."""
    pointer = _POINTER.match(text, start)
    if pointer:
        return pointer[1]
    if before >= 0 and not text[before:start].strip():
        # HELPER(name)(parameters)
        head = text[:before]
        begin = head.rfind("(")
        pointer = _POINTER.search(head)
        if pointer:
            return pointer[1]
        word = _WORD.search(head[:begin])
        return word[1] + head[begin:] if word and word[1] not in _NO_FUNCTION else None
    word = _WORD.search(text, 0, start)
    return word[1] if word and word[1] not in _NO_FUNCTION else None


# The semicolon in [u8; 4] does not end a statement.
_RUST_STEP = re.compile(r"\bfn\s+(\w+)|;[^;{}\[\]]*\]|[{};]")


def layout_of_rust(masked: str) -> Layout:
    """The layout of masked Rust text; a function inside another one is a separate region."""
    functions: list[Region] = []
    outer: list[str | None] = []
    start = 0
    current: str | None = None
    pending: str | None = None
    for step in _RUST_STEP.finditer(masked):
        place = step.start()
        if step[1]:
            pending = step[1]
        elif step[0] == "{":
            outer.append(current)
            if pending is not None:
                if current is not None:
                    functions.append((start, place, current))
                start, current, pending = place, pending, None
        elif step[0] == "}":
            before = outer.pop() if outer else None
            if before != current:
                functions.append((start, step.end(), current))
                start, current = step.end(), before
        elif step[0] == ";":
            pending = None  # a declaration without a body
    if current is not None:
        functions.append((start, len(masked), current))
    return Layout(tuple(region for region in functions if region[0] < region[1]))
