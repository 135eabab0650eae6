from __future__ import annotations

from tesc.analysis.callers import declared, related
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared, Place
    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class WrongArgumentCount(SourcesRule):
    """A C or Rust source calls the event with more or fewer arguments than it has parameters.

    The compiler says so too, if it gets to see the call: not in code that this configuration, or
    this machine's, leaves out. Looked at with `--sources` or the key `sources` only. Not counted are the
    arguments of calls within `#if 0`, with preprocessor lines or macros among them that may stand for
    several arguments (`IP_ARGS(addr)`), and of functions that a source defines itself.

    Wrong:

        # net/trace-events
        net_send(int bytes, int port) "bytes %d port %d"

        # net/net.c
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }

    Right:

        # net/trace-events
        net_send(int bytes) "bytes %d"

        # net/net.c
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }
    """

    code = "TE603"
    name = "wrong-argument-count"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        broken = {
            (tree.source, event.start)
            for unit in units
            for tree in unit.trees
            if tree.errors
            for event in tree.events
            if any(event.start <= error.span.start <= event.end for error in tree.errors)
        }
        events = declared(units)
        # Programs that are never linked together may have an event of one name each.
        counts: dict[str, set[int]] = {}
        for one in events:
            for name in one.names:
                counts.setdefault(name, set()).add(len(one.node.parameters))
        for one in events:
            if (one.source, one.node.start) not in broken:
                wrong = [place for name in one.names for place in _wrong(name, counts[name], uses)]
                if wrong:
                    yield _finding(one, wrong, uses)


def _wrong(name: str, counts: set[int], uses: Index) -> list[Place]:
    """The calls of an event with another number of arguments."""
    found = uses.uses_of(name)
    if any(use.kind == "declaration" for _, use in found):
        return []
    return [
        (path, use)
        for path, use in found
        if use.kind == "call" and not use.dead and use.arguments is not None and use.arguments not in counts
    ]


def _finding(one: Declared, wrong: list[Place], uses: Index) -> Report:
    node = one.node
    given = wrong[0][1].arguments
    return Report(
        node.parameters_span if node.parameters else node.name_span,
        f"event '{one.name}' has {_counted(len(node.parameters), 'parameter')}, "
        f"but trace_{wrong[0][1].name}() is called with {_counted(given or 0, 'argument')}",
        None,
        tuple(
            related(
                uses,
                ((place, f"{_counted(place[1].arguments or 0, 'argument')} here") for place in wrong),
            )
        ),
        source=one.source,
        event=one.name,
    )


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


RULE = WrongArgumentCount()
