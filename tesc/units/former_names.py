"""Former names of events: `# tesc: renamed-from OLD_NAME reason` above an event."""

from __future__ import annotations

import re

from tesc.syntax.nodes import Comment, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Tree
    from tesc.units.unit import Unit, UnitEvent

_COMMENT = re.compile(r"#+[ \t]*tesc:[ \t]*renamed-from[ \t]+([A-Za-z_]\w*)")


def renamed_from(tree: Tree) -> dict[int, tuple[str, ...]]:
    """The former names of a file's events, as declared, by the `id` of the event's node."""
    found: dict[int, tuple[str, ...]] = {}
    if "renamed-from" not in tree.source.text:
        return found
    names: list[str] = []
    for item in tree.items:
        if isinstance(item, Comment):
            match = _COMMENT.match(item.text)
            names += [match[1]] if match else []
            continue
        if isinstance(item, Event) and names:
            found[id(item)] = tuple(names)
        names = []
    return found


def former_names(unit: Unit) -> dict[str, UnitEvent]:
    """The events of a unit by their former names, with today's prefixes."""
    known: dict[int, tuple[str, ...]] = {}
    for tree in unit.trees:
        known.update(renamed_from(tree))
    if not known:
        return {}
    return {
        event.name[: len(event.name) - len(event.node.name)] + name: event
        for event in unit.events
        for name in known.get(id(event.node), ())
    }
