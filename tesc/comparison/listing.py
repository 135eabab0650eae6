"""Lists changes of events readably: one entry per event, as lines of text or as Markdown."""

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
_FENCE = "  ```"
_TITLES = {
    "added": "New events",
    "removed": "Removed events",
    "renamed": "Renamed events",
    "changed": "Changed events",
}


def entries(changes: Iterable[EventChange]) -> list[Entry]:
    """One entry for each changed event, in the order of the changes.

    `kind` is added, removed, renamed or changed; `changes` are the event's changes (see EventChange.what);
    `old` and `new` are its declarations, with names, files and lines.
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
    """A line for each event, and two for each change, as in a diff."""
    lines = []
    for entry in found:
        sign = _SIGNS[entry["kind"]]
        if entry["kind"] in ("added", "removed"):
            side = entry["new"] or entry["old"]
            lines.append(f"{sign} {side['path']}:{side['line']}: {side['declaration']}")
            continue
        what = ", ".join([_moved(entry) if one == "moved" else one for one in entry["changes"]])
        lines.append(f"{sign} {entry['new']['path']}:{entry['new']['line']}: {entry['new']['name']}: {what}")
        if entry["old"]["declaration"] != entry["new"]["declaration"]:
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
        if kind in ("added", "removed"):
            lines += _by_file(mine)
            continue
        for entry in mine:
            # One blank line separates a block of code from the next item or title.
            lines += [*([""] if lines[-1] == _FENCE else []), *_in_markdown(entry)]
    return "".join(f"{line}\n" for line in lines)


def _by_file(found: Sequence[Entry]) -> list[str]:
    """An item for each file, with the names of its events."""
    names: dict[str, list[str]] = {}
    for entry in found:
        side = entry["new"] or entry["old"]
        names.setdefault(side["path"], []).append(f"`{side['name']}`")
    return [f"- {path}: {', '.join(ones)}" for path, ones in sorted(names.items())]


def _in_markdown(entry: Entry) -> list[str]:
    """An item for an event that was renamed or changed."""
    old, new = entry["old"], entry["new"]
    name = f"`{old['name']}` is `{new['name']}` now" if entry["kind"] == "renamed" else f"`{new['name']}`"
    moved = f", {_moved(entry)}" if "moved" in entry["changes"] else ""
    item = [f"- {name} ({new['path']}){moved}"]
    if {*entry["changes"]} <= {"renamed", "moved"}:
        return item
    return [*item, "", "  ```diff", f"  - {old['declaration']}", f"  + {new['declaration']}", _FENCE]


def _moved(entry: Entry) -> str:
    return f"moved from {entry['old']['path']}"


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
