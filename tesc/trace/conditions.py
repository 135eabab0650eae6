"""Compiles conditions on records, for each event, to functions of a record's values.

Numbers are compared as values of their parameters' types: a `uint64_t` of 2^64-1 is larger than 0, an
`int64_t` with the same bits is -1. A comparison with an argument that an event lacks, or that a log does not
show, is false, and so is its opposite: `not len > 5` excludes records without `len`.
"""

from __future__ import annotations

from tesc.nearest import did_you_mean
from tesc.records import record
from tesc.trace.expressions import (
    MATCHING,
    ORDERING,
    RECORD_NAMES,
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
    names_in,
    operands,
    parse_expression,
)
from tesc.trace.values import number_expression
from tesc.units.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Union

    from tesc.trace.events import TracedEvent
    from tesc.trace.expressions import Condition, Operand
    from tesc.trace.values import Values

    # Whether all records of an event are wanted, or a check.
    Wanted = Union[bool, "Check"]


@record
class Check:
    """Decides whether a record is wanted by its values and, if `dated`, its time and process."""

    test: Callable[..., bool]
    dated: bool


@record
class Meaning:
    """An operand's meaning for an event: its Python code, and the conditions under which it is known.

    With `text`, it is bytes, else a number; a `constant` is the same for all records. `dated` is true for the
    record's time and process.
    """

    python: str
    text: bool
    known: str = ""
    dated: bool = False
    constant: Any = None


class Where:
    """A condition, for all events that a trace may contain."""

    def __init__(self, text: str, events: Iterable[TracedEvent]) -> None:
        """`events` are the events that records can belong to. Raises BadExpression."""
        self.text = text
        self.condition = parse_expression(text)
        # The time of the first record, to which times with a + are relative.
        self.origin = 0
        # Of the records so far: which of `time` and `pid` is needed but missing in some, and by argument's
        # name, how many of a log do not show a needed argument.
        self.lacking: set[str] = set()
        self.hidden: dict[str, int] = {}
        _check_names(self.condition, text, events)

    @property
    def relative(self) -> bool:
        """Whether the condition needs the time of the first record."""
        return any(isinstance(one, Time) and one.relative for one in operands(self.condition))

    @property
    def dated(self) -> bool:
        """Whether the condition needs more than a record's values, for any event."""
        return any(one.name in ("pid", "time") for one in names_in(self.condition))

    def __call__(self, event: TracedEvent) -> Wanted:
        """Which records of an event are wanted."""
        wanted = _Compiler(event, self.origin, self.lacking.add).compiled(self.condition)
        if isinstance(wanted, bool) or not event.uncertain:
            return wanted
        return self._counting(wanted, event)

    def _counting(self, check: Check, event: TracedEvent) -> Check:
        """A check that also counts the records that do not show an argument.

        It is `dated` so that it runs for each record: otherwise results for equal arguments are cached.
        """
        asked = {name.name for name in names_in(self.condition) if not name.own}
        columns = [(at, name) for at, (_, name) in enumerate(event.parameters) if name in asked]
        hidden = self.hidden

        def test(values: Values, time: int, pid: int) -> bool:
            for at, name in columns:
                if values[at] is None:
                    hidden[name] = hidden.get(name, 0) + 1
            return check.test(values, time, pid) if check.dated else check.test(values)

        return Check(test, True) if columns else check


def meaning_of(name: Name, event: TracedEvent) -> Meaning | None:
    """The meaning of a name for an event, or None. Arguments take precedence over the record's own names."""
    if not name.own:
        for index, (_, parameter) in enumerate(event.parameters):
            if parameter == name.name:
                kind = event.kinds[index]
                value = f"v[{index}]"
                known = f"{value} is not None" if event.uncertain else ""
                return Meaning(value if kind.text else number_expression(kind, value), kind.text, known)
    if name.name == "name":
        return Meaning(repr(event.name.encode()), True, constant=event.name)
    if name.name in RECORD_NAMES:
        return Meaning(name.name, False, f"({name.name} >= 0 or lacks({name.name!r}))", dated=True)
    return None


