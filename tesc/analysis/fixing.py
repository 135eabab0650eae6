"""Makes the fixes of diagnostics: all that do not get in each other's way, until none is left."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Callable

    from tesc.analysis.diagnostic import Diagnostic, SourceEdit

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


def outlook(found: Sequence[Diagnostic], unsafe: bool = False) -> str:
    """How many findings fixes would mend, as the end of a summary: `; 2 can be fixed with --fix`."""
    safe = sum(map(fixable, found))
    more = sum(fixable(diagnostic, True) for diagnostic in found) - safe
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
) -> FixResult:
    """Make fixes until none is left to make.

    `again` checks once more, with other texts of some files. A file of which more lines could not be
    read than before is left as it was.
    """
    texts: dict[str, str] = {}
    hopeless: set[str] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        taken = _together((d for d in found if d.source.file not in hopeless), unsafe)
        changed = {source: text for source, text in _rewritten(taken).items() if text != source.text}
        worse = {source.file for source, text in changed.items() if _parses_worse(source, text)}
        hopeless |= worse
        if worse:
            continue
        if not changed:
            break
        texts.update((source.file, text) for source, text in changed.items())
        fixed += len(taken)
        found = again(texts)
    return FixResult(texts, fixed, found)


def _together(diagnostics: Iterable[Diagnostic], unsafe: bool) -> list[Diagnostic]:
    """Diagnostics whose fixes can be made at once: the first of those that overlap."""
    taken: list[Diagnostic] = []
    edited: dict[Source, list[SourceEdit]] = {}
    for diagnostic in sorted((d for d in diagnostics if fixable(d, unsafe)), key=_order):
        edits = diagnostic.fix.edits if diagnostic.fix else ()
        if any(_overlap(edit, other) for edit in edits for other in edited.get(edit.source, ())):
            continue
        taken.append(diagnostic)
        for edit in edits:
            edited.setdefault(edit.source, []).append(edit)
    return taken


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    # Of two that begin together, the one that looks at more of the text knows better what was meant.
    return diagnostic.source.file, diagnostic.span.start, -diagnostic.span.end, diagnostic.code


def _overlap(one: SourceEdit, other: SourceEdit) -> bool:
    """Whether two edits change the same text, or one inserts where the other begins or ends."""
    a, b = one.span, other.span
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end


def _rewritten(taken: Sequence[Diagnostic]) -> dict[Source, str]:
    """The texts of sources after fixes that do not overlap."""
    edits: dict[Source, list[SourceEdit]] = {}
    for diagnostic in taken:
        for edit in diagnostic.fix.edits if diagnostic.fix else ():
            edits.setdefault(edit.source, []).append(edit)
    return {source: edited(source.text, mine) for source, mine in edits.items()}


def edited(text: str, edits: list[SourceEdit]) -> str:
    """A text after edits of it that do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        parts += text[at : edit.span.start], edit.text
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _parses_worse(source: Source, text: str) -> bool:
    before = parse(source)
    return len(parse(Source(source.path, text, source.file)).errors) > len(before.errors)
