"""The layout of a trace's tables: their names, columns, and types."""

from __future__ import annotations

import os

from tesc.records import record
from tesc.trace.formats.jsonl import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.values import Kind

# The columns that every table has, before and after those of the arguments.
BEFORE = ("ts", "time", "pid")
AFTER = ("trace", "seq")
# Times from here on are null: they cannot be real, and do not fit a signed column.
END_OF_INT64 = 1 << 63


@record
class Argument:
    """An argument's column: `name` is the parameter's name, `column` the column's, `type` the C type."""

    name: str
    column: str
    type: str
    kind: Kind


@record
class Layout:
    """The layout of an event's table."""

    event: str
    arguments: tuple[Argument, ...]


def layout_of(event: TracedEvent) -> Layout:
    """The layout of the table for an event's records."""
    columns = distinct([name for _, name in event.parameters], {*BEFORE, *AFTER})
    arguments = [
        Argument(name, column, type_, kind)
        for (type_, name), column, kind in zip(event.parameters, columns, event.kinds)
    ]
    return Layout(event.name, tuple(arguments))


class Names(dict):  # type: ignore[type-arg]
    """The names of tables by layout: the event's name, with an underscore if it is taken.

    A name is taken if there is another declaration of the event (from another release of QEMU, for example),
    or an event whose name differs only in case, which file systems and SQL may not distinguish.
    """

    def __missing__(self, layout: Layout) -> str:
        (name,) = distinct([layout.event], {name.casefold() for name in self.values()})
        self[layout] = name
        return name


def distinct(names: Iterable[str], taken: set[str]) -> list[str]:
    """Names made distinct, ignoring case, from each other and those in `taken`, to which they are added."""
    found = []
    for name in names:
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        found.append(name)
    return found


def trace_names(paths: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """The distinct names of traces for the column `trace`.

    A name is the file's, with as many of its folders as are needed to distinguish it from the others; with a
    number if that is not enough, or if the name is `taken`.
    """
    parts = [os.path.normpath(path).split(os.sep) for path in paths]
    sizes = [1] * len(parts)
    while True:
        names = [os.sep.join(part[-size:]) for part, size in zip(parts, sizes)]
        deeper = [
            at
            for at, name in enumerate(names)
            if names.count(name) > 1 and sizes[at] < len(parts[at]) and parts.count(parts[at]) == 1
        ]
        if not deeper:
            break
        for at in deeper:
            sizes[at] += 1
    found: list[str] = []
    for name in names:
        number, made = 1, name
        while made in found or made in taken:
            number += 1
            made = f"{name} ({number})"
        found.append(made)
    return found


def known_times(times: Sequence[int]) -> list[int | None]:
    """Times, with None for unknown ones."""
    if times and min(times) >= 0 and max(times) < END_OF_INT64:
        return list(times)
    return [time if 0 <= time < END_OF_INT64 else None for time in times]


def known_pids(pids: Sequence[int]) -> list[int | None]:
    """Processes, with None for unknown ones."""
    if pids and min(pids) >= 0:
        return list(pids)
    return [pid if pid >= 0 else None for pid in pids]


def as_text(value: bytes) -> str:
    """Text with `\\xNN` for bytes that are not UTF-8."""
    return readable(value.decode("utf-8", "surrogateescape"))
