"""Generates scripts for bpftrace: probes with named and typed arguments, printed like the log backend.

The probes are those of QEMU's dtrace backend (provider `qemu`). They have neither names nor types for their
arguments, so these come from the events' declarations.
"""

from __future__ import annotations

from tesc.records import record
from tesc.trace.bpf_condition import Lost, condition
from tesc.trace.bpf_format import declared, printed, variable
from tesc.trace.spans import has_key, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tesc.trace.bpf_format import Version
    from tesc.trace.conditions import Where
    from tesc.trace.events import TracedEvent
    from tesc.trace.spans import Pairing

PROVIDER = "qemu"
# How many probes and programs a script may have by default: 512 in 0.17, later 1,024.
_MOST_PROBES = 512


@record
class Script:
    """A script, and notes on it, each with the events that it is about.

    `number` is its number of probes.
    """

    text: str
    number: int
    differences: tuple[tuple[str, tuple[str, ...]], ...]


class _Notes:
    """Notes on what differs from the log or was left out, with the events."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, what: str, name: str) -> None:
        self._found.setdefault(what, []).append(name)

    def all(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple([(what, tuple(names)) for what, names in self._found.items()])


def printing_script(
    events: Sequence[TracedEvent],
    binary: str,
    version: Version,
    where: Where | None = None,
    probes: Collection[str] | None = None,
) -> Script:
    """A script that prints the records of events that satisfy a condition.

    `probes` are the names of the binary's probes, if known; events without one are left out. Raises
    BadExpression for a condition that the version cannot express.
    """
    notes = _Notes()
    bodies = []
    for event in events:
        if probes is not None and event.name not in probes:
            notes.add(f"no probe in {binary}", event.name)
            continue
        wanted = _wanted(event, version, where, notes)
        if wanted is False:
            continue
        one = printed(event, version)
        for difference in one.differences:
            notes.add(difference, event.name)
        if event.has_texts:
            notes.add(f"text is truncated to {version.most_text} bytes", event.name)
        arguments = "".join([f", {argument}" for argument in one.arguments])
        statement = f'printf("{one.format}"{arguments});'
        bodies.append(_probe(event, binary, version, _guarded(statement, wanted)))
    return Script(_head(version, len(bodies)) + "\n".join(bodies), len(bodies), notes.all())


def latency_script(
    events: Sequence[TracedEvent],
    pairings: Sequence[Pairing],
    binary: str,
    version: Version,
    where: Where | None = None,
    probes: Collection[str] | None = None,
) -> Script:
    """A script that shows a histogram of durations in nanoseconds for each pairing when it ends.

    A begin replaces an earlier, unfinished one with the same key. Events without a pairing's key are left
    out. Raises BadExpression.
    """
    notes = _Notes()
    bodies = []
    open_maps = []
    for number, pairing in enumerate(pairings):
        roles = [(pairing.begins, True), (pairing.ends, False)]
        parts = []
        for event in events:
            begins = next((begins for texts, begins in roles if matches(event.name, texts)), None)
            if begins is None or not has_key(event, pairing.key):
                continue
            if probes is not None and event.name not in probes:
                notes.add(f"no probe in {binary}", event.name)
                continue
            wanted = _wanted(event, version, where, notes)
            if wanted is not False:
                statement = _timed(event, pairing, number, begins)
                parts.append(_probe(event, binary, version, _guarded(statement, wanted)))
        if parts:
            bodies += parts
            open_maps.append(f"clear(@begun{number});")
    if bodies:
        bodies.append("END\n{\n    " + "\n    ".join(open_maps) + "\n}\n")
    return Script(_head(version, len(bodies)) + "\n".join(bodies), len(bodies), notes.all())


def _timed(event: TracedEvent, pairing: Pairing, number: int, begins: bool) -> str:
    """The statement of a probe that begins or ends a span."""
    names = [name for _, name in event.parameters]
    keys = ["pid"]
    for name in pairing.key:
        text = event.kinds[names.index(name)].text
        keys.append(f"str({variable(name)})" if text else variable(name))
    at = f"@begun{number}[{', '.join(keys)}]"
    if begins:
        return f"{at} = nsecs;"
    shown = f'@nanoseconds["{_plain(pairing.name)}"] = hist(nsecs - {at});'
    return f"if ({at} != 0) {{\n        {shown}\n        delete({at});\n    }}"


def _plain(name: str) -> str:
    return "".join([one if one.isalnum() or one in "_*?-." else "_" for one in name])


def _wanted(event: TracedEvent, version: Version, where: Where | None, notes: _Notes) -> str | bool:
    """The condition for an event; False also if the version cannot read an argument that it needs."""
    if where is None:
        return True
    try:
        return condition(where.condition, event, version, where.text)
    except Lost as lost:
        notes.add(f"left out: the condition needs '{lost}', beyond the sixth argument", event.name)
        return False


def _guarded(statement: str, wanted: str | bool) -> str:
    if wanted is True:
        return statement
    inner = statement.replace("\n", "\n    ")
    return f"if ({wanted}) {{\n        {inner}\n    }}"


def _probe(event: TracedEvent, binary: str, version: Version, statement: str) -> str:
    """A probe with the arguments that its statement uses."""
    lines = [f"usdt:{_path(binary)}:{PROVIDER}:{event.name}", "{"]
    for index, ((type_, name), kind) in enumerate(zip(event.parameters, event.kinds)):
        if index < version.most_arguments and _uses(statement, variable(name)):
            shown = " ".join(type_.split())
            lines.append(f"    {variable(name)} = {declared(kind, index, version)};  // {shown}")
    return "\n".join([*lines, f"    {statement}", "}", ""])


def _uses(statement: str, name: str) -> bool:
    at = statement.find(name)
    while at >= 0:
        after = statement[at + len(name) : at + len(name) + 1]
        if not (after.isalnum() or after == "_"):
            return True
        at = statement.find(name, at + 1)
    return False


def _path(binary: str) -> str:
    """A path as part of a probe's name: quoted if it has unusual characters."""
    plain = all(one.isalnum() or one in "/._-+" for one in binary)
    return binary if plain else '"' + binary.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _head(version: Version, number: int) -> str:
    """The lines before the probes: settings, if there are more probes than bpftrace's default limit."""
    lines = [f"// For bpftrace {version}: made by tesc bpftrace from the events' declarations."]
    if number > _MOST_PROBES and not version.configures:
        settings = f"BPFTRACE_MAX_PROBES={number} BPFTRACE_MAX_BPF_PROGS={number}"
        lines.append(f"// {number:,} probes: run it with {settings}")
    lines.append("")
    if number > _MOST_PROBES and version.configures:
        lines += ["config = {", f"    max_probes = {number};", f"    max_bpf_progs = {number};", "}", ""]
    return "\n".join([*lines, ""])
