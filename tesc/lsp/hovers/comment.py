"""The hover for comments that suppress rules."""

from __future__ import annotations

from tesc.analysis.registry import all_rules
from tesc.analysis.suppressions import suppressions
from tesc.lsp.hovers.page import Code, Marked, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Comment
    from tesc.syntax.source import Span


def of_suppression(view: View, node: Comment, offset: int) -> tuple[Page, Span] | None:
    """The rules that a comment suppresses: the one at an offset, or all; None for other comments."""
    found = [one for one in suppressions(view.tree) if node.start <= one.span.start < node.end]
    if not found:
        return None
    here = next((one for one in found if one.span.start <= offset < one.span.end), None)
    page = Page()
    codes: set[str] = set()
    for one in [here] if here else found:
        codes |= one.codes
        if one.flaw:
            page.text(one.flaw)
    for rule in all_rules():
        if rule.code in codes:
            page.item(Code(f"{rule.code} {rule.name}"), ": ", Marked(rule.summary()))
    return page, here.span if here else node.span
