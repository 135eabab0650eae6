"""What is wrong with include, prefix and disable directives."""

from __future__ import annotations

import re

from tesc.syntax.grammar import terminals
from tesc.syntax.mistakes.draft import NAME, Draft, quoted
from tesc.syntax.mistakes.includes import mend_include
from tesc.syntax.mistakes.leftovers import report_rest
from tesc.syntax.mistakes.lookalikes import character
from tesc.syntax.mistakes.names import closest, read_name, unquoted
from tesc.syntax.mistakes.tokens import Token, scan_words
from tesc.syntax.nodes import Disable, Prefix, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item

_PATTERN = re.compile(f"{terminals()['GLOB']}|{terminals()['NAME']}|[*]")
# A word with a format or with brackets around declarations.
_EVENT = re.compile("[A-Za-z0-9_]+[ \t]*(?:[\"'`]|[\\[{<][A-Za-z0-9_]+[ \t*])")
_PATTERN_HELP = "'*' stands for any characters, '?' for any one"
# How other languages call an include.
_SYNONYMS = frozenset("import includes load require source use".split())


def keyword_of(draft: Draft) -> str:
    """The directive that a line is meant to be, or ''; reports a keyword that is misspelt."""
    begin = len(draft.seen) - len(draft.seen.lstrip(" \t"))
    first = NAME.match(draft.seen, begin)
    if first is None:
        return ""
    word, rest = first[0], draft.seen[first.end() : draft.end].lstrip(" \t")
    if rest.startswith("("):
        return ""
    if word == "disable":
        # Behind `disable`, which is an event's property too, a format or a parenthesis tells.
        return "" if re.search("[()]", rest) or _EVENT.match(rest) else word
    if re.match("[A-Za-z0-9_]+[ \t]*[(]", rest):
        return ""  # the properties and name of an event
    if word in ("include", "prefix") or (word == "base" and re.match("[0-9]+|$", rest)):
        return word
    keyword = _meant(word, rest)
    if keyword:
        edit = (begin, first.end(), keyword)
        draft.report(
            "TE001",
            begin,
            first.end(),
            f"unknown directive {quoted(word)}",
            f"write '{keyword}'",
            edits=(edit,),
        )
    return keyword


def _meant(word: str, rest: str) -> str:
    """The keyword that a line which begins with another word was meant to begin with, or ''."""
    keyword = closest(word, ("include", "prefix", "disable"))
    if rest[:1] in ('"', "<", "'"):
        synonym = word.lower() in _SYNONYMS and re.fullmatch("[\"'<][^\"'<>]*[\"'>]", rest)
        return "include" if keyword == "include" or synonym else ""
    if re.search("[()\"']", rest) or not rest:
        return ""
    one_word = len(rest.split()) == 1
    return keyword if keyword == "disable" or one_word else ""


def mend_directive(draft: Draft, keyword: str) -> Item | None:
    """Report what is wrong with a directive; returns it as it was meant, if that is clear."""
    begin = len(draft.seen) - len(draft.seen.lstrip(" \t"))
    match = NAME.match(draft.seen, begin)
    assert match is not None
    if keyword == "include":
        return mend_include(draft, begin, match.end())
    if keyword == "prefix":
        return _prefix(draft, begin, match.end())
    if keyword == "disable":
        return _disable(draft, begin, match.end())
    message = "'base' is part of an include, not a directive"
    draft.report("TE001", begin, match.end(), message, "write 'include \"PATH\" base INTEGER'")
    return None


def _prefix(draft: Draft, begin: int, at: int) -> Prefix | None:
    tokens = scan_words(draft.seen, at)
    if tokens and tokens[0].text in ("=", ":"):
        draft.remove("TE001", tokens[0].start, tokens[0].end, f"no {quoted(tokens[0].text)} follows 'prefix'")
        del tokens[0]
    if not tokens or tokens[0].kind == "comment":
        draft.report("TE001", at, at, "expected a name after 'prefix'", "write 'prefix NAME'")
        return None
    name = read_name(draft, tokens[0], "a prefix")
    report_rest(draft, tokens[1:])
    return Prefix(draft.start + begin, draft.start + tokens[0].end, draft.line, name) if name else None


def _disable(draft: Draft, begin: int, at: int) -> Disable | None:
    patterns: list[Word] = []
    before: Token | None = None  # the pattern or comma before
    tokens = scan_words(draft.seen, at)
    for index, token in enumerate(tokens):
        if token.kind == "comment" or token.text == ";":
            report_rest(draft, tokens[index:])
            break
        if token.text == ",":
            if before is None or before.text == ",":
                help = "leave the ',' out"
                draft.report("TE001", token.start, token.end, "expected a pattern before ','", help)
        else:
            if before is not None and before.text != ",":
                place = before.end
                message = f"expected ',' after {quoted(before.text)}"
                help = f"write {quoted(f'{before.text}, {token.text}')}"
                draft.report("TE001", place, place, message, help, edits=((place, place, ","),))
            word = _pattern(draft, token)
            patterns.extend([word] if word else [])
        before = token
    if before is None:
        draft.report("TE001", at, at, "expected a pattern after 'disable'", "write 'disable PATTERN'")
    elif before.text == "," and any(token.text != "," for token in tokens):
        draft.report("TE001", before.start, before.end, "expected a pattern after ','", "leave the ',' out")
    if not patterns or before is None:
        return None
    return Disable(draft.start + begin, draft.start + before.end, draft.line, tuple(patterns))


def _pattern(draft: Draft, token: Token) -> Word | None:
    begin, text = unquoted(draft, token, "a pattern")
    if _PATTERN.fullmatch(text):
        return Word(draft.start + begin, text)
    bad = re.search("[^A-Za-z0-9_*?]", text)
    at = begin + bad.start() if bad else begin
    message = f"{character(bad[0])} cannot stand in a pattern" if bad else "an empty pattern"
    better = re.sub("[-.]", "_", text.replace(".*", "*"))
    help = f"write {quoted(better)}" if _PATTERN.fullmatch(better) else _PATTERN_HELP
    draft.report("TE001", at, at + 1, message, help)
    return None
