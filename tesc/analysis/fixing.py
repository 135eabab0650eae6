"""Applies the fixes of diagnostics in rounds, until there are none left."""

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

# The limit of rounds: fixes can enable others, and overlapping fixes take turns; more rounds mean a cycle.
_MOST_ROUNDS = 20


@record
class FixResult:
    """The result of fixing: the new texts by file, how many findings were fixed, and those that remain."""

    texts: Mapping[str, str]
    fixed: int
    left: list[Diagnostic]


def fixable(diagnostic: Diagnostic, unsafe: bool = False) -> bool:
    """Whether a diagnostic has a fix that may be applied."""
    return diagnostic.fix is not None and (unsafe or diagnostic.fix.safety == "safe")


def everywhere(file: str) -> bool:
    """A scope that includes every file."""
    return True


def outlook(found: Sequence[Diagnostic], unsafe: bool = False, may_change: Scope = everywhere) -> str:
    """How many findings can be fixed, as the end of a summary: `; 2 can be fixed with --fix`."""
    safe, more = _numbers(found, may_change)
    if unsafe:
        safe, more = safe + more, 0
    if not more:
        return f"; {safe:,} can be fixed with --fix" if safe else ""
    if not safe:
        return f"; {more:,} can be fixed with --fix --unsafe-fixes"
    return f"; {safe:,} can be fixed with --fix, {more:,} more with --unsafe-fixes"


def left_to_unsafe(left: Sequence[Diagnostic], may_change: Scope = everywhere) -> str:
    """How many of the remaining findings have unsafe fixes, as the end of a summary: `; 2 more with ...`."""
    more = _numbers(left, may_change)[1]
    return f"; {more:,} more with --unsafe-fixes" if more else ""


def _numbers(found: Sequence[Diagnostic], may_change: Scope) -> tuple[int, int]:
    """How many findings have safe fixes that can be applied, and how many have unsafe ones."""
    candidates = [d for d in found if fixable(d, True) and _is_within(d, may_change)]
    if candidates:
        refused = {id(diagnostic) for diagnostic in _refused(_together(candidates, True))}
        candidates = [d for d in candidates if id(d) not in refused]
    safe = sum(map(fixable, candidates))
    return safe, len(candidates) - safe


def apply(diagnostics: Iterable[Diagnostic], unsafe: bool = False) -> dict[Source, str]:
    """The new texts of the sources that fixes change. If two fixes overlap, the later one is not applied."""
    return _rewritten(_together(diagnostics, unsafe))


def settle(
    found: list[Diagnostic],
    again: Callable[[Mapping[str, str]], list[Diagnostic]],
    unsafe: bool = False,
    may_change: Scope = everywhere,
) -> FixResult:
    """Apply fixes until there are none left.

    `again` checks with the new texts of files, by name; `may_change` says whether a file may be fixed. A fix
    that would add syntax errors is not applied, nor is one in C or Rust.
    """
    texts: dict[str, str] = {}
    held: set[tuple[str, str, str, str]] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        candidates = [d for d in found if _is_within(d, may_change) and (not held or identity(d) not in held)]
        taken = _together(candidates, unsafe)
        refused = _refused(taken)
        if refused:
            # Their messages stay the same after other fixes, so these findings are recognized.
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
    """Whether a fix changes trace-events files only, and only those that may be changed."""
    fix = diagnostic.fix
    if fix is None:
        return True
    if fix.in_program:
        return False
    return may_change is everywhere or all(may_change(edit.source.file) for edit in fix.edits)


def _together(diagnostics: Iterable[Diagnostic], unsafe: bool) -> list[Diagnostic]:
    """Diagnostics whose fixes can be applied together: where fixes overlap, the first."""
    taken: list[Diagnostic] = []
    edited: dict[Source, list[tuple[int, int]]] = {}
    for diagnostic in sorted((d for d in diagnostics if fixable(d, unsafe)), key=_order):
        edits = diagnostic.fix.edits if diagnostic.fix else ()
        if any(_overlaps_any(edit, edited.get(edit.source, ())) for edit in edits):
            continue
        taken.append(diagnostic)
        for edit in edits:
            insort(edited.setdefault(edit.source, []), (edit.span.start, edit.span.end))
    return taken


def _overlaps_any(edit: SourceEdit, places: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit overlaps one of the places, which are sorted and do not overlap each other."""
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
    """The diagnostics whose fixes, applied together, would add syntax errors."""
    by_source: dict[Source, list[Diagnostic]] = {}
    for diagnostic in taken:
        for source in dict.fromkeys(edit.source for edit in (diagnostic.fix.edits if diagnostic.fix else ())):
            by_source.setdefault(source, []).append(diagnostic)
    return [one for source, mine in by_source.items() for one in _worsening(source, mine)]


def _worsening(source: Source, mine: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """Those in one file whose fixes together add syntax errors, by bisection: they are very rare."""
    if not _parses_worse(source, [edit for edit in _edits_of(mine) if edit.source is source]):
        return ()
    if len(mine) == 1:
        return mine
    half = len(mine) // 2
    found = [*_worsening(source, mine[:half]), *_worsening(source, mine[half:])]
    return found or mine[half:]  # only both halves together add errors


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    # If two begin together, the longer one comes first: it takes more of the text into account.
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
    """The sources' texts after fixes that do not overlap."""
    edits: dict[Source, list[SourceEdit]] = {}
    for edit in _edits_of(taken):
        edits.setdefault(edit.source, []).append(edit)
    return {source: edited(source.text, mine) for source, mine in edits.items()}


def edited(text: str, edits: list[SourceEdit], start: int = 0) -> str:
    """A text after edits that do not overlap; it begins at offset `start` of their source."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        parts += text[at : edit.span.start - start], edit.text
        at = edit.span.end - start
    return "".join([*parts, text[at:]])


def _parses_worse(source: Source, edits: Sequence[SourceEdit]) -> bool:
    """Whether edits add syntax errors. Lines are independent, so only changed ones are parsed."""
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
