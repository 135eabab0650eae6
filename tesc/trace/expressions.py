"""Parses conditions on records, as users write them, to a tree.

    dev == 0x55d0 and len > 4096 and (name ~ "disk*" or not flags & 0x10)

A condition compares arguments, and the record's own `name`, `pid` and `time`, with numbers, text or each
other. An argument with one of these names takes precedence; `record.name`, `record.pid` and `record.time` are
always the record's. tesc.trace.conditions determines what names mean for an event.
"""

from __future__ import annotations

import re

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn, Union

    Operand = Union["Name", "Masked", "Number", "Text", "Time"]
    Condition = Union["Comparison", "Truth", "Negation", "Every", "Some"]

ORDERING = ("<", "<=", ">", ">=")
MATCHING = ("~", "!~")
# The opposite of each comparison.
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "~": "!~", "!~": "~"}
RECORD_NAMES = ("name", "pid", "time")
# Deeper nesting would exhaust Python's stack.
_MOST_NESTED = 100
_LONGEST = 1 << 16
_NANOSECONDS = {"ns": 0, "us": 3, "ms": 6, "s": 9}

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<time>\+?\d+(?:\.\d+)?(?:ns|us|ms|s)\b|\+\d+(?:\.\d+)?\b)
    |(?P<number>0[xX][0-9a-fA-F]+\b|0[bB][01]+\b|\d+\b)
    |(?P<name>(?:record\.)?[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>==|!=|<=|>=|&&|\|\||!~|[<>~!&()-])
    )""",
    re.X | re.S | re.A,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_WORDS = {"and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not"}
_CONSTANTS = {"true": 1, "false": 0, "NULL": 0}
_MISTAKEN = {
    "=~": 'write ~ and a pattern with * and ?, as in name ~ "disk*"',
    "=": "write == to compare",
    "/": "a pattern is text in quotes, with * and ?",
}


class BadExpression(Exception):
    """An invalid condition; `start` and `stop` are the offsets of the error in its text."""

    def __init__(self, message: str, start: int, stop: int, text: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.stop = max(stop, start + 1)
        self.text = text

    def pictured(self) -> str:
        """The message, and below it the line of the expression with carets under the error."""
        before = self.text.rfind("\n", 0, self.start) + 1
        end = self.text.find("\n", self.start)
        line = self.text[before : end if end >= 0 else len(self.text)]
        indent = "".join("\t" if one == "\t" else " " for one in line[: self.start - before])
        carets = "^" * max(1, min(self.stop - before, len(line)) - (self.start - before))
        return f"{self.message}\n    {line}\n    {indent}{carets}"


@record
class Name:
    """An argument, or with `own` one of the record's own names."""

    name: str
    own: bool
    start: int
    stop: int


@record
class Number:
    value: int
    start: int
    stop: int


@record
class Text:
    value: str
    start: int
    stop: int


@record
class Time:
    """A time in nanoseconds, from the first record on if `relative`."""

    nanoseconds: int
    relative: bool
    start: int
    stop: int


@record
class Masked:
    """`name & mask`."""

    name: Name
    mask: Number

    @property
    def start(self) -> int:
        return min(self.name.start, self.mask.start)

    @property
    def stop(self) -> int:
        return max(self.name.stop, self.mask.stop)


@record
class Comparison:
    """A comparison; `start` and `stop` are the operator's offsets."""

    operator: str
    left: Operand
    right: Operand
    start: int
    stop: int


@record
class Truth:
    """Whether a number is not 0 or, if `wanted` is false, whether it is 0."""

    operand: Operand
    wanted: bool = True


@record
class Negation:
    condition: Condition


@record
class Every:
    conditions: tuple[Condition, ...]


@record
class Some:
    conditions: tuple[Condition, ...]


def parse_expression(text: str) -> Condition:
    """The tree of a condition; negations are already applied to its comparisons. Raises BadExpression."""
    return positive(_Parser(text).whole())


