"""Reports what is wrong with an include's path, prefix and base."""

from __future__ import annotations

import re

from tesc import codes
from tesc.records import record
from tesc.syntax.grammar import terminals
from tesc.syntax.nodes import Include, Word
from tesc.syntax.recovery.leftovers import report_rest
from tesc.syntax.recovery.names import closest, read_name
from tesc.syntax.recovery.repair import STRING, LineRepair, quoted
from tesc.syntax.recovery.tokens import Token, scan_words
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.recovery.repair import Patch

_INTEGER = re.compile(terminals()["INTEGER"])
_SUFFIXED = re.compile(f"({terminals()['INTEGER']})[uUlL]+")
_SHIFT = re.compile(r"\(?[ \t]*([0-9]{1,6})[uUlL]*[ \t]*<<[ \t]*([0-9]{1,2})[ \t]*\)?")
_BARE_HEX = re.compile("([0-9A-Fa-f]{1,16})[hH]?")
_OPERATOR = re.compile(r"[-+*/|&^()<>]+|[-+*/|&^()<>]*[0-9][0-9A-Za-z]*[-+*/|&^()<>]*")


@record
class _Path:
    """The path of an include: where it begins and ends, including quotes, and its text."""

    start: int
    end: int
    text: str


def repair_include(repair: LineRepair, begin: int, at: int) -> Include | None:
    """Report what is wrong with the include whose keyword is at columns `begin` to `at`."""
    path = _path(repair, at)
    if path is None:
        return None
    clauses = _Clauses(repair, scan_words(repair.seen, path.end))
    clauses.read()
    if repair.lossy:
        return None
    span = Span(repair.start + path.start, repair.start + path.end)
    end = repair.start + max(path.end, clauses.end)
    return Include(
        start=repair.start + begin,
        end=end,
        line=repair.line,
        path=path.text,
        path_span=span,
        prefix=clauses.prefix,
        base=clauses.base,
    )


def _path(repair: LineRepair, at: int) -> _Path | None:
    begin = at + len(repair.seen[at:]) - len(repair.seen[at:].lstrip(" \t"))
    rest = repair.seen[begin : repair.end]
    whole = STRING.match(rest)
    if whole:
        return _Path(begin, begin + whole.end(), repair.text[begin + 1 : begin + whole.end() - 1])
    bracketed = re.match("<([^<>]*)>|'([^'\"]*)'", rest)
    if bracketed:
        end = begin + bracketed.end()
        edits: tuple[Patch, ...] = ((begin, begin + 1, '"'), (end - 1, end, '"'))
        help = f"""write '"{bracketed[0][1:-1]}"'"""
        repair.report(codes.SYNTAX_ERROR, begin, end, "a path is in double quotes", help, edits=edits)
        return _Path(begin, end, repair.text[begin + 1 : end - 1])
    word = re.match('"?([^ \t",;]+)"?', rest)
    if word is None or word[1] in ("prefix", "base") or word[1][0] in "#=" or rest.startswith(("//", "/*")):
        repair.report(
            codes.SYNTAX_ERROR,
            at,
            at,
            "expected a path in quotes after 'include'",
            "write 'include \"PATH\"'",
        )
        return None
    end = begin + word.end()
    edits = ((begin, begin, '"'),) * (rest[0] != '"') + ((end, end, '"'),) * (word[0][-1] != '"')
    code, message = (
        (codes.INVALID_STRING, "this path has no closing quote")
        if rest[0] == '"'
        else (codes.SYNTAX_ERROR, "a path must be in quotes")
    )
    repair.report(code, begin, end, message, f"""write '"{word[1]}"'""", edits=edits)
    return _Path(begin, end, repair.text[begin + word.start(1) : begin + word.end(1)])


