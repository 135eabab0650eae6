"""Reports what is wrong with include, prefix and disable directives."""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.grammar import terminals
from tesc.syntax.nodes import Disable, Prefix, Word
from tesc.syntax.recovery.includes import repair_include
from tesc.syntax.recovery.leftovers import report_rest
from tesc.syntax.recovery.lookalikes import character
from tesc.syntax.recovery.names import closest, read_name, unquoted
from tesc.syntax.recovery.repair import NAME, LineRepair, quoted
from tesc.syntax.recovery.tokens import Token, scan_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item

_PATTERN = re.compile(f"{terminals()['GLOB']}|{terminals()['NAME']}|[*]")
# A word with a format or with brackets around declarations.
_EVENT = re.compile("[A-Za-z0-9_]+[ \t]*(?:[\"'`]|[\\[{<][A-Za-z0-9_]+[ \t*])")
_PATTERN_HELP = "'*' stands for any characters, '?' for any one"
# Keywords of other languages that mean include.
_SYNONYMS = frozenset("import includes load require source use".split())


def keyword_of(repair: LineRepair) -> str:
    """The directive that a line is meant to be, or ''; reports a misspelt keyword."""
    begin = len(repair.seen) - len(repair.seen.lstrip(" \t"))
    first = NAME.match(repair.seen, begin)
    if first is None:
        return ""
    word, rest = first[0], repair.seen[first.end() : repair.end].lstrip(" \t")
    if rest.startswith("("):
        return ""
    if word == "disable":
        # `disable` is also a property: a format or a parenthesis after it decides.
        return "" if re.search("[()]", rest) or _EVENT.match(rest) else word
    if re.match("[A-Za-z0-9_]+[ \t]*[(]", rest):
        return ""  # an event's properties and name
    if word in ("include", "prefix") or (word == "base" and re.match("[0-9]+|$", rest)):
        return word
    keyword = _meant(word, rest)
    if keyword:
        edit = (begin, first.end(), keyword)
        repair.report(
            codes.SYNTAX_ERROR,
            begin,
            first.end(),
            f"unknown directive {quoted(word)}",
            f"write '{keyword}'",
            edits=(edit,),
        )
    return keyword


def _meant(word: str, rest: str) -> str:
    """The keyword that the first word of a line was probably meant to be, or ''."""
    keyword = closest(word, ("include", "prefix", "disable"))
    if rest[:1] in ('"', "<", "'"):
        synonym = word.lower() in _SYNONYMS and re.fullmatch("[\"'<][^\"'<>]*[\"'>]", rest)
        return "include" if keyword == "include" or synonym else ""
    if re.search("[()\"']", rest) or not rest:
        return ""
    one_word = len(rest.split()) == 1
    return keyword if keyword == "disable" or one_word else ""


def repair_directive(repair: LineRepair, keyword: str) -> Item | None:
    """Report the errors of a directive; returns the one that the author intended, if that is clear."""
    begin = len(repair.seen) - len(repair.seen.lstrip(" \t"))
    match = NAME.match(repair.seen, begin)
    assert match is not None
    if keyword == "include":
        return repair_include(repair, begin, match.end())
    if keyword == "prefix":
        return _prefix(repair, begin, match.end())
    if keyword == "disable":
        return _disable(repair, begin, match.end())
    message = "'base' is part of an include, not a directive"
    repair.report(codes.SYNTAX_ERROR, begin, match.end(), message, "write 'include \"PATH\" base INTEGER'")
    return None


def _prefix(repair: LineRepair, begin: int, at: int) -> Prefix | None:
    tokens = scan_words(repair.seen, at)
    if tokens and tokens[0].text in ("=", ":"):
        repair.remove(
            codes.SYNTAX_ERROR,
            tokens[0].start,
            tokens[0].end,
            f"a prefix has no {quoted(tokens[0].text)}",
        )
        del tokens[0]
    if not tokens or tokens[0].kind == "comment":
        repair.report(codes.SYNTAX_ERROR, at, at, "expected a name after 'prefix'", "write 'prefix NAME'")
        return None
    name = read_name(repair, tokens[0], "a prefix")
    report_rest(repair, tokens[1:])
    return Prefix(repair.start + begin, repair.start + tokens[0].end, repair.line, name) if name else None


def _disable(repair: LineRepair, begin: int, at: int) -> Disable | None:
    patterns: list[Word] = []
    before: Token | None = None  # the pattern or comma before
    tokens = scan_words(repair.seen, at)
    for index, token in enumerate(tokens):
        if token.kind == "comment" or token.text == ";":
            report_rest(repair, tokens[index:])
            break
        if token.text == ",":
            if before is None or before.text == ",":
                help = "remove the ','"
                repair.report(
                    codes.SYNTAX_ERROR, token.start, token.end, "expected a pattern before ','", help
                )
        else:
            if before is not None and before.text != ",":
                place = before.end
                message = f"expected ',' after {quoted(before.text)}"
                help = f"write {quoted(f'{before.text}, {token.text}')}"
                repair.report(codes.SYNTAX_ERROR, place, place, message, help, edits=((place, place, ","),))
            word = _pattern(repair, token)
            patterns.extend([word] if word else [])
        before = token
    if before is None:
        repair.report(
            codes.SYNTAX_ERROR, at, at, "expected a pattern after 'disable'", "write 'disable PATTERN'"
        )
    elif before.text == "," and any(token.text != "," for token in tokens):
        repair.report(
            codes.SYNTAX_ERROR, before.start, before.end, "expected a pattern after ','", "remove the ','"
        )
    if not patterns or before is None:
        return None
    return Disable(repair.start + begin, repair.start + before.end, repair.line, tuple(patterns))


def _pattern(repair: LineRepair, token: Token) -> Word | None:
    begin, text = unquoted(repair, token, "a pattern")
    if _PATTERN.fullmatch(text):
        return Word(repair.start + begin, text)
    bad = re.search("[^A-Za-z0-9_*?]", text)
    at = begin + bad.start() if bad else begin
    message = f"{character(bad[0])} cannot be in a pattern" if bad else "an empty pattern"
    better = re.sub("[-.]", "_", text.replace(".*", "*"))
    help = f"write {quoted(better)}" if _PATTERN.fullmatch(better) else _PATTERN_HELP
    repair.report(codes.SYNTAX_ERROR, at, at + 1, message, help)
    return None
