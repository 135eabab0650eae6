"""What rules about changes have in common: where a change is, and how its sides are called."""

from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import Report
from tesc.syntax.c_type import with_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.comparison.changes import EventChange
    from tesc.units.unit import UnitEvent


def report(change: EventChange, message: str, help: str | None = None) -> Report:
    """A report at the parameter that a change is about, else at the event.

    What is gone is shown where it was: in the old version of its file.
    """
    event = change.new or change.old
    assert event is not None
    span = event.node.name_span
    if change.new is not None and change.position is not None:
        span = event.node.parameters[change.position].span
    elif change.what == "format" and event.node.format is not None:
        form = event.node.format
        span = type(span)(form.start, form.start + len(form.text.rstrip(" \t")))
    related: tuple[Related, ...] = ()
    if change.old is not None and change.new is not None:
        related = (before(change.old, change.was),)
    return Report(span, message, help, related, source=event.source, event=event.name)


def before(event: UnitEvent, position: int | None = None) -> Related:
    """The place where an event, or a parameter of it, was declared."""
    span = event.node.name_span if position is None else event.node.parameters[position].span
    return Related(event.source, span, "declared so before")


def declared(event: UnitEvent, position: int) -> str:
    """A parameter as it is declared: `uint64_t addr`."""
    return with_name(*event.parameters[position])


def names(event: UnitEvent) -> str:
    """An event's parameters, by their names: `(dev, addr)`."""
    return f"({', '.join(name for _, name in event.parameters)})"
