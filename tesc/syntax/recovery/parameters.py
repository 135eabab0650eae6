"""Reports what is wrong in an event's parameter list: declarators and invalid characters."""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.c_type import parse_declaration, with_name
from tesc.syntax.recovery.declarations import is_type_word
from tesc.syntax.recovery.lookalikes import character
from tesc.syntax.recovery.names import report_bad_name
from tesc.syntax.recovery.repair import LineRepair, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.recovery.repair import Patch

_COMMENT = re.compile(r"/\*(?:.*?\*/|.*)")
_ARRAY = re.compile(r"([A-Za-z0-9_ \t*]+)(\[.*\])")
_FUNCTION = re.compile(r"([A-Za-z0-9_ \t*]+)\([ \t]*\*[ \t*]*([A-Za-z0-9_]*)[ \t]*\)[ \t]*\(.*\)")
_GROUPED = re.compile(r"([A-Za-z0-9_ \t*]+)\(([A-Za-z0-9_ \t*]+)\)")
_STRUCT_BODY = re.compile(r"([A-Za-z0-9_ \t]+)\{.*\}[ \t]*([A-Za-z0-9_ \t*]*)")
_LABELLED = re.compile(r"([A-Za-z0-9_]+)[ \t]*:[ \t]*([A-Za-z0-9_ \t*]+)")
_RUN = re.compile(r"[^ \t*]+")
# Longer text is not searched for declarations, to keep the time linear.
_LONGEST = 200
_STRANGE = re.compile("[^A-Za-z0-9_ \t*]")


