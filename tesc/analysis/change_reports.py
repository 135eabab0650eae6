"""What rules about changes share: the place of a change, and the names of the old and new version."""

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
    """A report at the parameter that a change affects, else at the event.

    A removed event is reported next to its former neighbour, or in the old version of its file if that one
    was removed too.
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
    """A report on a removed event, between two events of the new version."""
    old, beside = change.old, change.beside
    assert old is not None
    if beside is None:
        return Report(old.node.name_span, message, help, (before(old),), source=old.source, event=old.name)
    at = beside.node.span.start
    return Report(Span(at, at), message, help, (before(old),), source=beside.source, event=old.name)


def before(event: UnitEvent, position: int | None = None) -> Related:
    """The place where an event, or its parameter at `position`, was declared in the old version."""
    span = event.node.name_span if position is None else event.node.parameters[position].span
    return Related(event.source, span, "previously declared here")


def with_version(found: Sequence[Diagnostic], events: Sequence[UnitEvent], version: str) -> list[Diagnostic]:
    """The diagnostics, with `version` added to each place in the files of `events`, the old version's."""
    sources = {id(event.source) for event in events}

    def named(related: Related) -> Related:
        old = id(related.source) in sources
        return replace(related, message=f"{related.message} (in {version})") if old else related

    return [replace(one, related=tuple(map(named, one.related))) for one in found]


def declared(event: UnitEvent, position: int) -> str:
    """An event's parameter as it is declared: `uint64_t addr`."""
    return with_name(*event.parameters[position])


def names(event: UnitEvent) -> str:
    """The names of an event's parameters: `(dev, addr)`."""
    return f"({', '.join(name for _, name in event.parameters)})"