class _Clauses:
    """Reads what follows an include's path."""

    def __init__(self, repair: LineRepair, tokens: list[Token]) -> None:
        self._draft = repair
        self._tokens = tokens
        self._base_start = -1
        self.prefix: Word | None = None
        self.base: Word | None = None
        self.end = 0

    def read(self) -> None:
        self._punctuation()
        while self._tokens:
            token = self._tokens[0]
            word = "prefix" if token.text == "as" else closest(token.text, ("prefix", "base"))
            if token.kind == "comment" or not word:
                report_rest(self._draft, self._tokens)
                return
            del self._tokens[0]
            self.end = token.end
            if token.text != word:
                edit = ((token.start, token.end, word),)
                message = f"unexpected {quoted(token.text)} in an include"
                self._draft.report(
                    codes.SYNTAX_ERROR, token.start, token.end, message, f"write '{word}'", edits=edit
                )
            if word == "prefix":
                self._prefix(token)
            else:
                self._base(token)

    def _punctuation(self) -> None:
        """Report punctuation between the parts, as in the option `--include`."""
        end = next((i for i, token in enumerate(self._tokens) if token.kind == "comment"), len(self._tokens))
        marks = [token for token in self._tokens[:end] if token.text in (",", "=")]
        if marks:
            first = marks[0]
            message = f"an include has no {quoted(first.text)}"
            edits = tuple((mark.start, mark.end, " ") for mark in marks)
            self._draft.report(
                codes.SYNTAX_ERROR, first.start, first.end, message, "write a space", edits=edits
            )
        self._tokens = [token for token in self._tokens[:end] if token not in marks] + self._tokens[end:]

    def _prefix(self, token: Token) -> None:
        repair, tokens = self._draft, self._tokens
        base_follows = tokens[1:] and tokens[0].text == "base" and _INTEGER.fullmatch(tokens[1].text)
        if not tokens or tokens[0].kind == "comment" or (base_follows and not tokens[2:]):
            repair.report(
                codes.SYNTAX_ERROR, token.end, token.end, f"expected a name after {quoted(token.text)}"
            )
            return
        value = tokens.pop(0)
        self.end = value.end
        if self.prefix is not None:
            repair.report(
                codes.SYNTAX_ERROR,
                token.start,
                value.end,
                "a second 'prefix': an include has only one",
                "remove one",
            )
            return
        self.prefix = read_name(repair, value, "a prefix")
        repair.lossy |= self.prefix is None
        if self._base_start >= 0:
            text = repair.seen[token.start : value.end]
            edits = (
                (self._base_start, self._base_start, text + " "),
                (_blank(repair, token.start), value.end, ""),
            )
            repair.report(
                codes.SYNTAX_ERROR, token.start, value.end, "'prefix' comes before 'base'", edits=edits
            )

    def _base(self, token: Token) -> None:
        repair, tokens = self._draft, self._tokens
        if not tokens or tokens[0].kind == "comment" or tokens[0].text == "prefix":
            repair.report(codes.SYNTAX_ERROR, token.end, token.end, "expected an integer after 'base'")
            return
        value = tokens.pop(0)
        while tokens and _OPERATOR.fullmatch(tokens[0].text):
            value = Token("word", value.start, tokens[0].end, repair.seen[value.start : tokens.pop(0).end])
        self.end = value.end
        if self._base_start >= 0:
            repair.report(
                codes.SYNTAX_ERROR,
                token.start,
                value.end,
                "a second 'base': an include has only one",
                "remove one",
            )
            return
        self._base_start = token.start
        self.base = _integer(repair, value)


def _blank(repair: LineRepair, at: int) -> int:
    """The column at which the spaces before a column begin."""
    return len(repair.seen[:at].rstrip(" \t"))


def _integer(repair: LineRepair, token: Token) -> Word | None:
    text = token.text
    if _INTEGER.fullmatch(text):
        return Word(repair.start + token.start, text)
    suffixed = _SUFFIXED.fullmatch(text)
    if suffixed:
        begin = token.start + suffixed.end(1)
        message = f"an integer without suffix is expected, not {quoted(text)}"
        repair.remove(codes.SYNTAX_ERROR, begin, token.end, message, f"write {quoted(suffixed[1])}")
        return Word(repair.start + token.start, suffixed[1])
    shift, bare = _SHIFT.fullmatch(text), _BARE_HEX.fullmatch(text)
    better = ""
    if shift:
        better = hex(int(shift[1]) << int(shift[2]))
    elif bare:
        better = "0x" + bare[1]
    elif "_" in text and _INTEGER.fullmatch(text.replace("_", "")):
        better = text.replace("_", "")
    message = f"a base is a decimal or 0x hexadecimal integer, not {quoted(text)}"
    repair.report(
        codes.SYNTAX_ERROR, token.start, token.end, message, f"write {quoted(better)}" if better else None
    )
    return None
