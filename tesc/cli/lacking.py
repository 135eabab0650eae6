"""Warnings about what records lack that options refer to, so that no condition matches them."""

from __future__ import annotations

from tesc.cli.terminal import error
from tesc.records import record
from tesc.trace.layout import LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from tesc.trace.conditions import Where
    from tesc.trace.formats import Undrawn
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.spans import Spans

_NO_MATCH = "so conditions on '{}' match none of them"


@record
class Field:
    """A field that is not an argument: its name in conditions and in messages, and when logs have it."""

    name: str
    shown: str
    in_logs: str


TIME = Field("time", "time", "QEMU's log has times with -msg timestamp=on")
PROCESS = Field("pid", "process ID", "QEMU's log has thread IDs up to 10.1, with -msg timestamp=on")


def say_lacking(
    options: argparse.Namespace,
    readers: Sequence[RecordReader],
    selection: Selection | None,
    latency: bool = False,
) -> None:
    """Warn of records without a time, process or argument that options refer to."""
    from tesc.trace.conditions import Where

    where = selection.where if selection is not None and isinstance(selection.where, Where) else None
    for field, follows in _asked(options, readers, where, latency):
        for reader in readers:
            lacking = reader.no_time if field is TIME else reader.no_pid
            if lacking:
                have = f"{lacking:,} of {reader.records:,} records {'has' if lacking == 1 else 'have'}"
                how = f"; {field.in_logs}" if reader.layout is LOG else ""
                error(f"{reader.source.path}: {have} no {field.shown}, {follows}{how}", "warning")
    if where is not None:
        logs = ", ".join([reader.source.path for reader in readers if reader.layout is LOG])
        for name, count in where.hidden.items():
            error(f"{logs}: {_do_not_show(count, name)}, {_NO_MATCH.format(name)}", "warning")


def say_keyless(spans: Spans) -> None:
    """Warn, for each pairing, of records that do not show its key."""
    for one, keyless in zip(spans.pairings, spans.keyless):
        if keyless:
            follows = f"so {'it is' if keyless == 1 else 'they are'} not part of any span"
            error(f"span '{one.name}': {_do_not_show(keyless, *one.key)}, {follows}", "warning")


def say_undrawn(undrawn: Mapping[Undrawn, int]) -> None:
    """Report how many values of each counter are not drawn, and why."""
    for why, count in undrawn.items():
        if why.text:
            have = f"{count:,} {'record has' if count == 1 else 'records have'} text for '{why.argument}'"
        else:
            have = _do_not_show(count, why.argument)
        follows = f"so {'it is' if count == 1 else 'they are'} not drawn"
        error(f"counter '{why.event}.{why.argument}': {have}, {follows}", "warning")


def _do_not_show(count: int, *names: str) -> str:
    return (
        f"{count:,} {'record does' if count == 1 else 'records do'} not show "
        f"{' and '.join([repr(name) for name in names])}"
    )


def _asked(
    options: argparse.Namespace, readers: Sequence[RecordReader], where: Where | None, latency: bool
) -> list[tuple[Field, str]]:
    """The fields that options refer to, and the consequence for records that lack one, in words."""
    found = []
    if latency:
        found.append((TIME, "so durations from or to them are not known"))
    elif options.since or options.until:
        found.append((TIME, "so --since and --until match none of them"))
    if options.pid is not None:
        found.append((PROCESS, "so --pid matches none of them"))
    if where is not None:
        given = [field for field, _ in found]
        for field in (TIME, PROCESS):
            if field.name in where.lacking and field not in given:
                found.append((field, _NO_MATCH.format(_unmistakable(field, readers))))
    return found


def _unmistakable(field: Field, readers: Sequence[RecordReader]) -> str:
    """A field's name in conditions; with `record.` if a parameter of an event has the same name."""
    names = {name for reader in readers for event in reader.declared for _, name in event.parameters}
    return f"record.{field.name}" if field.name in names else field.name
