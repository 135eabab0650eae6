"""Suppressions: `# tesc: ignore[RULE, ...] reason` and `# tesc: ignore-file[RULE, ...] reason`.

The first applies to the next item; the second must come before the first item, and applies to the whole file.
"""

from __future__ import annotations

import re

from tesc.analysis.registry import UnknownRule, moved, named
from tesc.records import record
from tesc.syntax.nodes import Comment, Tree
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Item

_IGNORE = re.compile(
    r"#+[ \t]*tesc:[ \t]*(?P<kind>ignore(?:-file)?)\b[ \t]*(?:\[(?P<rules>[^\]]*)(?P<end>\])?)?"
)


@record
class Suppression:
    """One rule of one comment: the codes it stands for, and the line it applies to (0: the file).

    `flaw` says what is wrong with the comment, if it cannot suppress anything; `now` is a note if the rule
    was replaced by another.
    """

    span: Span
    selector: str
    codes: frozenset[str]
    line: int
    flaw: str | None
    now: str | None = None


def ignore_comment(comment: Comment) -> re.Match[str] | None:
    """A suppression as a match with groups `kind`, `rules` and `end` (the `]`); None for others."""
    return _IGNORE.match(comment.text)


def is_suppression(comment: Comment) -> bool:
    """Whether a comment is a suppression."""
    return ignore_comment(comment) is not None


def suppressions(tree: Tree) -> list[Suppression]:
    """The suppressions in a file's comments."""
    found: list[Suppression] = []
    if "ignore" not in tree.source.text:
        return found
    items = tree.items
    following = _lines_of_following(items)
    began = False
    for position, item in enumerate(items):
        if not isinstance(item, Comment):
            began = True
            continue
        match = ignore_comment(item)
        if match is None:
            continue
        for_file = match["kind"] == "ignore-file"
        line = 0 if for_file else following[position]
        found.extend(_of_comment(item, match, line, began and for_file))
    return found


def _lines_of_following(items: Sequence[Item]) -> list[int]:
    """For each item, the line of the next item that is not a comment; -1 if there is none."""
    lines = []
    line = -1
    for item in reversed(items):
        lines.append(line)
        if not isinstance(item, Comment):
            line = item.line
    return lines[::-1]


def _of_comment(comment: Comment, match: re.Match[str], line: int, late: bool) -> list[Suppression]:
    text = match[0].rstrip(" \t")
    span = Span(comment.start + match.start("kind"), comment.start + len(text))
    nothing: frozenset[str] = frozenset()
    if not match["rules"] or not match["rules"].strip(" \t"):
        message = f"name the rules to ignore: {match['kind']}[RULE, ...]"
        return [Suppression(span=span, selector="", codes=nothing, line=line, flaw=message)]
    if not match["end"]:
        return [
            Suppression(
                span=span,
                selector="",
                codes=nothing,
                line=line,
                flaw="expected ']' after the rules to ignore",
            )
        ]
    found = []
    at = comment.start + match.start("rules")
    for part in match["rules"].split(","):
        selector = part.strip()
        begin = at + len(part) - len(part.lstrip())
        where = Span(begin, begin + len(selector))
        at += len(part) + 1
        codes, flaw = _codes(selector)
        if late and flaw is None:
            codes, flaw = nothing, "an ignore-file must come before the first item"
        found.append(
            Suppression(span=where, selector=selector, codes=codes, line=line, flaw=flaw, now=moved(selector))
        )
    return found


def _codes(selector: str) -> tuple[frozenset[str], str | None]:
    """The codes of the rules that a selector stands for, and None; or no codes and the error."""
    if not selector:
        return frozenset(), "expected a rule's code or name"
    try:
        return frozenset(rule.code for rule in named(selector)), None
    except UnknownRule as error:
        return frozenset(), str(error)
