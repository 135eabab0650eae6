"""Makes the fixes of diagnostics: all that do not get in each other's way, until none is left."""

from __future__ import annotations

from bisect import bisect_left, insort

from tesc.analysis.fingerprint import identity
from tesc.records import record
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Callable

    from tesc.analysis.diagnostic import Diagnostic, SourceEdit

    Scope = Callable[[str], bool]

# A fix may lead to another one, and those that overlap wait for each other; more would be a circle.
_MOST_ROUNDS = 20


@record
class FixResult:
    """What came of fixing: the new texts by file, how many findings were fixed, what is left."""

    texts: Mapping[str, str]
    fixed: int
    left: list[Diagnostic]


def fixable(diagnostic: Diagnostic, unsafe: bool = False) -> bool:
    """Whether a diagnostic has a fix that may be made."""
    return diagnostic.fix is not None and (unsafe or diagnostic.fix.safety == "safe")


def everywhere(file: str) -> bool:
    """The scope of fixes that may change any file."""
    return True


def outlook(found: Sequence[Diagnostic], unsafe: bool = False, may_change: Scope = everywhere) -> str:
    """How many findings fixes would fix, as the end of a summary: `; 2 can be fixed with --fix`."""
    able = [d for d in found if fixable(d, True) and _is_within(d, may_change)]
    if able:
        refused = {id(diagnostic) for diagnostic in _refused(_together(able, True))}
        able = [d for d in able if id(d) not in refused]
    safe = sum(map(fixable, able))
    more = len(able) - safe
    if unsafe:
        safe, more = safe + more, 0
    if not more:
        return f"; {safe:,} can be fixed with --fix" if safe else ""
    if not safe:
        return f"; {more:,} can be fixed with --fix --unsafe-fixes"
    return f"; {safe:,} can be fixed with --fix, {more:,} more with --unsafe-fixes"


def apply(diagnostics: Iterable[Diagnostic], unsafe: bool = False) -> dict[Source, str]:
    """The texts of the sources that fixes change. Of two that overlap, the later one is not made."""
    return _rewritten(_together(diagnostics, unsafe))


def settle(
    found: list[Diagnostic],
    again: Callable[[Mapping[str, str]], list[Diagnostic]],
    unsafe: bool = False,
    may_change: Scope = everywhere,
) -> FixResult:
    """Make fixes until none is left to make.

    `again` checks once more, with other texts of some files; `may_change` says of a file whether
    fixes may. A fix after which fewer lines of a file could be read is not made, nor one in a program.
    """
    texts: dict[str, str] = {}
    held: set[tuple[str, str, str, str]] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        able = [d for d in found if _is_within(d, may_change) and (not held or identity(d) not in held)]
        taken = _together(able, unsafe)
        refused = _refused(taken)
        if refused:
            # What they say is the same after other fixes, so that they stay held back.
            held.update(map(identity, refused))
            continue
        changed = {source: text for source, text in _rewritten(taken).items() if text != source.text}
        if not changed:
            break
        texts.update((source.file, text) for source, text in changed.items())
        fixed += len(taken)
        found = again(texts)
    return FixResult(texts, fixed, found)


def _is_within(diagnostic: Diagnostic, may_change: Scope) -> bool:
    """Whether a fix changes trace-events files only, and of these only such as may be changed."""
    fix = diagnostic.fix
    if fix is None:
        return True
    if fix.in_program:
        return False
    return may_change is everywhere or all(may_change(edit.source.file) for edit in fix.edits)


def _together(diagnostics: Iterable[Diagnostic], unsafe: bool) -> list[Diagnostic]:
    """Diagnostics whose fixes can be made at once: the first of those that overlap."""
    taken: list[Diagnostic] = []
    edited: dict[Source, list[tuple[int, int]]] = {}
    for diagnostic in sorted((d for d in diagnostics if fixable(d, unsafe)), key=_order):
        edits = diagnostic.fix.edits if diagnostic.fix else ()
        if any(_meets(edit, edited.get(edit.source, ())) for edit in edits):
            continue
        taken.append(diagnostic)
        for edit in edits:
            insort(edited.setdefault(edit.source, []), (edit.span.start, edit.span.end))
    return taken


def _meets(edit: SourceEdit, places: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit overlaps one of some places, which are sorted and do not overlap each other."""
    start, end = edit.span.start, edit.span.end
    at = bisect_left(places, (start, end))
    after = at
    while after < len(places) and places[after][0] <= end:
        if _overlap((start, end), places[after]):
            return True
        after += 1
    while at and places[at - 1][1] >= start:
        at -= 1
        if _overlap((start, end), places[at]):
            return True
    return False


def _refused(taken: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Of fixes that are to be made at once, those after which fewer lines of a file could be read."""
    by_source: dict[Source, list[Diagnostic]] = {}
    for diagnostic in taken:
        for source in dict.fromkeys(edit.source for edit in (diagnostic.fix.edits if diagnostic.fix else ())):
            by_source.setdefault(source, []).append(diagnostic)
    return [one for source, mine in by_source.items() for one in _worsening(source, mine)]


def _worsening(source: Source, mine: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """The same of one file: found by halves, for hardly ever is there one."""
    if not _parses_worse(source, [edit for edit in _edits_of(mine) if edit.source is source]):
        return ()
    if len(mine) == 1:
        return mine
    half = len(mine) // 2
    found = [*_worsening(source, mine[:half]), *_worsening(source, mine[half:])]
    return found or mine[half:]  # neither half is wrong without the other


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    # Of two that begin together, the one that looks at more of the text knows better what was meant.
    return diagnostic.source.file, diagnostic.span.start, -diagnostic.span.end, diagnostic.code


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two edits change the same text, or one inserts where the other begins or ends."""
    if one[0] == one[1] or other[0] == other[1]:
        return one[0] <= other[1] and other[0] <= one[1]
    return one[0] < other[1] and other[0] < one[1]


def _edits_of(taken: Iterable[Diagnostic]) -> Iterator[SourceEdit]:
    for diagnostic in taken:
        yield from diagnostic.fix.edits if diagnostic.fix else ()


def _rewritten(taken: Sequence[Diagnostic]) -> dict[Source, str]:
    """The texts of sources after fixes that do not overlap."""
    edits: dict[Source, list[SourceEdit]] = {}
    for edit in _edits_of(taken):
        edits.setdefault(edit.source, []).append(edit)
    return {source: edited(source.text, mine) for source, mine in edits.items()}


def edited(text: str, edits: list[SourceEdit], start: int = 0) -> str:
    """A text after edits of it that do not overlap; it begins at `start` of what they are in."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        parts += text[at : edit.span.start - start], edit.text
        at = edit.span.end - start
    return "".join([*parts, text[at:]])


def _parses_worse(source: Source, edits: Sequence[SourceEdit]) -> bool:
    """Whether edits leave more errors of syntax. Each line is read by itself: the others stay as they are."""
    starts = [*source.line_starts, len(source.text)]
    more = 0
    pieces: list[tuple[int, int, list[SourceEdit]]] = []
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        first, last = source.place(edit.span.start)[0], source.place(edit.span.end)[0]
        if pieces and first <= pieces[-1][1]:
            begin, end, mine = pieces[-1]
            pieces[-1] = (begin, max(end, last), [*mine, edit])
        else:
            pieces.append((first, last, [edit]))
    for first, last, mine in pieces:
        start = starts[first - 1]
        before = source.text[start : starts[last]]
        for text, sign in ((before, -1), (edited(before, mine, start), 1)):
            more += sign * len(parse(Source(source.path, text, source.file)).errors)
    return more > 0
