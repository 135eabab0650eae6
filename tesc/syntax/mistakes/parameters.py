"""What is wrong within an event's parameter list: declarators and signs that the language lacks."""

from __future__ import annotations

import re

from tesc.syntax.c_type import parse_declaration
from tesc.syntax.mistakes.declarations import is_type_word
from tesc.syntax.mistakes.draft import Draft, quoted
from tesc.syntax.mistakes.lookalikes import character
from tesc.syntax.mistakes.names import report_bad_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.mistakes.draft import Patch

_COMMENT = re.compile(r"/\*(?:.*?\*/|.*)")
_ARRAY = re.compile(r"([A-Za-z0-9_ \t*]+)(\[.*\])")
_FUNCTION = re.compile(r"([A-Za-z0-9_ \t*]+)\([ \t]*\*[ \t*]*([A-Za-z0-9_]*)[ \t]*\)[ \t]*\(.*\)")
_GROUPED = re.compile(r"([A-Za-z0-9_ \t*]+)\(([A-Za-z0-9_ \t*]+)\)")
_STRUCT_BODY = re.compile(r"([A-Za-z0-9_ \t]+)\{.*\}[ \t]*([A-Za-z0-9_ \t*]*)")
_LABELLED = re.compile(r"([A-Za-z0-9_]+)[ \t]*:[ \t]*([A-Za-z0-9_ \t*]+)")
_RUN = re.compile(r"[^ \t*]+")
# In what is longer no declaration is looked for: it keeps the work in proportion to the text.
_LONGEST = 200
_STRANGE = re.compile("[^A-Za-z0-9_ \t*]")


