"""Changes of events as people read them: one entry an event, as lines of text or as Markdown."""

from __future__ import annotations

from tesc.units.flatten import declaration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from tesc.comparison.changes import EventChange
    from tesc.units.unit import UnitEvent

    Entry = dict[str, Any]

_SIGNS = {"added": "+", "removed": "-", "renamed": ">", "changed": "~"}
_TITLES = {
    "added": "New events",
    "removed": "Removed events",
    "renamed": "Renamed events",
    "changed": "Changed events",
}


def entries(changes: Iterable[EventChange]) -> list[Entry]:
    """One entry an event that changed, in the order of the changes.

    `kind` is added, removed, renamed or changed; `changes` are all that changed of it (see
    EventChange.what); `old` and `new` are its declarations, with their names, files and lines.
    """
    by_event: dict[int, Entry] = {}
    for change in changes:
        event = change.new or change.old
        entry = by_event.get(id(event))
        if entry is None:
            entry = by_event[id(event)] = {
                "kind": change.what if change.what in _SIGNS else "changed",
                "changes": [],
                "old": _side(change.old),
                "new": _side(change.new),
            }
        if change.what not in entry["changes"]:
            entry["changes"].append(change.what)
    return list(by_event.values())


def text(found: Sequence[Entry], old: str, new: str) -> str:
    """A line an event, and two for what changed, as a diff has them."""
    lines = []
    for entry in found:
        sign = _SIGNS[entry["kind"]]
        if entry["kind"] in ("added", "removed"):
            side = entry["new"] or entry["old"]
            lines.append(f"{sign} {side['path']}:{side['line']}: {side['declaration']}")
            continue
        what = ", ".join(entry["changes"])
        lines.append(f"{sign} {entry['new']['path']}:{entry['new']['line']}: {entry['new']['name']}: {what}")
        lines.append(f"    - {entry['old']['declaration']}")
        lines.append(f"    + {entry['new']['declaration']}")
    lines.append(_summary(found))
    return "".join(f"{line}\n" for line in lines)


def markdown(found: Sequence[Entry], old: str, new: str) -> str:
    """A report for release notes."""
    lines = [f"# Trace events: {old} to {new}", "", _summary(found) + "."]
    for kind, title in _TITLES.items():
        mine = [entry for entry in found if entry["kind"] == kind]
        if not mine:
            continue
        lines += ["", f"## {title}", ""]
        for entry in mine:
            side = entry["new"] or entry["old"]
            was = f", was `{entry['old']['name']}`" if kind == "renamed" else ""
            lines.append(f"- `{side['name']}` ({side['path']}){was}")
            if kind == "changed" or len(entry["changes"]) > 1:
                lines += ["", "  ```diff", f"  - {entry['old']['declaration']}"]
                lines += [f"  + {entry['new']['declaration']}", "  ```", ""]
    return "".join(f"{line}\n" for line in lines)


def _side(event: UnitEvent | None) -> Entry | None:
    if event is None:
        return None
    return {
        "name": event.name,
        "path": event.source.path,
        "line": event.node.line,
        "declaration": declaration(event),
    }


def _summary(found: Sequence[Entry]) -> str:
    counts = {kind: sum(entry["kind"] == kind for entry in found) for kind in _SIGNS}
    shown = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return shown or "no events changed"
