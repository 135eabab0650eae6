"""Reports what follows a complete item: comments, `;`, and anything else."""

from __future__ import annotations

from tesc import codes
from tesc.syntax.recovery.repair import LineRepair, quoted
from tesc.syntax.recovery.tokens import Token

COMMENT_HELP = "put it on its own line above, after '#'"


def report_comment(repair: LineRepair, token: Token, within: bool) -> None:
    """Report a comment after an item, or inside one."""
    begin, end = token.start, token.end
    if within:
        repair.report(
            codes.SYNTAX_ERROR,
            begin,
            end,
            "a comment cannot be inside an item",
            COMMENT_HELP,
            (repair.blank(begin, end),),
        )
        return
    words = token.text.lstrip("#/* \t").rstrip("/* \t" if token.text.startswith("/*") else " \t")
    before = len(repair.seen[:begin].rstrip(" \t"))
    edits = ((0, 0, f"# {words}\n"), (before, end, ""))
    message = "a comment cannot follow an item on its line"
    repair.report(
        codes.TEXT_AFTER_ITEM,
        begin,
        end,
        message,
        COMMENT_HELP,
        (repair.blank(begin, end),),
        edits if words else (),
    )


def report_rest(repair: LineRepair, tokens: list[Token]) -> None:
    """Report what follows a complete directive."""
    others = [token for token in tokens if token.kind != "comment"]
    if others:
        begin, end = others[0].start, others[-1].end
        text = repair.seen[begin:end]
        if text == ";":
            repair.remove(codes.TEXT_AFTER_ITEM, begin, end, "a directive does not end with ';'")
        else:
            repair.report(codes.TEXT_AFTER_ITEM, begin, end, f"unexpected {quoted(text)} after the directive")
    for token in tokens:
        if token.kind == "comment":
            report_comment(repair, token, False)