def _check_names(condition: Condition, text: str, events: Iterable[TracedEvent]) -> None:
    """Raise BadExpression, with the reason, for a part that cannot be true for any event."""
    every = list(events)
    declared = {name for event in every for _, name in event.parameters}
    for name in names_in(condition):
        if not name.own and name.name not in declared and name.name not in RECORD_NAMES:
            near = _quoted(name, condition, every)
            near = near or did_you_mean(name.name, [*sorted(declared), *RECORD_NAMES])
            raise BadExpression(f"no event has an argument '{name.name}'{near}", name.start, name.stop, text)
    holders: dict[str, list[TracedEvent]] = {}
    for event in every:
        for _, parameter in event.parameters:
            holders.setdefault(parameter, []).append(event)
    for one in _comparisons(condition):
        candidates = every
        for name in names_in(one):
            # Every record has these names.
            if not name.own and name.name not in RECORD_NAMES:
                candidates = min(candidates, holders.get(name.name, []), key=len)
        wrong: BadExpression | None = None
        for event in candidates:
            found = _mismatch(one, event, text)
            if found is None:
                break
            wrong = wrong or found
        else:
            if wrong is not None:
                raise wrong


def _quoted(name: Name, condition: Condition, events: Iterable[TracedEvent]) -> str:
    """How to write a word that is no argument but compared with a text: many shells remove quotes."""
    texts = {
        parameter
        for event in events
        for (_, parameter), kind in zip(event.parameters, event.kinds)
        if kind.text
    }
    for one in _comparisons(condition):
        if isinstance(one, Comparison) and name in (one.left, one.right):
            other = one.left if name == one.right else one.right
            if isinstance(other, Name) and (other.name == "name" or other.name in texts):
                return f'; text is written in quotes: "{name.name}"'
    return ""


def _comparisons(condition: Condition) -> Iterator[Comparison | Truth]:
    if isinstance(condition, (Every, Some)):
        for one in condition.conditions:
            yield from _comparisons(one)
    else:
        yield condition  # type: ignore[misc]


def _mismatch(one: Comparison | Truth, event: TracedEvent, text: str) -> BadExpression | None:
    """Why a comparison has no meaning for an event; None if it has one."""
    sides = [one.operand] if isinstance(one, Truth) else [one.left, one.right]
    texts = []
    for side in sides:
        name = side.name if isinstance(side, Masked) else side
        if not isinstance(name, Name):
            texts.append(isinstance(name, Text))
            continue
        meaning = meaning_of(name, event)
        if meaning is None:
            both = " and ".join(f"'{each.name}'" for each in names_in(one))
            return BadExpression(f"no event has both {both}", sides[0].start, sides[-1].stop, text)
        if isinstance(side, Masked) and meaning.text:
            return BadExpression(f"'{name.name}' is text: & is for numbers", side.start, side.stop, text)
        texts.append(meaning.text)
    if isinstance(one, Truth):
        if texts[0]:
            message = 'text is neither true nor false: compare it, as in name != ""'
            return BadExpression(message, one.operand.start, one.operand.stop, text)
        return None
    if texts[0] != texts[1]:
        number, other = (one.right, one.left) if texts[0] else (one.left, one.right)
        return BadExpression(
            f"{_shown(other, True)} is compared with {_shown(number, False)}", one.start, one.stop, text
        )
    if texts[0] and one.operator in ORDERING:
        message = f"{one.operator} is for numbers; text is compared with ==, !=, ~ and !~"
        return BadExpression(message, one.start, one.stop, text)
    if not texts[0] and one.operator in MATCHING:
        return BadExpression(f"{one.operator} is for text", one.start, one.stop, text)
    return None


