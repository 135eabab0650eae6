"""Suppressions in C and Rust sources: `// tesc: ignore[RULE, ...] reason`, or in `/* */`.

A comment after code applies to that line, a comment on its own line to the next line of code, and
`ignore-file` to the whole source.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.analysis.registry import UnknownRule, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.source import Source

_IGNORE = re.compile(r"(?://|/\*)[/*!\s]*tesc:[ \t]*(ignore(?:-file)?)\[([^\]\n]*)\]")
# Lines that contain only a comment, or part of one.
_NO_CODE = re.compile(r"[ \t]*(?://.*|/\*.*|\*.*)?\s*\Z")


@lru_cache(maxsize=16)  # used for each call in a source
def ignored_in(source: Source) -> dict[int, frozenset[str]]:
    """The codes of the rules that a source's comments ignore, by line; line 0 stands for the whole source."""
    found: dict[int, frozenset[str]] = {}
    if "tesc:" not in source.text:
        return found
    next_code = below = len(source.line_starts)
    # From the end, so that each line is looked at once, however many consecutive comments there are.
    for comment in reversed(list(_IGNORE.finditer(source.text))):
        line, column = source.place(comment.start())
        while below > line:
            if not _NO_CODE.match(source.line_text(below)):
                next_code = below
            below -= 1
        codes = frozenset(code for word in comment[2].split(",") for code in _codes(word.strip()))
        if comment[1] == "ignore-file":
            line = 0
        elif not source.line_text(line)[: column - 1].strip():
            line = next_code
        found[line] = found.get(line, frozenset()) | codes
    return found


def _codes(selector: str) -> list[str]:
    try:
        return [rule.code for rule in named(selector)]
    except UnknownRule:
        return []


def is_ignored(source: Source, start: int, code: str) -> bool:
    """Whether a comment in a source ignores the rule `code` at the offset `start`."""
    ignored = ignored_in(source)
    if not ignored:
        return False
    line, _ = source.place(start)
    return code in ignored.get(0, ()) or code in ignored.get(line, ())


def unsuppressed_in(source: Source, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics in a source that no comment ignores."""
    ignored = ignored_in(source)
    if not ignored:
        return list(found)
    whole = ignored.get(0, frozenset())
    return [
        one
        for one in found
        if one.code not in whole and one.code not in ignored.get(source.place(one.span.start)[0], ())
    ]