def repair_parameters(repair: LineRepair, begin: int, end: int) -> None:
    """Report and repair what is wrong between the parentheses, columns `begin` to `end`."""
    text = repair.seen[begin:end]
    for comment in _COMMENT.finditer(text):
        at = begin + comment.start()
        message = "a comment cannot be inside an item"
        repair.remove(codes.SYNTAX_ERROR, at, begin + comment.end(), message)
        text = text[: comment.start()] + " " * len(comment[0]) + text[comment.end() :]
    pieces = _pieces(text)
    if len(pieces) > 1 and not any(text[a:b].strip(" \t,;") for a, b in pieces):
        at = begin + pieces[0][1]
        repair.report(
            codes.SYNTAX_ERROR,
            at,
            at + 1,
            "expected a parameter before ','",
            "write 'void' for none",
            ((begin, end, "void"),),
        )
        return
    for index, (first, last) in enumerate(pieces):
        if index and text[first - 1] == ";" and text[first:last].strip(" \t"):
            at = begin + first - 1
            patches = ((at, at + 1, ","),)
            repair.report(
                codes.SYNTAX_ERROR,
                at,
                at + 1,
                "parameters are separated by ',', not ';'",
                None,
                patches,
                patches,
            )
        stripped = text[first:last].strip(" \t")
        if stripped:
            at = begin + first + text[first:last].index(stripped)
            known = len(repair.errors)
            _parameter(repair, at, stripped)
            if len(repair.errors) > known:
                repair.settled.append((at, at + len(stripped)))
        elif len(pieces) > 1:
            _empty(repair, begin + first, begin + last, index == len(pieces) - 1)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where each parameter begins and ends; separators in brackets do not count."""
    pieces = []
    depth = start = 0
    for at, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char in ",;" and depth <= 0:
            pieces.append((start, at))
            start = at + 1
    return [*pieces, (start, len(text))]


def _empty(repair: LineRepair, begin: int, end: int, last: bool) -> None:
    at = begin - 1 if last else end
    sign = repair.seen[at]
    place = "after" if last else "before"
    help = f"remove the {quoted(sign)}"
    repair.report(
        codes.SYNTAX_ERROR,
        at,
        at + 1,
        f"expected a parameter {place} {quoted(sign)}",
        help,
        ((at, at + 1, ""),),
    )


def _parameter(repair: LineRepair, at: int, text: str) -> None:
    """Report on one parameter at column `at`, without the spaces around it."""
    text = _without_default(repair, at, text)
    if not _STRANGE.search(text):
        return
    if text == "...":
        message = "an event cannot take a variable number of arguments"
        repair.report(
            codes.SYNTAX_ERROR,
            at,
            at + 3,
            message,
            "write each parameter, or format the text first: 'const char *msg'",
        )
        _stand_in(repair, at, text)
        return
    for pattern, explain in _SHAPES if len(text) < _LONGEST else ():
        match = pattern.fullmatch(text)
        if match and explain(repair, at, match):
            return
    if "&" in text and not _STRANGE.search(text.replace("&", "")):
        _reference(repair, at, text)
    else:
        _strange_words(repair, at, text)


def _stand_in(repair: LineRepair, at: int, text: str) -> None:
    """Put a placeholder for a parameter that cannot be repaired, so that the others are checked."""
    repair.drop(at, at + len(text), "int _")


def _without_default(repair: LineRepair, at: int, text: str) -> str:
    before, equals, _ = text.partition("=")
    if not equals or not before.strip(" \t"):
        return text
    kept = before.rstrip(" \t")
    begin = at + len(before)
    patches = ((at + len(kept), at + len(text), ""),)
    repair.report(
        codes.SYNTAX_ERROR,
        begin,
        at + len(text),
        "a parameter has no default value",
        f"write {quoted(kept)}",
        patches,
        patches,
    )
    return kept


def _array(repair: LineRepair, at: int, match: re.Match[str]) -> bool:
    text = match[1].rstrip(" \t")
    declared = parse_declaration(text)
    base = declared.type.text
    if base == "char":
        base = "const char"
    elif "][" in match[2].replace(" ", ""):
        base = "void"
    patches = (
        (at + declared.name_start, at + declared.name_start, "*"),
        (at + len(text), at + len(match[0]), ""),
    )
    help = f"write {quoted(with_name(base, '*' + (declared.name or 'NAME')))}"
    repair.report(
        codes.SYNTAX_ERROR,
        at + match.start(2),
        at + match.end(2),
        "a parameter cannot be an array",
        help,
        patches,
    )
    return True


def _function(repair: LineRepair, at: int, match: re.Match[str]) -> bool:
    name = match[2] or "NAME"
    end = at + len(match[0])
    help = f"write {quoted('void *' + name)}"
    patches: tuple[Patch, ...]
    if match[2]:
        patches = ((at, at + match.start(2), "void *"), (at + match.end(2), end, ""))
    else:
        patches = ((at, end, "void *_"),)
    message = "a parameter cannot be a pointer to a function"
    repair.report(codes.SYNTAX_ERROR, at, end, message, help, patches)
    return True


def _grouped(repair: LineRepair, at: int, match: re.Match[str]) -> bool:
    """Report parentheses without meaning: `int (a)`."""
    begin, end = at + match.start(2) - 1, at + match.end(2) + 1
    cuts = ((begin, begin + 1, ""), (end - 1, end, ""))
    help = f"write {quoted(match[1] + match[2])}"
    repair.report(
        codes.SYNTAX_ERROR, begin, end, "a parameter's name must not be in parentheses", help, cuts, cuts
    )
    return True


def _struct_body(repair: LineRepair, at: int, match: re.Match[str]) -> bool:
    begin, end = at + match[0].index("{"), at + match[0].rindex("}") + 1
    after = at + match.start(2)
    name = match[2].strip(" \t*") or "NAME"
    message = "a type cannot be defined in a parameter list"
    repair.report(
        codes.SYNTAX_ERROR, begin, end, message, f"write {quoted('void *' + name)}", ((begin, after, ""),)
    )
    return True


def _labelled(repair: LineRepair, at: int, match: re.Match[str]) -> bool:
    """Report `a: int`, as in other languages, or `int a : 3`, a bit-field."""
    if not is_type_word(match[2].split(" ")[0].rstrip("*")) or is_type_word(match[1]):
        return False
    colon = at + match[0].index(":")
    better = parse_declaration(match[2].strip(" \t")).type.before(match[1])
    help = f"write {quoted(better)}"
    repair.report(codes.SYNTAX_ERROR, colon, colon + 1, "the type is before the name, without ':'", help)
    _stand_in(repair, at, match[0])
    return True


def _reference(repair: LineRepair, at: int, text: str) -> None:
    marks = tuple((at + i, at + i + 1, "") for i, char in enumerate(text) if char == "&")
    value = " ".join(text.replace("&", " ").split())
    pointer = value if "*" in value else parse_declaration(text.replace("&", "*")).text
    help = f"write {quoted(value)}, or {quoted(pointer)} for its address"
    repair.report(codes.SYNTAX_ERROR, marks[0][0], marks[-1][1], "C has no references", help, marks)


def _strange_words(repair: LineRepair, at: int, text: str) -> None:
    """Report each word of a parameter that has an invalid character."""
    runs = list(_RUN.finditer(text))
    for index, run in enumerate(runs):
        bad = _STRANGE.search(run[0])
        if not bad:
            continue
        begin, end = at + run.start(), at + run.end()
        is_name = index == len(runs) - 1 and index > 0
        named = any(char.isalnum() for char in run[0]) and all(
            char in "-.:$" or not char.isascii() for char in _STRANGE.findall(run[0])
        )
        if named and is_name:
            report_bad_name(repair, begin, end, "a parameter's name")
        elif named and re.search("::|<", run[0]):
            better = "const char *" if run[0] == "std::string" else "void *"
            message = f"{quoted(run[0])} is not a type of C"
            repair.report(
                codes.SYNTAX_ERROR, begin, end, message, f"write {quoted(better)}", ((begin, end, "int"),)
            )
            repair.lossy = True
        elif named:
            report_bad_name(repair, begin, end, "a type")
            repair.lossy = True
        else:
            column = begin + bad.start()
            message = f"unexpected {character(bad[0])} in a parameter"
            repair.report(
                codes.SYNTAX_ERROR,
                column,
                column + 1,
                message,
                None,
                ((begin, end, _STRANGE.sub("", run[0])),),
            )
            repair.lossy = True


_SHAPES = (
    (_ARRAY, _array),
    (_FUNCTION, _function),
    (_GROUPED, _grouped),
    (_STRUCT_BODY, _struct_body),
    (_LABELLED, _labelled),
)