def positive(condition: Condition, negated: bool = False) -> Condition:
    """A condition without `not`: negated comparisons are replaced by their opposites.

    A comparison with an argument that an event does not have is false, even under a `not`.
    """
    if isinstance(condition, Negation):
        return positive(condition.condition, not negated)
    if isinstance(condition, (Every, Some)):
        parts = tuple([positive(one, negated) for one in condition.conditions])
        return Every(parts) if isinstance(condition, Every) != negated else Some(parts)
    if not negated:
        return condition
    if isinstance(condition, Truth):
        return Truth(condition.operand, not condition.wanted)
    return Comparison(
        operator=OPPOSITE[condition.operator],
        left=condition.left,
        right=condition.right,
        start=condition.start,
        stop=condition.stop,
    )


def operands(condition: Condition) -> list[Operand]:
    """All operands, in the order of the text."""
    if isinstance(condition, (Every, Some)):
        return [operand for one in condition.conditions for operand in operands(one)]
    if isinstance(condition, Negation):
        return operands(condition.condition)
    return [condition.operand] if isinstance(condition, Truth) else [condition.left, condition.right]


def names_in(condition: Condition) -> list[Name]:
    found = [one.name if isinstance(one, Masked) else one for one in operands(condition)]
    return [one for one in found if isinstance(one, Name)]


@record
class _Token:
    kind: str
    text: str
    start: int
    stop: int


