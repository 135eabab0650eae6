"""What is wrong with a line that is meant to be an event: its name and its parentheses.

`mend_event` finds where the parameters begin and end, whatever parentheses there are, and leaves
what is between them to `parameters` and what follows them to `formats`.
"""

from __future__ import annotations

import re
from itertools import takewhile

from tesc.syntax.c_type import parse_declaration
from tesc.syntax.mistakes.declarations import EVENT_MACROS, event_macro, is_type_word
from tesc.syntax.mistakes.draft import NAME, Draft, quoted
from tesc.syntax.mistakes.formats import mend_format
from tesc.syntax.mistakes.lookalikes import character
from tesc.syntax.mistakes.names import report_bad_name
from tesc.syntax.mistakes.parameters import mend_parameters
from tesc.syntax.mistakes.tokens import scan
from tesc.syntax.nodes import Word
from tesc.syntax.remainders import JOIN_HELP
from tesc.syntax.source import Span

_QUOTED_NAME = re.compile(r'[ \t]*("[A-Za-z0-9_]+")[ \t]*\(')
_BARRIER = re.compile(r"'[A-Za-z0-9_]*'|[\"'`()]|#|//|/\*(?:.*?\*/|.*)")
_OTHER_OPENING = re.compile(r"[ \t]*(?:disable[ \t]+)?[A-Za-z0-9_]+[ \t]*([\[{<])")
_OTHER_CLOSING = {"]": "[", "}": "{", ">": "<"}
_STRANGE = re.compile("[^A-Za-z0-9_ \t]+")
_REST_HELP = "an event stands on one line: write the rest of its parameters on this one"


def mend_event(draft: Draft) -> None:
    """Report and mend what is wrong with an event."""
    if _continued(draft):
        return
    quoted_name = _QUOTED_NAME.match(draft.seen)
    if quoted_name:
        begin, end = quoted_name.span(1)
        draft.report(
            "TE001",
            begin,
            end,
            "an event's name stands without quotes",
            None,
            (),
            ((begin, end, quoted_name[1][1:-1]),),
        )
        draft.overwrite(begin, " ")
        draft.overwrite(end - 1, " ")
    _other_brackets(draft)
    opening = draft.seen.find("(")
    stop = _first_quote(draft.seen)
    found = _unopened(draft, stop) if opening < 0 or opening > stop else _listed(draft, opening)
    if found is not None:
        begin, end, after = found
        mend_parameters(draft, begin, end)
        mend_format(draft, after)


def _first_quote(seen: str) -> int:
    return min((at for at in map(seen.find, "\"'`") if at >= 0), default=len(seen))


def _continued(draft: Draft) -> bool:
    """Report a line that ends in a backslash."""
    at = draft.end - 1
    if draft.seen[at] != "\\":
        return False
    name = re.match(r"[ \t]*(?:disable[ \t]+)?([A-Za-z0-9_]+)[ \t]*\(", draft.seen)
    if name:
        draft.name = Word(draft.start + name.start(1), name[1])
    draft.lossy = True
    draft.report("TE001", at, at + 1, "'\\' does not continue an item on the next line", JOIN_HELP)
    return True


def _other_brackets(draft: Draft) -> None:
    """Report brackets in place of the parentheses."""
    match = _OTHER_OPENING.match(draft.seen)
    if match is None:
        return
    begin, bracket = match.start(1), match[1]
    end = draft.seen.rfind({"[": "]", "{": "}", "<": ">"}[bracket], begin, _first_quote(draft.seen))
    edits = [(begin, begin + 1, "(")] + [(end, end + 1, ")")] * (end > 0)
    message = f"parameters stand in parentheses, not in {quoted(bracket)}"
    draft.report("TE001", begin, begin + 1, message, "write '('", edits=tuple(edits))
    for at, _, sign in edits:
        draft.overwrite(at, sign)


# -- the name


def _listed(draft: Draft, opening: int) -> tuple[int, int, int] | None:
    """An event with a `(`. Returns where its parameters begin and end, and where the rest begins."""
    head = draft.seen[:opening].rstrip(" \t")
    if head.strip(" \t") in EVENT_MACROS:
        begin = len(head) - len(head.strip(" \t"))
        draft.problems.append(
            event_macro(Span(draft.start + begin, draft.start + len(head)), head.strip(" \t"))
        )
        draft.lossy = True
        return None
    if not head:
        draft.report("TE001", opening, opening, "expected an event's name before '('")
        draft.drop(opening, opening, "_")
    else:
        name = head.split()[-1]
        if NAME.fullmatch(name):
            draft.name = Word(draft.start + len(head) - len(name), name)
        _head(draft, head)
    return _closed(draft, opening)