def mend_parameters(draft: Draft, begin: int, end: int) -> None:
    """Report and mend what is wrong between the parentheses, columns `begin` to `end`."""
    text = draft.seen[begin:end]
    for comment in _COMMENT.finditer(text):
        at = begin + comment.start()
        message = "a comment cannot stand within an item"
        draft.remove("TE001", at, begin + comment.end(), message)
        text = text[: comment.start()] + " " * len(comment[0]) + text[comment.end() :]
    pieces = _pieces(text)
    if len(pieces) > 1 and not any(text[a:b].strip(" \t,;") for a, b in pieces):
        at = begin + pieces[0][1]
        draft.report(
            "TE001",
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
            mend = ((at, at + 1, ","),)
            draft.report("TE001", at, at + 1, "parameters are separated by ',', not ';'", None, mend, mend)
        stripped = text[first:last].strip(" \t")
        if stripped:
            at = begin + first + text[first:last].index(stripped)
            known = len(draft.problems)
            _parameter(draft, at, stripped)
            if len(draft.problems) > known:
                draft.settled.append((at, at + len(stripped)))
        elif len(pieces) > 1:
            _empty(draft, begin + first, begin + last, index == len(pieces) - 1)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where the parameters begin and end, separators within brackets not counted."""
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


def _empty(draft: Draft, begin: int, end: int, last: bool) -> None:
    at = begin - 1 if last else end
    sign = draft.seen[at]
    place = "after" if last else "before"
    help = f"leave the {quoted(sign)} out"
    draft.report(
        "TE001", at, at + 1, f"expected a parameter {place} {quoted(sign)}", help, ((at, at + 1, ""),)
    )


def _parameter(draft: Draft, at: int, text: str) -> None:
    """One parameter, without the blanks around it, which begins at column `at`."""
    text = _without_default(draft, at, text)
    if not _STRANGE.search(text):
        return
    if text == "...":
        message = "an event cannot take a variable number of arguments"
        draft.report(
            "TE001", at, at + 3, message, "write each parameter, or format the text first: 'const char *msg'"
        )
        _stand_in(draft, at, text)
        return
    for pattern, explain in _SHAPES if len(text) < _LONGEST else ():
        match = pattern.fullmatch(text)
        if match and explain(draft, at, match):
            return
    if "&" in text and not _STRANGE.search(text.replace("&", "")):
        _reference(draft, at, text)
    else:
        _strange_words(draft, at, text)


def _stand_in(draft: Draft, at: int, text: str) -> None:
    """Put a parameter for one of which nothing can be made, so that the others are checked."""
    draft.drop(at, at + len(text), "int _")


def _without_default(draft: Draft, at: int, text: str) -> str:
    before, equals, _ = text.partition("=")
    if not equals or not before.strip(" \t"):
        return text
    kept = before.rstrip(" \t")
    begin = at + len(before)
    mend = ((at + len(kept), at + len(text), ""),)
    draft.report(
        "TE001",
        begin,
        at + len(text),
        "a parameter has no default value",
        f"write {quoted(kept)}",
        mend,
        mend,
    )
    return kept


def _array(draft: Draft, at: int, match: re.Match[str]) -> bool:
    text = match[1].rstrip(" \t")
    declared = parse_declaration(text)
    base = declared.type.text
    if base == "char":
        base = "const char"
    elif "][" in match[2].replace(" ", ""):
        base = "void"
    gap = "" if base.endswith("*") else " "
    mend = (
        (at + declared.name_start, at + declared.name_start, "*"),
        (at + len(text), at + len(match[0]), ""),
    )
    help = f"write {quoted(base + gap + '*' + (declared.name or 'NAME'))}"
    draft.report(
        "TE001", at + match.start(2), at + match.end(2), "a parameter cannot be an array", help, mend
    )
    return True


def _function(draft: Draft, at: int, match: re.Match[str]) -> bool:
    name = match[2] or "NAME"
    end = at + len(match[0])
    help = f"write {quoted('void *' + name)}"
    mend: tuple[Patch, ...]
    if match[2]:
        mend = ((at, at + match.start(2), "void *"), (at + match.end(2), end, ""))
    else:
        mend = ((at, end, "void *_"),)
    message = "a parameter cannot be a pointer to a function"
    draft.report("TE001", at, end, message, help, mend)
    return True


def _grouped(draft: Draft, at: int, match: re.Match[str]) -> bool:
    """`int (a)`: parentheses that mean nothing."""
    begin, end = at + match.start(2) - 1, at + match.end(2) + 1
    cuts = ((begin, begin + 1, ""), (end - 1, end, ""))
    help = f"write {quoted(match[1] + match[2])}"
    draft.report("TE001", begin, end, "a parameter's name stands without parentheses", help, cuts, cuts)
    return True


def _struct_body(draft: Draft, at: int, match: re.Match[str]) -> bool:
    begin, end = at + match[0].index("{"), at + match[0].rindex("}") + 1
    after = at + match.start(2)
    name = match[2].strip(" \t*") or "NAME"
    message = "a type cannot be defined in a parameter list"
    draft.report("TE001", begin, end, message, f"write {quoted('void *' + name)}", ((begin, after, ""),))
    return True


def _labelled(draft: Draft, at: int, match: re.Match[str]) -> bool:
    """`a: int`, as other languages have it, or `int a : 3`, a bit-field."""
    if not is_type_word(match[2].split(" ")[0].rstrip("*")) or is_type_word(match[1]):
        return False
    colon = at + match[0].index(":")
    better = parse_declaration(match[2].strip(" \t")).type.before(match[1])
    help = f"write {quoted(better)}"
    draft.report("TE001", colon, colon + 1, "the type stands before the name, without ':'", help)
    _stand_in(draft, at, match[0])
    return True


def _reference(draft: Draft, at: int, text: str) -> None:
    marks = tuple((at + i, at + i + 1, "") for i, char in enumerate(text) if char == "&")
    value = " ".join(text.replace("&", " ").split())
    pointer = value if "*" in value else parse_declaration(text.replace("&", "*")).text
    help = f"write {quoted(value)}, or {quoted(pointer)} for its address"
    draft.report("TE001", marks[0][0], marks[-1][1], "C has no references", help, marks)


def _strange_words(draft: Draft, at: int, text: str) -> None:
    """Report each word of a parameter that holds a character that the language lacks."""
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
            report_bad_name(draft, begin, end, "a parameter's name")
        elif named and re.search("::|<", run[0]):
            better = "const char *" if run[0] == "std::string" else "void *"
            message = f"{quoted(run[0])} is no type of C"
            draft.report("TE001", begin, end, message, f"write {quoted(better)}", ((begin, end, "int"),))
            draft.lossy = True
        elif named:
            report_bad_name(draft, begin, end, "a type")
            draft.lossy = True
        else:
            column = begin + bad.start()
            message = f"unexpected {character(bad[0])} in a parameter"
            draft.report(
                "TE001", column, column + 1, message, None, ((begin, end, _STRANGE.sub("", run[0])),)
            )
            draft.lossy = True


_SHAPES = (
    (_ARRAY, _array),
    (_FUNCTION, _function),
    (_GROUPED, _grouped),
    (_STRUCT_BODY, _struct_body),
    (_LABELLED, _labelled),
)
