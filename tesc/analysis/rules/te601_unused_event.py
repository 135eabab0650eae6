from __future__ import annotations

import re

from tesc.analysis.callers import declared_in, related
from tesc.analysis.meson import is_input_of_test
from tesc.analysis.rule import Report, SourcesRule
from tesc.analysis.visibility import Pasted
from tesc.units.identifiers import c_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared, Place
    from tesc.config.settings import Settings
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use

_SAID = {
    "call": "called here",
    "reference": "named here",
    "state": "its state is tested here",
    "declaration": "declared here",
    "pasted": "pasted here",
}


class UnusedEvent(SourcesRule):
    """Nothing in the C and Rust sources calls the event.

    The event can be enabled but never occurs, and anyone waiting for it suspects everything else first.
    Either the call was removed with the code around it, or it has a misspelt name and fails where that file
    is compiled. Sources are searched only with `--sources` or the key `sources`. A call counts by the event's
    effective name, in any of the sources, so check the files that include this one together with it. A call
    within `#if 0` does not count, nor does a test such as `trace_event_get_state`, nor a call in a macro that
    its C file does not use. Names that a macro pastes together (`trace_##op`) are known from the words that
    it is called with. If it is called with anything else, in a file that can call the event, the diagnostic
    is only information. In QEMU, a file that no meson.build lists and that only scripts in its folder read is
    the input of a test, and is not checked.

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
    scope = "name"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        pasted = Pasted(units, settings, uses)
        events = [
            (one, [u for name in one.names for u in uses.uses_of(name)]) for one in declared_in(units, uses)
        ]
        # A guest is traced from the host, and its sources may be elsewhere.
        known = {one.source for one, found in events if found or not one.crosses}
        unused = [
            (one, found)
            for one, found in events
            if one.source in known and not any(_counts(*use) for use in found)
        ]
        # Events that only a generator's test reads are never called.
        tests = (
            _inputs_of_tests(units, {one.source for one, _ in unused}) if settings.profile == "qemu" else ()
        )
        for one, found in unused:
            if one.source not in tests:
                yield _finding(one, found, pasted.place_of(one.names, one.node), uses)


def _inputs_of_tests(units: Sequence[Unit], sources: set[Source]) -> set[Source]:
    """The trace-events files that only tests of the generator read."""
    roots = {unit.roots[0].source: unit for unit in units}
    return {source for source in sources if source in roots and is_input_of_test(roots[source])}


def _finding(one: Declared, found: list[Place], maker: Place | None, uses: Index) -> Report:
    """The report on an unused event; `maker` is the place where a macro may paste its name together."""
    name = one.name
    if maker is not None:
        found = [maker, *found]
    return Report(
        one.node.name_span,
        _message(name, found),
        None if maker else f"remove it, or call {c_function(name)}() where it happens",
        tuple(related(uses, ((place, _SAID[place[1].kind]) for place in found))),
        source=one.source,
        event=name,
        severity="information" if maker else None,
    )


def _counts(path: str, use: Use) -> bool:
    """Whether a use is a call, or may lead to one."""
    if use.kind not in ("call", "reference") or use.dead:
        return False
    # A header's macros are used by other files.
    return not use.behind_macro or use.expanded or not _COMPILED.search(path)


_COMPILED = re.compile(r"(?<!\.inc)\.(?:c|cc|cpp|cxx|m|mm)$")


def _message(name: str, found: list[Place]) -> str:
    """The message for an unused event, given its uses that do not count."""
    function = c_function(name)
    if any(use.kind == "pasted" for _, use in found):
        macro = next(use.macro for _, use in found if use.kind == "pasted")
        by = f"the macro {macro}" if macro else "a macro"
        return f"nothing calls {function}() by its full name, but {by} may paste it together"
    calls = [use for _, use in found if use.kind in ("call", "reference")]
    if any(use.dead for use in calls):
        return f"{function}() is called only in code that #if 0 leaves out"
    if calls:
        return f"{function}() is called only by the macro {calls[0].function}, which nothing expands"
    if any(use.kind == "state" for _, use in found):
        return f"the state of event '{name}' is tested, but nothing calls {function}()"
    return f"nothing calls {function}()"


RULE = UnusedEvent()
