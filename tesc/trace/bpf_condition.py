"""Translates conditions (tesc.trace.expressions) to bpftrace, for the probe of one event.

Numbers are compared by value. How bpftrace compares signed with unsigned numbers is not reliable, so both
sides always have the same signedness here.
"""

from __future__ import annotations

import json

from tesc.records import record
from tesc.trace.bpf_format import Version, variable
from tesc.trace.expressions import (
    MATCHING,
    BadExpression,
    Comparison,
    Every,
    Masked,
    Name,
    Number,
    Some,
    Text,
    Time,
    Truth,
)
from tesc.units.patterns import is_literal, pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.trace.events import TracedEvent
    from tesc.trace.expressions import Condition, Operand


_TOP = 1 << 63
# The result of comparing any number with infinity or -infinity, for values out of a type's range.
_BELOW = {"==": False, "!=": True, "<": True, "<=": True, ">": False, ">=": False}
_ABOVE = {"==": False, "!=": True, "<": False, "<=": False, ">": True, ">=": True}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@record
class _Number:
    """A number's expression, its signedness, and its value if it is a constant."""

    shown: str
    signed: bool
    value: int | None = None


class Lost(Exception):
    """A condition needs an argument that this version cannot read; the message is its parameter's name."""


def condition(tree: Condition, event: TracedEvent, version: Version, text: str) -> str | bool:
    """A condition for bpftrace's `if`, for one event; True or False if it does not depend on the record.

    Raises BadExpression for what this version cannot express, Lost if it cannot read an argument.
    """
    return _Translator(event, version, text).translated(tree)


