"""Edits that add and remove suppressing comments and `disable` patterns.

Each function returns edits of one tree's source that do not overlap.
"""

from __future__ import annotations

from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.suppressions import ignore_comment, suppressions
from tesc.syntax.nodes import Comment, Disable, Include, Malformed, Prefix
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Event, Item, Tree

    Edits = tuple[SourceEdit, ...]


def line_end(text: str) -> str:
    """The line end of a text's first line: LF, CR LF or CR; LF if it has none."""
    at = next((at for at, char in enumerate(text) if char in "\r\n"), None)
    if at is None or text[at] == "\n":
        return "\n"
    return "\r\n" if text.startswith("\r\n", at) else "\r"


def item_at(tree: Tree, offset: int) -> Item | None:
    """The item, not a comment, in the line of an offset; None if there is none."""
    line, _ = tree.source.place(offset)
    found = next((item for item in tree.items if item.line == line), None)
    return None if isinstance(found, Comment) else found


def ignore(tree: Tree, item: Item, rule: str) -> Edits:
    """Ignore a rule for an item, in a new comment above it or in an existing one."""
    above: list[Comment] = []
    for one in tree.items:
        if one is item:
            break
        above = [*above, one] if isinstance(one, Comment) else []
    return _extended(tree.source, above, "ignore", rule) or _line_before(
        tree.source, item.line, f"# tesc: ignore[{rule}]"
    )


def ignore_in_file(tree: Tree, rule: str) -> Edits:
    """Ignore a rule in the whole file."""
    head: list[Comment] = []
    for item in tree.items:
        if not isinstance(item, Comment):
            break
        head.append(item)
    return _extended(tree.source, head, "ignore-file", rule) or _line_before(
        tree.source, _below_head(tree), f"# tesc: ignore-file[{rule}]"
    )


def _extended(source: Source, comments: list[Comment], kind: str, rule: str) -> Edits:
    for comment in reversed(comments):
        match = ignore_comment(comment)
        if match is not None and match["kind"] == kind and match["end"] and match["rules"].strip(" \t,"):
            rules = match["rules"].rstrip(" \t,")
            begin = comment.start + match.start("rules") + len(rules)
            return (SourceEdit(source, Span(begin, comment.start + match.end("rules")), f", {rule}"),)
    return ()


def _line_before(source: Source, line: int, text: str) -> Edits:
    """Insert a line before line `line`, counted from 1; it may be one past the last."""
    starts = source.line_starts
    end = line_end(source.text)
    if line <= len(starts):
        return (SourceEdit(source, Span(starts[line - 1], starts[line - 1]), text + end),)
    last = len(source.text)
    before = "" if source.text.endswith(("\n", "\r")) or not source.text else end
    return (SourceEdit(source, Span(last, last), before + text + end),)


def _below_head(tree: Tree) -> int:
    """The line below the comments about the file: those at its top, up to a blank line."""
    line = 1
    for item in tree.items:
        if not isinstance(item, Comment) or item.line != line:
            break
        line += 1
    blank = line > len(tree.source.line_starts) or not tree.source.line_text(line).strip()
    return line if blank else 1


def remove_ignore(tree: Tree, span: Span) -> Edits:
    """Remove one rule of a suppression; the whole comment if it is the only one."""
    comment = next((one for one in tree.items if one.start <= span.start < one.end), None)
    if not isinstance(comment, Comment):
        return ()
    places = [one.span for one in suppressions(tree) if comment.start <= one.span.start < comment.end]
    if span not in places:
        return ()
    return _without(tree, comment, places, places.index(span))


def remove_pattern(tree: Tree, span: Span) -> Edits:
    """Remove a pattern of a `disable`; the whole directive if it is the only one."""
    for item in tree.items:
        if isinstance(item, Disable):
            places = [pattern.span for pattern in item.patterns]
            if span in places:
                return _without(tree, item, places, places.index(span))
    return ()


def _without(tree: Tree, item: Item, places: list[Span], number: int) -> Edits:
    """Remove a word from a comma-separated list; the item's whole line if it is the only one."""
    source = tree.source
    if len(places) == 1:
        return (SourceEdit(source, source.line_span(item.line), ""),)
    if number:
        return (SourceEdit(source, Span(places[number - 1].end, places[number].end), ""),)
    return (SourceEdit(source, Span(places[0].start, places[1].start), ""),)


def rename_pattern(tree: Tree, span: Span, name: str) -> Edits:
    """Replace a pattern."""
    return (SourceEdit(tree.source, span, name),)


def disable(tree: Tree, event: Event) -> Edits:
    """Disable an event by a pattern, in the file's last directive or in a new one.

    A new directive goes where canonical layout has it: below the prefix and the includes.
    """
    prefix = next((item.name.text for item in tree.items if isinstance(item, Prefix)), "")
    name = f"{prefix}{event.name}"
    last = next((item for item in reversed(tree.items) if isinstance(item, Disable)), None)
    if last is not None:
        end = last.patterns[-1].span.end
        return (SourceEdit(tree.source, Span(end, end), f", {name}"),)
    return _new_directive(tree, f"disable {name}")


def _new_directive(tree: Tree, text: str) -> Edits:
    source = tree.source
    end = line_end(source.text)
    anchor: Item | None = None
    for item in tree.items:
        if isinstance(item, (Include, Prefix)):
            anchor = item
        elif not isinstance(item, (Comment, Malformed)):
            break
    # The event to disable comes later, so neither place is the end of the text.
    line = anchor.line + 1 if anchor else _below_head(tree)
    blank_above = line > 1
    blank_below = bool(source.line_text(line).strip())
    return _line_before(source, line, f"{end if blank_above else ''}{text}{end if blank_below else ''}")
