"""Finds the places that name events: declarations, literal patterns, C and Rust sources."""

from __future__ import annotations

import os

from tesc.records import record
from tesc.syntax.nodes import Disable
from tesc.units.disabling import disabled_by
from tesc.units.patterns import is_literal
from tesc.uses.use import CALL, REFERENCE, STATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.lsp.project import Project
    from tesc.lsp.sources import Sources
    from tesc.syntax.nodes import Event, Word
    from tesc.syntax.source import Source
    from tesc.units.unit import UnitEvent
    from tesc.uses.use import Use


@record
class Declared:
    """An event's declaration, and the project that it is part of."""

    project: Project
    source: Source
    node: Event
    # Its effective name in the project, and its name in its own file.
    name: str

    @property
    def prefix(self) -> str:
        """The prefix of its effective name."""
        return self.name[: len(self.name) - len(self.node.name)]


def names_of(project: Project, node: Event) -> list[str]:
    """The effective names of a declaration, each once."""
    return list(dict.fromkeys(event.name for event in project.events_of(node)))


def uses_of(sources: Sources, project: Project, node: Event) -> list[tuple[str, Use]]:
    """Where C and Rust sources name an event by any of its effective names, as (path, use), by path."""
    return [found for name in names_of(project, node) for found in uses_by(sources, project, node, name)]


def uses_by(sources: Sources, project: Project, node: Event, name: str) -> Iterator[tuple[str, Use]]:
    """Where C and Rust sources name an event by the effective name `name`, as (path, use)."""
    rivals = project.events_named(name)
    for path, use in sources.uses_named(project, name):
        if any(event.node is node for event in _nearest(rivals, path)):
            yield path, use


def callers_of(sources: Sources, project: Project, node: Event) -> list[tuple[str, Use]]:
    """Where code outside of `#if 0` calls an event's function or takes its address, as (path, use)."""
    return [
        (path, use)
        for path, use in uses_of(sources, project, node)
        if use.kind in (CALL, REFERENCE) and not use.dead
    ]


def declarations_of(sources: Sources, path: str, use: Use) -> list[Declared]:
    """The declarations of a used event: in the source's workspace folder, or else in the others."""
    own = sources.project_at(path)
    others = [project for project in sources.projects if project is not own]
    for projects in ([own] if own else [], others):
        found = [
            Declared(project, event.source, event.node, event.name)
            for project in projects
            for event in _nearest(_events(project, use), path)
        ]
        if found:
            return list({id(one.node): one for one in found}.values())
    return []


def _events(project: Project, use: Use) -> list[UnitEvent]:
    if use.capitals:
        return project.events_in_capitals(use.name)
    found = project.events_named(use.name)
    if not found and use.kind == STATE:
        # Rust's trace_NAME_enabled() may be a call of an event of that name.
        found = project.events_named(use.name_if_called)
    return found


def _nearest(events: list[UnitEvent], path: str) -> list[UnitEvent]:
    """Those of several events with the same name that a source uses.

    Programs that are never linked together may have events of the same name (QEMU's two user-mode emulators
    do): each source uses the one whose declaration is nearest above it.
    """
    if len(events) < 2:
        return events
    folders = [os.path.dirname(os.path.realpath(event.source.file)) for event in events]
    depths = [len(folder) if path.startswith(os.path.join(folder, "")) else -1 for folder in folders]
    return [event for event, depth in zip(events, depths) if depth == max(depths)]


def literal_patterns(project: Project, nodes: Iterable[Event]) -> Iterator[tuple[Source, Word]]:
    """The patterns without wildcards that name events, each once."""
    wanted = {id(node) for node in nodes}
    seen = set()
    for unit in project.units:
        if not unit.patterns or not any(id(event.node) in wanted for event in unit.events):
            continue
        for tree in unit.trees:
            for word in (w for item in tree.items if isinstance(item, Disable) for w in item.patterns):
                if not is_literal(word.text) or (tree.source, word.start) in seen:
                    continue
                if any(id(event.node) in wanted for event in disabled_by(unit, tree.source, word)):
                    seen.add((tree.source, word.start))
                    yield tree.source, word


def matched(project: Project, source: Source, word: Word) -> list[UnitEvent]:
    """The events that a pattern in a file matches, each declaration once."""
    found: dict[int, UnitEvent] = {}
    for unit in project.units:
        if any(tree.source is source for tree in unit.trees):
            for event in disabled_by(unit, source, word):
                found.setdefault(id(event.node), event)
    return list(found.values())