def _head(draft: Draft, head: str) -> None:
    """Report what cannot stand before the parenthesis; columns are those of the line."""
    begin = len(head) - len(head.lstrip(" \t"))
    if "*" in head:
        star = head.rindex("*")
        if head[star + 1 :].strip(" \t"):
            draft.remove("TE001", begin, star + 1, "an event has no return type")
            head = " " * (star + 1) + head[star + 1 :]
    keyword = re.match("[ \t]*(include|prefix)[ \t]", head)
    if keyword:
        begin = keyword.end()
        message = f"{quoted(keyword[1])} cannot stand before an event"
        draft.remove("TE001", keyword.start(1), keyword.end(1), message)
    last = max(head.rfind(" "), head.rfind("\t")) + 1
    for match in _STRANGE.finditer(head):
        if match.start() >= last and _named(head, last):
            continue
        at, end = match.span()
        leading = at == begin
        place = "at the start of the line" if leading else "before the parameters"
        message = f"unexpected {character(match[0]) if len(match[0]) == 1 else quoted(match[0])} {place}"
        draft.remove("TE001", at, end, message)
        draft.lossy |= not leading
    if _STRANGE.search(head, last) and _named(head, last):
        _strange_name(draft, head, last)


def _named(head: str, begin: int) -> bool:
    return any(char.isalnum() for char in head[begin:])


def _strange_name(draft: Draft, head: str, begin: int) -> None:
    """A name with characters that it cannot have; signs before it are no part of it."""
    sign = re.compile(r"[-+|>]+").match(head, begin)
    if sign and not head[:begin].strip(" \t"):
        message = f"unexpected {quoted(sign[0])} at the start of the line"
        draft.remove("TE001", begin, sign.end(), message)
        begin = sign.end()
    if _STRANGE.search(head, begin):
        better = report_bad_name(draft, begin, len(head), "an event's name")
        if len(better) == len(head) - begin:
            draft.name = Word(draft.start + begin, better)


# -- the parentheses


def _closed(draft: Draft, opening: int) -> tuple[int, int, int]:
    """Where the parameters behind `opening` begin and end, and where the rest begins."""
    seen = draft.seen
    depth = last = inner_last = 0
    stop = draft.end
    inner = opening + 1 + len(seen[opening + 1 :]) - len(seen[opening + 1 :].lstrip(" \t"))
    for match in _BARRIER.finditer(seen, opening):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            last = match.start()
            if depth == 1:
                inner_last = inner_last or last
            if not depth:
                return _unwrapped(draft, inner, inner_last, last)
        elif len(match[0]) < 2 or not match[0].endswith(("*/", "'")):
            stop = match.start()
            break
    if last and seen[inner : inner + 1] == "(":
        draft.remove("TE001", inner, inner + 1, "this '(' is one too many")
        return inner + 1, last, last + 1
    return _unclosed(draft, opening + 1, stop)


def _unwrapped(draft: Draft, inner: int, inner_last: int, last: int) -> tuple[int, int, int]:
    """Report parentheses around all of the parameters, the first at column `inner`: `foo((int a))`."""
    if draft.seen[inner] == "(" and not draft.seen[inner_last + 1 : last].strip(" \t"):
        cuts = ((inner, inner + 1, ""), (last, last + 1, ""))
        draft.report(
            "TE001", inner, inner + 1, "the parameters stand in two pairs of parentheses", None, cuts, cuts
        )
        return inner + 1, inner_last, last + 1
    return inner, last, last + 1


