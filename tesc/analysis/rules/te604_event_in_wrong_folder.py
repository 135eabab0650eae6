from __future__ import annotations

import os

from tesc.analysis.callers import declared_in
from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import Report, SourcesRule
from tesc.analysis.visibility import Visibility
from tesc.files import relative
from tesc.uses.use import CALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared
    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use


class EventInWrongFolder(SourcesRule):
    """A C or Rust source calls an event of another folder whose header it does not include.

    A trace-events file declares its events for the sources that include its header: `trace.h` in the same
    folder, or `trace/trace-GROUP.h`. Others can't call them. Move the declaration to the caller's folder,
    or include the other header. Sources are searched only with `--sources` or the key `sources`. Headers
    that are included indirectly count, and a source that includes no header of events is not checked.

    Wrong:

        # net/trace-events
        net_send(int bytes) "bytes %d"

        # hw/trace-events
        hw_reset(void) "reset"

        # hw/card.c
        #include "trace.h"
        void card_reset(int sent)
        {
            trace_hw_reset();
            trace_net_send(sent);
        }

        # net/net.c
        #include "trace.h"
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }

    Right:

        # net/trace-events
        net_send(int bytes) "bytes %d"

        # hw/trace-events
        hw_reset(void) "reset"

        # hw/card.c
        #include "trace.h"
        #include "net/trace.h"
        void card_reset(int sent)
        {
            trace_hw_reset();
            trace_net_send(sent);
        }

        # net/net.c
        #include "trace.h"
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }
    """

    code = "TE604"
    name = "event-in-wrong-folder"
    scope = "name"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        from tesc.uses.scan import is_compiled  # few runs look into sources

        visible = Visibility(units, settings, uses)
        homes: dict[str, dict[int, Declared]] = {}
        numbers: dict[int, list[int]] = {}
        for number, unit in enumerate(units):
            for event in unit.events:
                numbers.setdefault(id(event.node), []).append(number)
        for one in declared_in(units, uses):
            if one.crosses:
                continue  # the guest includes headers of its own build
            for name in one.names:
                homes.setdefault(name, {}).update((number, one) for number in numbers[id(one.node)])
        for name in sorted(homes):
            mine = homes[name]
            for path, use in uses.uses_of(name):
                if use.kind != CALL or use.dead or not is_compiled(path):
                    continue
                seen = visible.direct(path)
                if not seen.sure or not seen.units or not seen.units.isdisjoint(mine):
                    continue
                seen = visible.all(path)
                if seen.sure and seen.units.isdisjoint(mine):
                    yield from _report(path, use, next(iter(mine.values())), units, seen.units, uses)


def _report(
    path: str, use: Use, one: Declared, units: Sequence[Unit], seen: frozenset[int], uses: Index
) -> Iterator[Report]:
    source = uses.source(path)
    if source is None:
        return
    files = sorted(relative(units[number].roots[0].source.file) for number in seen)
    mine = " and ".join(files[:2]) + (", ..." if len(files) > 2 else "")
    folder = os.path.dirname(one.source.path).replace(os.sep, "/")
    yield Report(
        use.span,
        f"event '{use.name}' is declared in {one.source.path}, and this file includes the events of {mine}",
        f'move its declaration, or include "{folder}/trace.h"' if folder else "move its declaration",
        (Related(one.source, one.node.name_span, "declared here"),),
        source=source,
        event=use.name,
    )


RULE = EventInWrongFolder()
