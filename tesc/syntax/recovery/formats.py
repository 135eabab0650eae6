"""Reports what is wrong after an event's parameters: before, in and after its format."""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.recovery.leftovers import report_comment
from tesc.syntax.recovery.quotes import MACRO, repair_missing_quote, repair_other_quotes
from tesc.syntax.recovery.repair import LineRepair, quoted
from tesc.syntax.recovery.tokens import Token, scan


def repair_format(repair: LineRepair, at: int) -> None:
    """Report and repair what is wrong from column `at`, after the parameters, to the line's end."""
    _unwrap(repair, at)
    repair_other_quotes(repair, at)
    tokens = scan(repair.seen, at)
    # After a missing quote, strings and the text between them swap roles, so all must be closed.
    odd = bool(tokens) and tokens[0].kind in ("word", "junk") and repair.seen.count('"', at) % 2 == 1
    if (odd or any(token.kind == "open" for token in tokens)) and repair_missing_quote(repair, at):
        return
    tokens = scan(repair.seen, at)
    first = next((i for i, token in enumerate(tokens) if token.kind in ("string", "open")), len(tokens))
    for run in _runs(tokens[:first]):
        _before_format(repair, run, bool(tokens[first:]))
    _after_string(repair, tokens[first:])


def _unwrap(repair: LineRepair, at: int) -> None:
    """Report parentheses or braces around a format."""
    match = re.match("[ \t]*([A-Za-z0-9_]*[({])[ \t]*[\"']", repair.seen[at:])
    last = len(repair.seen.rstrip(" \t;")) - 1
    if match and repair.seen[last] in ")}":
        begin, end = at + match.start(1), at + match.end(1)
        edits = ((begin, end, ""), (last, last + 1, ""))
        message = f"a format has no {quoted(match[1])}"
        repair.report(codes.SYNTAX_ERROR, begin, end, message, edits=edits)
        repair.overwrite(begin, " " * (end - begin))
        repair.overwrite(last, " ")


def _runs(tokens: list[Token]) -> list[list[Token]]:
    """Tokens grouped by mistake; comments, `;` and leading `)` are separate groups."""
    runs: list[list[Token]] = []
    alone = True
    for token in tokens:
        begins = alone or token.kind == "comment" or token.text == ";"
        if begins:
            runs.append([])
        runs[-1].append(token)
        alone = begins and (token.kind == "comment" or token.text in (";", ")"))
    return runs


def _before_format(repair: LineRepair, run: list[Token], format_follows: bool) -> None:
    """Report what is in place of the format's first string."""
    begin, end = run[0].start, run[-1].end
    text = repair.seen[begin:end]
    if run[0].kind == "comment":
        report_comment(repair, run[0], format_follows)
    elif text == ")":
        repair.remove(codes.SYNTAX_ERROR, begin, end, "this ')' closes nothing")
    elif not format_follows:
        _instead_of_format(repair, run, text)
    elif any(token.kind == "word" for token in run):
        help = f"""write '"%" {text}'""" if MACRO.fullmatch(text) else None
        message = f"a format begins with a string, not with {quoted(text)}"
        repair.report(codes.SYNTAX_ERROR, begin, end, message, help, (repair.blank(begin, end),))
        repair.lossy |= help is not None or "%" in text
    else:
        repair.remove(codes.SYNTAX_ERROR, begin, end, f"{quoted(text)} cannot be between ')' and the format")


def _instead_of_format(repair: LineRepair, run: list[Token], text: str) -> None:
    """Report what follows the parameters of an event that has no string at all."""
    begin, end = run[0].start, run[-1].end
    if text == ";":
        repair.remove(codes.TEXT_AFTER_ITEM, begin, end, "an event does not end with ';'")
    elif all(token.kind == "word" for token in run) or "%" in text:
        repair.report(codes.SYNTAX_ERROR, begin, end, "a format is in quotes", f"""write '"{text}"'""")
        repair.drop(begin, end)
    else:
        repair.report(
            codes.TEXT_AFTER_ITEM,
            begin,
            end,
            f"unexpected {quoted(text)} after the parameters",
            None,
            (repair.blank(begin, end),),
        )


