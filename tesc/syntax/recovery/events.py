"""Reports what is wrong with the name and the parentheses of an event.

`repair_event` finds where the parameters begin and end, even if parentheses are missing. The module
`parameters` handles the text between them, `formats` the text after them.
"""

from __future__ import annotations

import re
from itertools import takewhile

from tesc import codes
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.continuations import JOIN_HELP
from tesc.syntax.nodes import Word
from tesc.syntax.recovery.declarations import EVENT_MACROS, event_macro, is_type_word
from tesc.syntax.recovery.formats import repair_format
from tesc.syntax.recovery.lookalikes import character
from tesc.syntax.recovery.names import report_bad_name
from tesc.syntax.recovery.parameters import repair_parameters
from tesc.syntax.recovery.repair import NAME, LineRepair, quoted
from tesc.syntax.recovery.tokens import scan
from tesc.syntax.source import Span

_QUOTED_NAME = re.compile(r'[ \t]*("[A-Za-z0-9_]+")[ \t]*\(')
_BARRIER = re.compile(r"'[A-Za-z0-9_]*'|[\"'`()]|#|//|/\*(?:.*?\*/|.*)")
_OTHER_OPENING = re.compile(r"[ \t]*(?:disable[ \t]+)?[A-Za-z0-9_]+[ \t]*([\[{<])")
_OTHER_CLOSING = {"]": "[", "}": "{", ">": "<"}
_STRANGE = re.compile("[^A-Za-z0-9_ \t]+")
_REST_HELP = "an event is on one line: write the rest of its parameters on this one"


def repair_event(repair: LineRepair) -> None:
    """Report and repair what is wrong with an event."""
    if _continued(repair):
        return
    quoted_name = _QUOTED_NAME.match(repair.seen)
    if quoted_name:
        begin, end = quoted_name.span(1)
        repair.report(
            codes.SYNTAX_ERROR,
            begin,
            end,
            "an event's name has no quotes",
            None,
            (),
            ((begin, end, quoted_name[1][1:-1]),),
        )
        repair.overwrite(begin, " ")
        repair.overwrite(end - 1, " ")
    _other_brackets(repair)
    opening = repair.seen.find("(")
    stop = _first_quote(repair.seen)
    found = _unopened(repair, stop) if opening < 0 or opening > stop else _listed(repair, opening)
    if found is not None:
        begin, end, after = found
        repair_parameters(repair, begin, end)
        repair_format(repair, after)


def _first_quote(seen: str) -> int:
    return min((at for at in map(seen.find, "\"'`") if at >= 0), default=len(seen))


def _continued(repair: LineRepair) -> bool:
    """Report a line that ends in a backslash."""
    at = repair.end - 1
    if repair.seen[at] != "\\":
        return False
    name = re.match(r"[ \t]*(?:disable[ \t]+)?([A-Za-z0-9_]+)[ \t]*\(", repair.seen)
    if name:
        repair.name = Word(repair.start + name.start(1), name[1])
    repair.lossy = True
    repair.report(
        codes.SYNTAX_ERROR, at, at + 1, "'\\' does not continue an item on the next line", JOIN_HELP
    )
    return True


def _other_brackets(repair: LineRepair) -> None:
    """Report brackets in place of the parentheses."""
    match = _OTHER_OPENING.match(repair.seen)
    if match is None:
        return
    begin, bracket = match.start(1), match[1]
    end = repair.seen.rfind({"[": "]", "{": "}", "<": ">"}[bracket], begin, _first_quote(repair.seen))
    edits = [(begin, begin + 1, "(")]
    if end > 0:
        edits.append((end, end + 1, ")"))
    message = f"parameters are in parentheses, not in {quoted(bracket)}"
    repair.report(codes.SYNTAX_ERROR, begin, begin + 1, message, "write '('", edits=tuple(edits))
    for at, _, sign in edits:
        repair.overwrite(at, sign)


# -- the name


def _listed(repair: LineRepair, opening: int) -> tuple[int, int, int] | None:
    """Report on an event with a `(`; returns where its parameters begin and end, and the rest begins."""
    head = repair.seen[:opening].rstrip(" \t")
    if head.strip(" \t") in EVENT_MACROS:
        begin = len(head) - len(head.strip(" \t"))
        repair.errors.append(
            event_macro(Span(repair.start + begin, repair.start + len(head)), head.strip(" \t"))
        )
        repair.lossy = True
        return None
    if not head:
        repair.report(codes.SYNTAX_ERROR, opening, opening, "expected an event's name before '('")
        repair.drop(opening, opening, "_")
    else:
        name = head.split()[-1]
        if NAME.fullmatch(name):
            repair.name = Word(repair.start + len(head) - len(name), name)
        _head(repair, head)
    return _closed(repair, opening)


