from __future__ import annotations

from tesc.analysis.callers import declared_in, related
from tesc.analysis.calls import is_one_argument
from tesc.analysis.rule import Report, SourcesRule
from tesc.analysis.source_suppressions import is_ignored
from tesc.units.identifiers import c_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared, Place
    from tesc.analysis.diagnostic import Related
    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use

# Of the messages at the declaration and at a call.
_WITH = " is called with "
_HERE = " here"


class WrongArgumentCount(SourcesRule):
    """A C or Rust source calls the event with more or fewer arguments than it has parameters.

    The compiler also reports it, if it sees the call, but not in code that is left out in this configuration
    or on this machine. Sources are searched only with `--sources` or the key `sources`. Arguments are not
    counted within `#if 0`, if they include preprocessor lines or macros that may be several arguments
    (`IP_ARGS(addr)`, unless its definition can be read), or in calls of functions that a source defines
    itself.

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
    scope = "name"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        broken = {
            (tree.source, event.start)
            for unit in units
            for tree in unit.trees
            if tree.errors
            for event in tree.events
            if any(event.start <= error.span.start <= event.end for error in tree.errors)
        }
        events = declared_in(units, uses)
        # Programs that are never linked together may each have an event of the same name.
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
    """The calls of an event whose number of arguments is not in `counts`."""
    found = uses.uses_of(name)
    if any(use.kind == "declaration" for _, use in found):
        return []
    return [
        (path, use)
        for path, use in found
        if use.kind == "call" and not use.dead and _counts_otherwise(path, use, counts, uses)
        if not _is_ignored(path, use, uses)
    ]


def _is_ignored(path: str, use: Use, uses: Index) -> bool:
    """Whether a comment at the call ignores this rule: it is reported at the declaration."""
    source = uses.source(path)
    return source is not None and is_ignored(source, use.start, RULE.code)


def _counts_otherwise(path: str, use: Use, counts: set[int], uses: Index) -> bool:
    """Whether a call's number of arguments is known and not in `counts`."""
    if use.arguments is not None:
        return use.arguments not in counts
    hidden = bool(use.hiding) and len(use.given) not in counts
    return hidden and all(is_one_argument(macro, path, uses) for macro in use.hiding)


def _finding(one: Declared, wrong: list[Place], uses: Index) -> Report:
    node = one.node
    given = _number(wrong[0][1])
    return Report(
        node.parameters_span if node.parameters else node.name_span,
        f"event '{one.name}' has {_counted(len(node.parameters), 'parameter')}, "
        f"but {c_function(wrong[0][1].name)}(){_WITH}{_counted(given, 'argument')}",
        None,
        # All: each is an error, and editors show it in its source.
        tuple(
            related(
                uses,
                ((place, f"{_counted(_number(place[1]), 'argument')}{_HERE}") for place in wrong),
                most=None,
            )
        ),
        source=one.source,
        event=one.name,
    )


def said_at(message: str, place: Related) -> str:
    """The message at one of the calls: another one than the first may have another number of arguments."""
    head, word, _ = message.rpartition(_WITH)
    return f"{head}{word}{place.message.removesuffix(_HERE)}"


def _number(use: Use) -> int:
    """How many arguments a call has, counting each macro as one."""
    return len(use.given) if use.arguments is None else use.arguments


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


RULE = WrongArgumentCount()