class _Translator:
    def __init__(self, event: TracedEvent, version: Version, text: str) -> None:
        self._event = event
        self._version = version
        self._text = text
        self._places = {name: place for place, (_, name) in enumerate(event.parameters)}

    def translated(self, tree: Condition) -> str | bool:
        if isinstance(tree, (Every, Some)):
            absorbing = isinstance(tree, Some)
            parts = [self.translated(one) for one in tree.conditions]
            if absorbing in parts:
                return absorbing
            shown = [part for part in parts if isinstance(part, str)]
            if not shown:
                return not absorbing
            return shown[0] if len(shown) == 1 else f"({(' || ' if absorbing else ' && ').join(shown)})"
        if isinstance(tree, Truth):
            found = self._number(tree.operand)
            return found is not None and f"{found.shown} {'!=' if tree.wanted else '=='} 0"
        assert isinstance(tree, Comparison)  # no negations are left
        return self._comparison(tree)

    def _comparison(self, one: Comparison) -> str | bool:
        left, right = self._number(one.left), self._number(one.right)
        if left is None and right is None:
            return self._texts(one)
        if left is None or right is None or one.operator in MATCHING:
            return False
        operator = one.operator
        if left.value is not None:
            left, right, operator = right, left, _MIRRORED[operator]
        if right.value is not None:
            return _with_constant(left, operator, right.value)
        return _both(left, operator, right)

    def _number(self, operand: Operand) -> _Number | None:
        """A number of the event; None for text, or if the event does not have it."""
        if isinstance(operand, Number):
            return _Number(str(operand.value), operand.value < 0, operand.value)
        if isinstance(operand, Time):
            if operand.relative:
                self._refuse("when the first record was", operand)
            return _Number(str(operand.nanoseconds), False, operand.nanoseconds)
        if isinstance(operand, Masked):
            found = self._number(operand.name)
            mask = operand.mask.value & (1 << 64) - 1
            return found and _Number(f"((uint64){found.shown} & {_unsigned(mask)})", False)
        if isinstance(operand, Text):
            return None
        place = None if operand.own else self._places.get(operand.name)
        if place is not None:
            kind = self._event.kinds[place]
            if place >= self._version.most_arguments:
                raise Lost(operand.name)
            return None if kind.text else _Number(variable(operand.name), kind.signed and not kind.truth)
        if operand.name == "pid":
            return _Number("(uint64)pid", False)
        return _Number("nsecs", False) if operand.name == "time" else None

    def _texts(self, one: Comparison) -> str | bool:
        left, right = self._known(one.left), self._known(one.right)
        if left is None or right is None:
            return False
        if one.operator in MATCHING:
            assert isinstance(one.right, Text)
            if not left.startswith("str("):
                return bool(pattern(one.right.value).fullmatch(self._event.name)) == (one.operator == "~")
            return self._match(left, one)
        if not left.startswith("str(") and not right.startswith("str("):
            return (left == right) == (one.operator == "==")
        return f"{left} {one.operator} {right}"

    def _known(self, operand: Operand) -> str | None:
        """Text of the event; None for a number, or if the event does not have it."""
        if isinstance(operand, Text):
            return self._quoted(operand, operand.value)
        if not isinstance(operand, Name):
            return None
        place = None if operand.own else self._places.get(operand.name)
        if place is not None:
            if place >= self._version.most_arguments:
                raise Lost(operand.name)
            return f"str({variable(operand.name)})" if self._event.kinds[place].text else None
        return json.dumps(self._event.name) if operand.name == "name" else None

    def _match(self, left: str, one: Comparison) -> str | bool:
        assert isinstance(one.right, Text)
        glob, wanted = one.right.value, one.operator == "~"
        if is_literal(glob):
            return f"{left} {'==' if wanted else '!='} {self._quoted(one.right, glob)}"
        if not glob.strip("*"):
            return wanted
        inner = glob.strip("*")
        if is_literal(inner) and not glob.startswith("*"):
            size = len(inner.encode("utf-8", "surrogateescape"))
            return f"strncmp({left}, {self._quoted(one.right, inner)}, {size}) {'==' if wanted else '!='} 0"
        if is_literal(inner) and glob.startswith("*") and glob.endswith("*") and self._version.searches:
            found = f"strcontains({left}, {self._quoted(one.right, inner)})"
            return f"{found} {'!=' if wanted else '=='} 0"
        known = "'abc*' and '*abc*'" if self._version.searches else "'abc*'"
        self._refuse(f"the pattern '{glob}', but with * and ? only {known}", one.right)
        return False

    def _quoted(self, operand: Text, text: str) -> str:
        if not text.isprintable():
            self._refuse("control characters and bytes that are not UTF-8 in text", operand)
        if len(text.encode()) > self._version.most_text:
            self._refuse(f"text of more than {self._version.most_text} bytes", operand)
        return json.dumps(text, ensure_ascii=False)

    def _refuse(self, what: str, operand: Operand) -> None:
        message = f"bpftrace {self._version} does not support {what}"
        raise BadExpression(message, operand.start, operand.stop, self._text)


def _unsigned(value: int) -> str:
    return str(value) if value < _TOP else f"(uint64)-{(1 << 64) - value}"


def _with_constant(left: _Number, operator: str, value: int) -> str | bool:
    """A comparison with a constant."""
    if left.signed and value >= _TOP:
        return _BELOW[operator]
    if not left.signed and value < 0:
        return _ABOVE[operator]
    if left.signed:
        shown = "(-9223372036854775807 - 1)" if value == -_TOP else str(value)
        return f"{left.shown} {operator} {f'({shown})' if value < 0 else shown}"
    return (
        f"{left.shown} {operator} (uint64){value}"
        if value < _TOP
        else (f"{left.shown} {operator} {_unsigned(value)}")
    )


def _both(left: _Number, operator: str, right: _Number) -> str:
    if left.signed == right.signed:
        return f"{left.shown} {operator} {right.shown}"
    if right.signed:
        left, right, operator = right, left, _MIRRORED[operator]
    # A negative number is less than all unsigned ones.
    join, negative = ("||", "<") if _BELOW[operator] else ("&&", ">=")
    return f"({left.shown} {negative} 0 {join} (uint64){left.shown} {operator} {right.shown})"
