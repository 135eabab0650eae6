"""What rules about changes have in common: where a change is, and the names of its two sides."""

from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import Report
from tesc.records import replace
from tesc.syntax.c_type import with_name
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.comparison.changes import EventChange
    from tesc.units.unit import UnitEvent


def report(change: EventChange, message: str, help: str | None = None) -> Report:
    """A report at the parameter that a change is about, else at the event.

    What is gone is shown beside what it was beside; in the old version of its file only where that is
    gone too.
    """
    if change.new is None:
        return _gone(change, message, help)
    event = change.new
    span = event.node.name_span
    if change.position is not None:
        span = event.node.parameters[change.position].span
    elif change.what == "format" and event.node.format is not None:
        form = event.node.format
        span = type(span)(form.start, form.start + len(form.text.rstrip(" \t")))
    related: tuple[Related, ...] = ()
    if change.old is not None:
        related = (before(change.old, change.was),)
    return Report(span, message, help, related, source=event.source, event=event.name)


def _gone(change: EventChange, message: str, help: str | None) -> Report:
    """A report of an event that the new version has not: between two of those that it has."""
    old, beside = change.old, change.beside
    assert old is not None
    if beside is None:
        return Report(old.node.name_span, message, help, (before(old),), source=old.source, event=old.name)
    at = beside.node.span.start
    return Report(Span(at, at), message, help, (before(old),), source=beside.source, event=old.name)


def before(event: UnitEvent, position: int | None = None) -> Related:
    """The place where an event, or a parameter of it, was declared."""
    span = event.node.name_span if position is None else event.node.parameters[position].span
    return Related(event.source, span, "declared so before")


def with_version(found: Sequence[Diagnostic], events: Sequence[UnitEvent], version: str) -> list[Diagnostic]:
    """The diagnostics, with the name of the old version, whose events these are, at each place in it."""
    sources = {id(event.source) for event in events}

    def named(related: Related) -> Related:
        old = id(related.source) in sources
        return replace(related, message=f"{related.message} (in {version})") if old else related

    return [replace(one, related=tuple(map(named, one.related))) for one in found]


def declared(event: UnitEvent, position: int) -> str:
    """A parameter as it is declared: `uint64_t addr`."""
    return with_name(*event.parameters[position])


def names(event: UnitEvent) -> str:
    """An event's parameters, by their names: `(dev, addr)`."""
    return f"({', '.join(name for _, name in event.parameters)})"