class _Parser:
    """A recursive-descent parser: or, and, not, comparison, operand."""

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) > _LONGEST:
            raise BadExpression(f"more than {_LONGEST:,} characters", 0, 1, text[:60])
        self._tokens = self._tokenized()
        self._at = 0
        self._depth = 0

    def _tokenized(self) -> list[_Token]:
        tokens, at, text = [], 0, self._text
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                start = at + len(text[at:]) - len(text[at:].lstrip())
                self._not_a_token(start)
            kind = match.lastgroup or ""
            tokens.append(_Token(kind, match[kind], match.start(kind), match.end()))
            at = match.end()
        return [*tokens, _Token("end", "", end, end + 1)]

    def _not_a_token(self, start: int) -> NoReturn:
        text = self._text
        if text[start] in "\"'":
            raise BadExpression("this text has no closing quote", start, len(text), text)
        for wrong, instead in _MISTAKEN.items():
            if text.startswith(wrong, start):
                raise BadExpression(instead, start, start + len(wrong), text)
        word = re.compile(r"[\w.]+|.", re.S).match(text, start)
        stop = word.end() if word else start + 1
        what = "not a number" if text[start].isdigit() else "not expected here"
        raise BadExpression(f"'{text[start:stop]}' is {what}", start, stop, text)

    def whole(self) -> Condition:
        if self._tokens[0].kind == "end":
            raise BadExpression("an empty condition", 0, 1, self._text)
        found = self._some()
        token = self._tokens[self._at]
        if token.kind != "end":
            if token.text == ")":
                self._fail("this closes nothing")
            if token.text in ("==", "!=", *ORDERING, *MATCHING):
                self._fail("one comparison at a time: join two with 'and'")
            self._fail(f"expected 'and', 'or' or the end, not {self._shown(token)}")
        return found

    def _fail(self, message: str) -> NoReturn:
        token = self._tokens[self._at]
        raise BadExpression(message, token.start, token.stop, self._text)

    @staticmethod
    def _shown(token: _Token) -> str:
        return "the end" if token.kind == "end" else f"'{token.text}'"

    def _word(self) -> str:
        """`and`, `or` or `not`, in any case; otherwise ''."""
        return _WORDS.get(self._tokens[self._at].text, "")

    def _joined(self, word: str, part: Callable[[], Condition], make: Callable[..., Condition]) -> Condition:
        found = [part()]
        while self._word() == word:
            self._at += 1
            found.append(part())
        return found[0] if len(found) == 1 else make(tuple(found))

    def _some(self) -> Condition:
        return self._joined("or", self._every, Some)

    def _every(self) -> Condition:
        return self._joined("and", self._negation, Every)

    def _negation(self) -> Condition:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            self._fail(f"more than {_MOST_NESTED} nested parentheses and negations")
        try:
            if self._word() == "not":
                self._at += 1
                return Negation(self._negation())
            if self._tokens[self._at].text == "(":
                return self._parenthesis()
            return self._comparison()
        finally:
            self._depth -= 1

    def _parenthesis(self) -> Condition:
        opening = self._tokens[self._at]
        self._at += 1
        found = self._some()
        if self._tokens[self._at].text != ")":
            if self._tokens[self._at].kind == "end":
                raise BadExpression("nothing closes this", opening.start, opening.stop, self._text)
            self._fail(f"expected ')', not {self._shown(self._tokens[self._at])}")
        self._at += 1
        return found

    def _comparison(self) -> Condition:
        left = self._operand()
        token = self._tokens[self._at]
        if token.text not in OPPOSITE or token.kind != "sign":
            if isinstance(left, (Name, Masked)):
                return Truth(left)
            raise BadExpression("expected a comparison with an argument", left.start, left.stop, self._text)
        self._at += 1
        right = self._operand()
        if token.text in MATCHING and not isinstance(right, Text):
            raise BadExpression(
                'expected a pattern in quotes, as in name ~ "disk*"', right.start, right.stop, self._text
            )
        if not isinstance(left, (Name, Masked)) and not isinstance(right, (Name, Masked)):
            raise BadExpression("this comparison has no argument", left.start, right.stop, self._text)
        return Comparison(operator=token.text, left=left, right=right, start=token.start, stop=token.stop)

    def _operand(self) -> Operand:
        first = self._single()
        token = self._tokens[self._at]
        if token.text != "&":
            return first
        self._at += 1
        second = self._single()
        name, mask = (second, first) if isinstance(second, Name) else (first, second)
        if not isinstance(name, Name) or not isinstance(mask, Number):
            raise BadExpression(
                "& takes an argument and a number, as in flags & 0x10", token.start, token.stop, self._text
            )
        return Masked(name, mask)

    def _single(self) -> Operand:
        token = self._tokens[self._at]
        self._at += 1
        where = {"start": token.start, "stop": token.stop}
        if token.kind == "number":
            return self._number(token.text, token.start, token.stop)
        if token.kind == "text":
            return Text(self._unquoted(token), **where)
        if token.kind == "time":
            return self._time(token)
        if token.text == "-" and self._tokens[self._at].kind == "number":
            digits = self._tokens[self._at]
            self._at += 1
            return self._number(f"-{digits.text}", token.start, digits.stop)
        if token.kind == "name" and token.text not in _WORDS:
            if token.text in _CONSTANTS:
                return Number(_CONSTANTS[token.text], **where)
            own = token.text.startswith("record.")
            name = token.text[len("record.") :] if own else token.text
            if own and name not in RECORD_NAMES:
                known = ", ".join(f"record.{one}" for one in RECORD_NAMES)
                raise BadExpression(f"a record has {known}", text=self._text, **where)
            return Name(name, own, **where)
        what = f"expected an argument, a number or text, not {self._shown(token)}"
        raise BadExpression(what, token.start, token.stop, self._text)

    def _number(self, text: str, start: int, stop: int) -> Number:
        digits = text.lstrip("-")
        if digits[0] == "0" and digits.strip("0") and digits[1:2].isdigit():
            raise BadExpression(
                f"write {digits.lstrip('0')}, or 0x for a hexadecimal number", start, stop, self._text
            )
        value = int(text, 0) if digits.strip("0") else 0
        if not -(1 << 63) <= value < 1 << 64:
            raise BadExpression("more than 64 bits", start, stop, self._text)
        return Number(value, start, stop)

    def _time(self, token: _Token) -> Time:
        match = re.fullmatch(r"(\+?)(\d+)(?:\.(\d+))?([a-z]*)", token.text)
        assert match is not None
        digits, fraction = _NANOSECONDS[match[4] or "ns"], match[3] or ""
        if len(fraction) > digits:
            raise BadExpression("less than a nanosecond", token.start, token.stop, self._text)
        return Time(int(match[2] + fraction.ljust(digits, "0")), bool(match[1]), token.start, token.stop)

    def _unquoted(self, token: _Token) -> str:
        def replaced(match: re.Match[str]) -> str:
            if match[1] is not None:
                return bytes([int(match[1], 16)]).decode("utf-8", "surrogateescape")
            if match[2] in _ESCAPED:
                return _ESCAPED[match[2]]
            at = token.start + 1 + match.start()
            raise BadExpression(
                "unknown escape: use one of \\n \\t \\r \\\\ \\\" \\' \\xNN", at, at + 2, self._text
            )

        return _ESCAPE.sub(replaced, token.text[1:-1])