def _unclosed(draft: Draft, begin: int, stop: int) -> tuple[int, int, int]:
    """The parenthesis is missing at the end of the parameters, before column `stop`."""
    body = draft.seen[begin:stop].rstrip(" \t")
    while body.endswith("*/") and "/*" in body:
        stop = begin + body.rindex("/*")
        body = draft.seen[begin:stop].rstrip(" \t")
    end = begin + len(body)
    at_line_end = stop >= draft.end or draft.seen[stop] in "#/"
    if at_line_end and (body.endswith(",") or not body):
        if body:
            message, help = "expected a parameter and ')' after ','", _REST_HELP
        else:
            message, help = "expected parameters and ')' after '('", "write 'void)' if there are none"
        draft.report("TE001", end, end, message, help)
        draft.drop(end - 1 if body else end, len(draft.seen), ")" if body else "void)")
        return begin, end - 1 if body else end, len(draft.seen)
    if body and _OTHER_CLOSING.get(body[-1], ")") not in body and body[-1] in _OTHER_CLOSING:
        mend = ((end - 1, end, ")"),)
        draft.report("TE001", end - 1, end, f"expected ')', not {quoted(body[-1])}", None, mend, mend)
        return begin, end - 1, end
    comma = body.endswith((",", ";"))
    if comma:
        body = body[:-1].rstrip(" \t")
        end = begin + len(body)
    if not at_line_end and _format_within(draft, end, stop):
        return begin, end, stop
    after = _last_parameter(body)
    if comma:
        mend = ((end, stop, ") "),)
        draft.report("TE001", end, end, f"expected ')' {after}", None, mend, mend)
    else:
        expected = "',' or ')'" if at_line_end else "')'"
        new = ")" if body else "void)"
        mend = ((end, end, new),)
        draft.report(
            "TE001",
            end,
            end,
            f"expected {expected} {after}",
            f"write {quoted(new)}" if not body else None,
            mend,
            mend if body else (),
        )
    return begin, end, stop


def _format_within(draft: Draft, end: int, stop: int) -> bool:
    """Report a format before the closing parenthesis, as in a call: `foo(int a, "%d")`."""
    tokens = [token for token in scan(draft.seen, stop) if token.text != ";"]
    if len(tokens) < 2 or tokens[-1].text != ")" or tokens[-2].kind not in ("string", "word"):
        return False
    closing = tokens[-1].start
    pieces = takewhile(lambda token: token.kind in ("string", "word"), tokens)
    last = max((piece.end for piece in pieces), default=stop + 1)
    opened = ") " if draft.seen[:end].rstrip(" \t")[-1:] != "(" else "void) "
    edits = ((end, stop, opened), (closing, closing + 1, ""))
    message = "the format stands behind the ')' of the parameters"
    draft.report("TE001", stop, last, message, None, edits[:1], edits)
    draft.overwrite(closing, " ")
    return True


def _last_parameter(body: str) -> str:
    """What an expected sign would follow, in words."""
    text = body[max(body.rfind(","), body.rfind("(")) + 1 :].strip(" \t")
    if not text:
        return "after '('"
    declared = parse_declaration(text) if len(text) < 200 else None
    if declared and declared.flaw is None and NAME.fullmatch(declared.name):
        return f"after parameter {quoted(declared.name)}"
    return f"after {quoted(text.split()[-1])}"


def _unopened(draft: Draft, stop: int) -> tuple[int, int, int] | None:
    """An event without a `(` before its format, which begins at column `stop`."""
    head = draft.seen[:stop]
    closing = head.find(")")
    names = list(NAME.finditer(head.partition(",")[0], 0, closing if closing >= 0 else len(head)))
    if not names:
        return None
    typed = next((i for i, name in enumerate(names) if i and is_type_word(name[0])), 0)
    disabled = len(names) > 1 and names[0][0] == "disable"
    name = names[typed - 1 if typed else int(disabled) if closing >= 0 else -1]
    draft.name = Word(draft.start + name.start(), name[0])
    at = name.end()
    message = f"expected '(' after {quoted(name[0])}"
    body = head[at : closing if closing >= 0 else len(head)].strip(" \t")
    help = f"write {quoted(name[0] + '(' + (body or 'void') + ')')}"
    if not body:
        draft.report("TE001", at, at, message, help, ((at, at, "(void" if closing >= 0 else "(void)"),))
        draft.lossy |= stop >= draft.end or "%" in draft.seen[stop:]
        return (at, at, closing + 1 if closing >= 0 else at)
    begin = at + len(head[at:]) - len(head[at:].lstrip(" \t"))
    if closing >= 0:
        mend = ((at, begin, "("),)
        draft.report("TE001", at, at, message, help, mend, mend if typed else ())
        return begin, closing, closing + 1
    end = begin + len(body)
    draft.report("TE001", at, at, message, help, ((at, begin, "("), (end, end, ")")))
    draft.lossy |= not typed
    return begin, end, end
