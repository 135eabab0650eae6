from __future__ import annotations

import re

from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import Finding, SourcesRule
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.schema.unit import Unit, UnitEvent
    from tesc.syntax.nodes import Event
    from tesc.syntax.source import Source
    from tesc.uses.index import Index
    from tesc.uses.scan import Use

    Places = list[tuple[str, Use]]

# Others are shown where somebody asks who uses the event.
_MOST_RELATED = 3


class UnusedEvent(SourcesRule):
    """Nothing in the C and Rust sources calls the event.

    It can be switched on and never comes, and whoever waits for it suspects everything else first. The
    call went away with the code around it, or has a misspelt name and fails where that file is
    compiled. Sources are looked into with `--sources` or the key `sources` only. A call counts by
    the event's effective name, in any of the sources; one within `#if 0` does not, nor a test such as
    `trace_event_get_state`, nor one in a macro of a C file that the file does not use. Where a macro
    pastes a name together (`trace_##op`) that may be the event's, the finding is only information.

    Wrong:

        # net/trace-events
        net_send(int bytes) "bytes %d"
        net_receive(int bytes) "bytes %d"

        # net/net.c
        void net_poll(int sent, int received)
        {
            trace_net_send(sent);
        }

    Right:

        # net/trace-events
        net_send(int bytes) "bytes %d"
        net_receive(int bytes) "bytes %d"

        # net/net.c
        void net_poll(int sent, int received)
        {
            trace_net_send(sent);
            trace_net_receive(received);
        }
    """

    code = "TE601"
    name = "unused-event"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Finding]:
        pasted = _Pasted(uses)
        events = [(one, [u for name in one.names for u in uses.uses_of(name)]) for one in _declared(units)]
        # A guest is traced from the host, and its sources may be elsewhere.
        known = {declared.source for declared, found in events if found or not declared.crosses}
        for declared, found in events:
            if declared.source in known and not any(_counts(*use) for use in found):
                yield _finding(declared, found, pasted.maker(declared.names), uses)


@record
class _Declared:
    """A declaration, and all names that units give its event; the first is shown.

    `crosses` tells that in some unit it is a guest's.
    """

    source: Source
    node: Event
    names: tuple[str, ...]
    crosses: bool

    @property
    def name(self) -> str:
        return self.names[0]


def _declared(units: Sequence[Unit]) -> list[_Declared]:
    """The declarations of all units, each once."""
    first: dict[int, UnitEvent] = {}
    names: dict[int, dict[str, None]] = {}
    crossing: set[int] = set()
    for unit in units:
        for event in unit.events:
            first.setdefault(id(event.node), event)
            mine = names.setdefault(id(event.node), {})
            mine[event.name] = None
            if event.crosses:
                crossing.add(id(event.node))
                # The guest knows nothing of what the host puts before its names.
                mine[event.name[len(unit.ranges[event.range].prefix) :]] = None
    return [
        _Declared(event.source, event.node, tuple(names[key]), key in crossing)
        for key, event in first.items()
    ]


def _finding(declared: _Declared, found: Places, maker: tuple[str, Use] | None, uses: Index) -> Finding:
    """The finding for an event of whose uses none counts; `maker` is where its name may be pasted."""
    name = declared.name
    if maker is not None:
        found = [maker, *found]
    return Finding(
        declared.node.name_span,
        _said(name, found),
        None if maker else f"remove it, or call trace_{name}() where it happens",
        tuple(_related(uses, found)),
        source=declared.source,
        event=name,
        severity="information" if maker else None,
    )


def _counts(path: str, use: Use) -> bool:
    """Whether a use is a call, or what may lead to one."""
    if use.kind not in ("call", "reference") or use.dead:
        return False
    # A header's macros are for others.
    return not use.behind_macro or use.expanded or not _COMPILED.search(path)


_COMPILED = re.compile(r"(?<!\.inc)\.(?:c|cc|cpp|cxx|m|mm)$")


def _said(name: str, found: Places) -> str:
    """What is wrong with an event of whose uses none counts."""
    if any(use.kind == "pasted" for _, use in found):
        return f"nothing calls trace_{name}() by its whole name, but a macro may paste it together"
    calls = [use for _, use in found if use.kind in ("call", "reference")]
    if any(use.dead for use in calls):
        return f"trace_{name}() is called only in code that #if 0 leaves out"
    if calls:
        return f"trace_{name}() is called only by the macro {calls[0].function}, which nothing expands"
    if any(use.kind == "state" for _, use in found):
        return f"event '{name}' is tested for, but nothing calls trace_{name}()"
    return f"nothing calls trace_{name}()"


class _Pasted:
    """The pasted names of all sources, and which event they may be."""

    def __init__(self, uses: Index) -> None:
        self._patterns = [
            (re.compile(".*".join(map(re.escape, use.name.split("*")))), (path, use))
            for path, use in uses.pasted
            if not use.capitals and not use.dead
        ]

    def maker(self, names: Sequence[str]) -> tuple[str, Use] | None:
        """The first place where one of the names may be put together."""
        fitting = (place for pattern, place in self._patterns if any(map(pattern.fullmatch, names)))
        return next(fitting, None)


def _related(uses: Index, found: Places) -> Iterator[Related]:
    words = {
        "call": "called here",
        "reference": "named here",
        "state": "tested for here",
        "declaration": "declared here",
        "pasted": "pasted here",
    }
    for path, use in found[:_MOST_RELATED]:
        source = uses.source(path)
        if source is not None:
            yield Related(source, use.span, words[use.kind])


RULE = UnusedEvent()