def _head(repair: LineRepair, head: str) -> None:
    """Report what is not allowed before the parenthesis."""
    begin = len(head) - len(head.lstrip(" \t"))
    if "*" in head:
        star = head.rindex("*")
        if head[star + 1 :].strip(" \t"):
            repair.remove(codes.SYNTAX_ERROR, begin, star + 1, "an event has no return type")
            head = " " * (star + 1) + head[star + 1 :]
    keyword = re.match("[ \t]*(include|prefix)[ \t]", head)
    if keyword:
        begin = keyword.end()
        message = f"{quoted(keyword[1])} cannot be before an event"
        repair.remove(codes.SYNTAX_ERROR, keyword.start(1), keyword.end(1), message)
    last = max(head.rfind(" "), head.rfind("\t")) + 1
    for match in _STRANGE.finditer(head):
        if match.start() >= last and _named(head, last):
            continue
        at, end = match.span()
        leading = at == begin
        place = "at the start of the line" if leading else "before the parameters"
        message = f"unexpected {character(match[0]) if len(match[0]) == 1 else quoted(match[0])} {place}"
        repair.remove(codes.SYNTAX_ERROR, at, end, message)
        repair.lossy |= not leading
    if _STRANGE.search(head, last) and _named(head, last):
        _strange_name(repair, head, last)


def _named(head: str, begin: int) -> bool:
    return any(char.isalnum() for char in head[begin:])


def _strange_name(repair: LineRepair, head: str, begin: int) -> None:
    """Report a name with invalid characters, but not punctuation before it."""
    sign = re.compile(r"[-+|>]+").match(head, begin)
    if sign and not head[:begin].strip(" \t"):
        message = f"unexpected {quoted(sign[0])} at the start of the line"
        repair.remove(codes.SYNTAX_ERROR, begin, sign.end(), message)
        begin = sign.end()
    if _STRANGE.search(head, begin):
        better = report_bad_name(repair, begin, len(head), "an event's name")
        if len(better) == len(head) - begin:
            repair.name = Word(repair.start + begin, better)


# -- the parentheses


def _closed(repair: LineRepair, opening: int) -> tuple[int, int, int]:
    """Where the parameters after `opening` begin and end, and where the rest begins."""
    seen = repair.seen
    depth = last = inner_last = 0
    stop = repair.end
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
                return _unwrapped(repair, inner, inner_last, last)
        elif len(match[0]) < 2 or not match[0].endswith(("*/", "'")):
            stop = match.start()
            break
    if last and seen[inner : inner + 1] == "(":
        repair.remove(codes.SYNTAX_ERROR, inner, inner + 1, "this '(' is one too many")
        return inner + 1, last, last + 1
    return _unclosed(repair, opening + 1, stop)


def _unwrapped(repair: LineRepair, inner: int, inner_last: int, last: int) -> tuple[int, int, int]:
    """Report parentheses around all parameters, which open at column `inner`: `foo((int a))`."""
    if repair.seen[inner] == "(" and not repair.seen[inner_last + 1 : last].strip(" \t"):
        cuts = ((inner, inner + 1, ""), (last, last + 1, ""))
        repair.report(
            codes.SYNTAX_ERROR,
            inner,
            inner + 1,
            "the parameters are in two pairs of parentheses",
            None,
            cuts,
            cuts,
        )
        return inner + 1, inner_last, last + 1
    return inner, last, last + 1


