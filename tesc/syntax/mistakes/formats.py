"""What is wrong behind an event's parameters: before, within and after its format."""

from __future__ import annotations

import re

from tesc.syntax.mistakes.draft import Draft, quoted
from tesc.syntax.mistakes.leftovers import report_comment
from tesc.syntax.mistakes.quotes import MACRO, mend_missing_quote, mend_other_quotes
from tesc.syntax.mistakes.tokens import Token, scan


def mend_format(draft: Draft, at: int) -> None:
    """Report and mend what is wrong from column `at`, behind the parameters, to the end."""
    _unwrap(draft, at)
    mend_other_quotes(draft, at)
    tokens = scan(draft.seen, at)
    # Behind a missing quote strings and what is between them change places, so there may be none open.
    odd = bool(tokens) and tokens[0].kind in ("word", "junk") and draft.seen.count('"', at) % 2 == 1
    if (odd or any(token.kind == "open" for token in tokens)) and mend_missing_quote(draft, at):
        return
    tokens = scan(draft.seen, at)
    first = next((i for i, token in enumerate(tokens) if token.kind in ("string", "open")), len(tokens))
    for run in _runs(tokens[:first]):
        _before_format(draft, run, bool(tokens[first:]))
    _after_string(draft, tokens[first:])


def _unwrap(draft: Draft, at: int) -> None:
    """Report parentheses or braces around a format."""
    match = re.match("[ \t]*([A-Za-z0-9_]*[({])[ \t]*[\"']", draft.seen[at:])
    last = len(draft.seen.rstrip(" \t;")) - 1
    if match and draft.seen[last] in ")}":
        begin, end = at + match.start(1), at + match.end(1)
        edits = ((begin, end, ""), (last, last + 1, ""))
        message = f"a format stands without {quoted(match[1])}"
        draft.report("TE001", begin, end, message, edits=edits)
        draft.overwrite(begin, " " * (end - begin))
        draft.overwrite(last, " ")


def _runs(tokens: list[Token]) -> list[list[Token]]:
    """Tokens that are one mistake together; comments, `;` and leading `)` are each their own."""
    runs: list[list[Token]] = []
    alone = True
    for token in tokens:
        begins = alone or token.kind == "comment" or token.text == ";"
        if begins:
            runs.append([])
        runs[-1].append(token)
        alone = begins and (token.kind == "comment" or token.text in (";", ")"))
    return runs


def _before_format(draft: Draft, run: list[Token], format_follows: bool) -> None:
    """Something else stands where the format's first string should."""
    begin, end = run[0].start, run[-1].end
    text = draft.seen[begin:end]
    if run[0].kind == "comment":
        report_comment(draft, run[0], format_follows)
    elif text == ")":
        draft.remove("TE001", begin, end, "this ')' closes nothing")
    elif not format_follows:
        _instead_of_format(draft, run, text)
    elif any(token.kind == "word" for token in run):
        help = f"""write '"%" {text}'""" if MACRO.fullmatch(text) else None
        message = f"a format begins with a string, not with {quoted(text)}"
        draft.report("TE001", begin, end, message, help, (draft.blank(begin, end),))
        draft.lossy |= help is not None or "%" in text
    else:
        draft.remove("TE001", begin, end, f"{quoted(text)} cannot stand between ')' and the format")


def _instead_of_format(draft: Draft, run: list[Token], text: str) -> None:
    """Something behind the parameters of an event that has no string at all."""
    begin, end = run[0].start, run[-1].end
    if text == ";":
        draft.remove("TE004", begin, end, "no ';' follows an event")
    elif all(token.kind == "word" for token in run) or "%" in text:
        draft.report("TE001", begin, end, "a format stands in quotes", f"""write '"{text}"'""")
        draft.drop(begin, end)
    else:
        draft.report(
            "TE004",
            begin,
            end,
            f"unexpected {quoted(text)} after the parameters",
            None,
            (draft.blank(begin, end),),
        )


def _after_string(draft: Draft, tokens: list[Token]) -> None:
    """Report what is no part of a format, from its first string on."""
    index = 0
    last_piece = max((i for i, token in enumerate(tokens) if token.kind in ("string", "word")), default=0)
    while index < len(tokens):
        token = tokens[index]
        if token.kind in ("string", "word"):
            index += 1
        elif token.kind == "comment":
            report_comment(draft, token, index < last_piece)
            index += 1
        elif token.kind == "open":
            report_unclosed(draft, token)
            return
        elif token.text == ")":
            draft.remove("TE001", token.start, token.end, "this ')' closes nothing")
            index += 1
        elif token.text == "\\":
            draft.remove("TE001", token.start, token.end, "a stray backslash")
            index += 1
        elif token.text in "+.&" and tokens[index + 1 : index + 2] and tokens[index + 1].kind == "string":
            message = f"strings are joined without {quoted(token.text)}"
            draft.remove("TE001", token.start, token.end, message, "write them one after the other")
            index += 1
        else:
            index = _junk(draft, tokens, index)


def report_unclosed(draft: Draft, token: Token) -> None:
    """A string without an end, where it's not plain where its end should be."""
    draft.report("TE410", token.start, token.end, "this string has no closing quote")
    draft.drop(token.start, token.end)


def _junk(draft: Draft, tokens: list[Token], index: int) -> int:
    """Report a character that no format has, and what belongs to it; returns where to go on."""
    token = tokens[index]
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].kind != "comment":
        last += 1
    begin, end = token.start, tokens[last].end
    rest = tokens[index + 1 : last + 1]
    if token.text == ";" and not rest:
        draft.remove("TE004", begin, end, "no ';' follows an event")
    elif token.text == "," and rest and rest[0].kind == "string":
        message = "a second format: an event has only one"
        draft.report("TE004", begin, end, message, "leave it out", (draft.blank(begin, end),))
    elif token.text == ",":
        help = "leave this out: the parameters are the arguments, in their order"
        draft.report(
            "TE004",
            begin,
            end,
            "a format takes no arguments",
            help,
            (draft.blank(begin, end),),
            ((begin, end, ""),),
        )
    elif token.text == "%":
        _outside(draft, tokens, index)
    elif any(other.kind == "string" for other in rest):
        help = "a format consists of strings and PRI macros"
        draft.report("TE001", token.start, token.end, f"unexpected {quoted(token.text)} in a format", help)
        draft.drop(begin, end)
    else:
        text = draft.seen[begin:end]
        draft.report(
            "TE004",
            begin,
            end,
            f"unexpected {quoted(text)} after the format",
            None,
            (draft.blank(begin, end),),
        )
    return last + 1


def _outside(draft: Draft, tokens: list[Token], index: int) -> None:
    """A conversion outside of the quotes: `"a " %d`."""
    begin = tokens[index].start
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].kind in ("word", "junk"):
        last += 1
    text = draft.seen[begin : tokens[last].end]
    before = tokens[index - 1]
    help = None
    if before.kind == "string":
        help = f"write {quoted(before.text[:-1] + text + chr(34))}"
    draft.report("TE001", begin, tokens[last].end, f"{quoted(text)} stands outside of the quotes", help)
    draft.drop(begin, len(draft.seen))
