"""What follows an item that is complete: comments, `;`, and anything else."""

from __future__ import annotations

from tesc.syntax.mistakes.draft import Draft, quoted
from tesc.syntax.mistakes.tokens import Token

COMMENT_HELP = "put it on its own line above, behind '#'"


def report_comment(draft: Draft, token: Token, within: bool) -> None:
    """A comment behind an item, or within one."""
    begin, end = token.start, token.end
    if within:
        draft.report(
            "TE001",
            begin,
            end,
            "a comment cannot stand within an item",
            COMMENT_HELP,
            (draft.blank(begin, end),),
        )
        return
    words = token.text.lstrip("#/* \t").rstrip("/* \t" if token.text.startswith("/*") else " \t")
    before = len(draft.seen[:begin].rstrip(" \t"))
    edits = ((0, 0, f"# {words}\n"), (before, end, ""))
    message = "a comment cannot follow an item on its line"
    draft.report(
        "TE004", begin, end, message, COMMENT_HELP, (draft.blank(begin, end),), edits if words else ()
    )


def report_rest(draft: Draft, tokens: list[Token]) -> None:
    """What follows a directive that is complete."""
    others = [token for token in tokens if token.kind != "comment"]
    if others:
        begin, end = others[0].start, others[-1].end
        text = draft.seen[begin:end]
        if text == ";":
            draft.remove("TE004", begin, end, "no ';' follows a directive")
        else:
            draft.report("TE004", begin, end, f"unexpected {quoted(text)} after the directive")
    for token in tokens:
        if token.kind == "comment":
            report_comment(draft, token, False)