def _unclosed(repair: LineRepair, begin: int, stop: int) -> tuple[int, int, int]:
    """Report the missing parenthesis at the end of the parameters, before column `stop`."""
    body = repair.seen[begin:stop].rstrip(" \t")
    while body.endswith("*/") and "/*" in body:
        stop = begin + body.rindex("/*")
        body = repair.seen[begin:stop].rstrip(" \t")
    end = begin + len(body)
    at_line_end = stop >= repair.end or repair.seen[stop] in "#/"
    if at_line_end and (body.endswith(",") or not body):
        if body:
            message, help = "expected a parameter and ')' after ','", _REST_HELP
        else:
            message, help = "expected parameters and ')' after '('", "write 'void)' if there are none"
        repair.report(codes.SYNTAX_ERROR, end, end, message, help)
        repair.drop(end - 1 if body else end, len(repair.seen), ")" if body else "void)")
        return begin, end - 1 if body else end, len(repair.seen)
    if body and _OTHER_CLOSING.get(body[-1], ")") not in body and body[-1] in _OTHER_CLOSING:
        patches = ((end - 1, end, ")"),)
        repair.report(
            codes.SYNTAX_ERROR, end - 1, end, f"expected ')', not {quoted(body[-1])}", None, patches, patches
        )
        return begin, end - 1, end
    comma = body.endswith((",", ";"))
    if comma:
        body = body[:-1].rstrip(" \t")
        end = begin + len(body)
    if not at_line_end and _format_within(repair, end, stop):
        return begin, end, stop
    after = _last_parameter(body)
    if comma:
        patches = ((end, stop, ") "),)
        repair.report(codes.SYNTAX_ERROR, end, end, f"expected ')' {after}", None, patches, patches)
    else:
        expected = "',' or ')'" if at_line_end else "')'"
        new = ")" if body else "void)"
        patches = ((end, end, new),)
        repair.report(
            codes.SYNTAX_ERROR,
            end,
            end,
            f"expected {expected} {after}",
            f"write {quoted(new)}" if not body else None,
            patches,
            patches if body else (),
        )
    return begin, end, stop


def _format_within(repair: LineRepair, end: int, stop: int) -> bool:
    """Report a format before the closing parenthesis, as in a call: `foo(int a, "%d")`."""
    tokens = [token for token in scan(repair.seen, stop) if token.text != ";"]
    if len(tokens) < 2 or tokens[-1].text != ")" or tokens[-2].kind not in ("string", "word"):
        return False
    closing = tokens[-1].start
    pieces = takewhile(lambda token: token.kind in ("string", "word"), tokens)
    last = max((piece.end for piece in pieces), default=stop + 1)
    opened = ") " if repair.seen[:end].rstrip(" \t")[-1:] != "(" else "void) "
    edits = ((end, stop, opened), (closing, closing + 1, ""))
    message = "the format is after the ')' of the parameters"
    repair.report(codes.SYNTAX_ERROR, stop, last, message, None, edits[:1], edits)
    repair.overwrite(closing, " ")
    return True


def _last_parameter(body: str) -> str:
    """What the expected character should follow, in words."""
    text = body[max(body.rfind(","), body.rfind("(")) + 1 :].strip(" \t")
    if not text:
        return "after '('"
    declared = parse_declaration(text) if len(text) < 200 else None
    if declared and declared.flaw is None and NAME.fullmatch(declared.name):
        return f"after parameter {quoted(declared.name)}"
    return f"after {quoted(text.split()[-1])}"


def _unopened(repair: LineRepair, stop: int) -> tuple[int, int, int] | None:
    """Report the missing `(` of an event whose format begins at column `stop`."""
    head = repair.seen[:stop]
    closing = head.find(")")
    names = list(NAME.finditer(head.partition(",")[0], 0, closing if closing >= 0 else len(head)))
    if not names:
        return None
    typed = next((i for i, name in enumerate(names) if i and is_type_word(name[0])), 0)
    disabled = len(names) > 1 and names[0][0] == "disable"
    name = names[typed - 1 if typed else int(disabled) if closing >= 0 else -1]
    repair.name = Word(repair.start + name.start(), name[0])
    at = name.end()
    message = f"expected '(' after {quoted(name[0])}"
    body = head[at : closing if closing >= 0 else len(head)].strip(" \t")
    help = f"write {quoted(name[0] + '(' + (body or 'void') + ')')}"
    if not body:
        repair.report(
            codes.SYNTAX_ERROR, at, at, message, help, ((at, at, "(void" if closing >= 0 else "(void)"),)
        )
        repair.lossy |= stop >= repair.end or "%" in repair.seen[stop:]
        return (at, at, closing + 1 if closing >= 0 else at)
    begin = at + len(head[at:]) - len(head[at:].lstrip(" \t"))
    if closing >= 0:
        patches = ((at, begin, "("),)
        repair.report(codes.SYNTAX_ERROR, at, at, message, help, patches, patches if typed else ())
        return begin, closing, closing + 1
    end = begin + len(body)
    repair.report(codes.SYNTAX_ERROR, at, at, message, help, ((at, begin, "("), (end, end, ")")))
    repair.lossy |= not typed
    return begin, end, end