def _after_string(repair: LineRepair, tokens: list[Token]) -> None:
    """Report what is not part of a format, from its first string on."""
    index = 0
    last_piece = max((i for i, token in enumerate(tokens) if token.kind in ("string", "word")), default=0)
    while index < len(tokens):
        token = tokens[index]
        if token.kind in ("string", "word"):
            index += 1
        elif token.kind == "comment":
            report_comment(repair, token, index < last_piece)
            index += 1
        elif token.kind == "open":
            report_unclosed(repair, token)
            return
        elif token.text == ")":
            repair.remove(codes.SYNTAX_ERROR, token.start, token.end, "this ')' closes nothing")
            index += 1
        elif token.text == "\\":
            repair.remove(codes.SYNTAX_ERROR, token.start, token.end, "a stray backslash")
            index += 1
        elif token.text in "+.&" and tokens[index + 1 : index + 2] and tokens[index + 1].kind == "string":
            message = f"strings are joined without {quoted(token.text)}"
            repair.remove(
                codes.SYNTAX_ERROR, token.start, token.end, message, "write them one after the other"
            )
            index += 1
        else:
            index = _junk(repair, tokens, index)


def report_unclosed(repair: LineRepair, token: Token) -> None:
    """Report a string without an end, if it is unclear where the end should be."""
    repair.report(codes.INVALID_STRING, token.start, token.end, "this string has no closing quote")
    repair.drop(token.start, token.end)


def _junk(repair: LineRepair, tokens: list[Token], index: int) -> int:
    """Report an invalid character in a format, and text that belongs to it; returns where to continue."""
    token = tokens[index]
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].kind != "comment":
        last += 1
    begin, end = token.start, tokens[last].end
    rest = tokens[index + 1 : last + 1]
    if token.text == ";" and not rest:
        repair.remove(codes.TEXT_AFTER_ITEM, begin, end, "an event does not end with ';'")
    elif token.text == "," and rest and rest[0].kind == "string":
        message = "a second format: an event has only one"
        repair.report(codes.TEXT_AFTER_ITEM, begin, end, message, "remove it", (repair.blank(begin, end),))
    elif token.text == ",":
        help = "remove this: the parameters are the arguments, in their order"
        repair.report(
            codes.TEXT_AFTER_ITEM,
            begin,
            end,
            "a format takes no arguments",
            help,
            (repair.blank(begin, end),),
            ((begin, end, ""),),
        )
    elif token.text == "%":
        _outside(repair, tokens, index)
    elif any(other.kind == "string" for other in rest):
        help = "a format consists of strings and PRI macros"
        repair.report(
            codes.SYNTAX_ERROR, token.start, token.end, f"unexpected {quoted(token.text)} in a format", help
        )
        repair.drop(begin, end)
    else:
        text = repair.seen[begin:end]
        repair.report(
            codes.TEXT_AFTER_ITEM,
            begin,
            end,
            f"unexpected {quoted(text)} after the format",
            None,
            (repair.blank(begin, end),),
        )
    return last + 1


def _outside(repair: LineRepair, tokens: list[Token], index: int) -> None:
    """Report a conversion outside of the quotes: `"a " %d`."""
    begin = tokens[index].start
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].kind in ("word", "junk"):
        last += 1
    text = repair.seen[begin : tokens[last].end]
    before = tokens[index - 1]
    help = None
    if before.kind == "string":
        help = f"write {quoted(before.text[:-1] + text + chr(34))}"
    repair.report(
        codes.SYNTAX_ERROR, begin, tokens[last].end, f"{quoted(text)} is outside of the quotes", help
    )
    repair.drop(begin, len(repair.seen))