def _shown(operand: Operand, text: bool) -> str:
    kind = "text" if text else "number"
    if isinstance(operand, Masked):
        operand = operand.name
    return f"the {kind} '{operand.name}'" if isinstance(operand, Name) else kind if text else "a number"


class _Compiler:
    """Translates a condition to Python for one event."""

    def __init__(self, event: TracedEvent, origin: int, lacks: Callable[[str], None]) -> None:
        """`lacks` is called with `time` or `pid` for a record without it."""
        self._event = event
        self._origin = origin
        self._names: dict[str, Any] = {"lacks": lacks}
        self._dated = False

    def compiled(self, condition: Condition) -> Wanted:
        python = self._python(condition)
        if python in ("True", "False"):
            return python == "True"
        test = eval(f"lambda v{', time, pid' if self._dated else ''}: {python}", self._names)
        return Check(test, self._dated)

    def _python(self, condition: Condition) -> str:
        """A condition as Python code; `True` or `False` if it does not depend on the record."""
        if isinstance(condition, (Every, Some)):
            absorbing, neutral = ("False", "True") if isinstance(condition, Every) else ("True", "False")
            parts = [self._python(one) for one in condition.conditions]
            if absorbing in parts:
                return absorbing
            parts = [part for part in parts if part != neutral]
            if not parts:
                return neutral
            return (
                parts[0] if len(parts) == 1 else f"({(' and ' if neutral == 'True' else ' or ').join(parts)})"
            )
        if isinstance(condition, Truth):
            return self._truth(condition)
        assert isinstance(condition, Comparison)  # no negations are left
        return self._comparison(condition)

    def _truth(self, one: Truth) -> str:
        meaning = self._meaning(one.operand)
        if meaning is None or meaning.text:
            return "False"
        return self._guarded(f"{meaning.python} {'!=' if one.wanted else '=='} 0", meaning)

    def _comparison(self, one: Comparison) -> str:
        left, right = self._meaning(one.left), self._meaning(one.right)
        if left is None or right is None or left.text != right.text:
            return "False"
        if one.operator in MATCHING:
            return self._match(one, left, right) if left.text else "False"
        if left.text and one.operator in ORDERING:
            return "False"
        if left.constant is not None and right.constant is not None:
            return str((left.constant == right.constant) == (one.operator == "=="))
        return self._guarded(f"{left.python} {one.operator} {right.python}", left, right)

    def _match(self, one: Comparison, left: Meaning, right: Meaning) -> str:
        matches = pattern(str(right.constant)).fullmatch
        if left.constant is not None:
            return str(bool(matches(left.constant)) == (one.operator == "~"))
        name = f"match{len(self._names)}"
        self._names[name] = matches
        negated = "" if one.operator == "~" else "not "
        return self._guarded(f"{negated}{name}({left.python}.decode('utf-8', 'surrogateescape'))", left)

    def _guarded(self, python: str, *meanings: Meaning) -> str:
        """An expression that is false if a value in it is unknown."""
        self._dated = self._dated or any(one.dated for one in meanings)
        known = [one.known for one in meanings if one.known]
        return f"({' and '.join([*known, python])})"

    def _meaning(self, operand: Operand) -> Meaning | None:
        if isinstance(operand, Number):
            return Meaning(f"({operand.value})", False)
        if isinstance(operand, Time):
            return Meaning(str(operand.nanoseconds + (self._origin if operand.relative else 0)), False)
        if isinstance(operand, Text):
            as_bytes = operand.value.encode("utf-8", "surrogateescape")
            return Meaning(repr(as_bytes), True, constant=operand.value)
        if isinstance(operand, Masked):
            found = meaning_of(operand.name, self._event)
            if found is None or found.text:
                return None
            # A mask applies to bits: for a negative number, to those of its 64-bit form.
            mask = operand.mask.value & (1 << 64) - 1
            return Meaning(f"({found.python} & {mask:#x})", False, found.known, found.dated)
        return meaning_of(operand, self._event)
