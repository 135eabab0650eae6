"""The ranges of units that have a base: for the rules on IDs."""

from __future__ import annotations

from tesc.records import record
from tesc.units.unit import MAX_ID, Inclusion, Range, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.syntax.source import Span

# The two highest stream IDs, which mark dropped records and headers in simpletrace files.
RESERVED = (MAX_ID - 1, MAX_ID)


@record
class Based:
    """A range with a base, and the include that gives it."""

    unit: Unit
    range: Range
    inclusion: Inclusion

    @property
    def span(self) -> Span:
        """The base's span in the include."""
        base = self.inclusion.include.base
        return base.span if base else self.inclusion.include.path_span

    @property
    def number(self) -> str:
        """The base as it is written."""
        base = self.inclusion.include.base
        return base.text if base else str(self.range.base)


def based(units: Sequence[Unit]) -> Iterator[Based]:
    """The ranges with a base, in the order of the includes."""
    for unit in units:
        for one in unit.ranges:
            if one.inclusion is not None:
                yield Based(unit, one, one.inclusion)


def shown(number: int) -> str:
    """An ID for messages: large ones in hexadecimal."""
    return str(number) if number < 0x10000 else f"0x{number:x}"


def extent(one: Range) -> str:
    """The IDs of a range: `0x8000000000000000 to 0x8000000000000004`."""
    return shown(one.base) if one.size == 1 else f"{shown(one.base)} to {shown(one.last)}"


def highest_base(size: int) -> str:
    """The highest possible base for `size` events, as a sentence."""
    events = f"{size:,} events" if size > 1 else "one event"
    return f"the highest base for {events} is {shown(RESERVED[0] - max(size, 1))}"


def free_base(wanted: int, size: int, others: Sequence[Range]) -> int | None:
    """The lowest base from `wanted` up at which `size` events overlap no other range, or None."""
    base = wanted
    for other in sorted(others, key=lambda one: one.base):
        if other.size and other.base < base + size and base <= other.last:
            base = other.last + 1
    return base if base + size - 1 < RESERVED[0] else None
