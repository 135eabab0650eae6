from __future__ import annotations

from tesc.analysis.callers import Names, declared_in
from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import LateRule, Report
from tesc.analysis.visibility import Visibility
from tesc.uses.use import CALL, REFERENCE, STATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use

_AT_A_TIME = 100  # files


class UndeclaredEvent(LateRule):
    """A C or Rust source calls an event, or tests its state, but no file declares it.

    The name is misspelt, the declaration was forgotten, or it was removed before its last call. The
    compiler also reports it, if it sees the call. The diagnostic is at the call. Sources are searched
    only with `--sources` or the key `sources`, and only sources that include the headers of checked files
    (`#include "trace.h"`, Rust's `include_trace!`) are checked; names that this or another source
    declares itself are not reported. The fix uses the event with the nearest name. Editors offer it;
    `--fix` does not change C or Rust sources.

    Wrong:

        # net/trace-events
        net_send(int bytes) "bytes %d"

        # net/net.c
        #include "trace.h"
        void net_poll(int sent)
        {
            trace_net_sned(sent);
            trace_net_send(sent);
        }

    Right:

        # net/trace-events
        net_send(int bytes) "bytes %d"

        # net/net.c
        #include "trace.h"
        void net_poll(int sent)
        {
            trace_net_send(sent);
            trace_net_send(sent);
        }
    """

    code = "TE602"
    name = "undeclared-event"
    fixable = True

    def steps(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report | None]:
        names = Names(declared_in(units, uses))
        visible: Visibility | None = None
        for number, path in enumerate(uses.paths):
            if number % _AT_A_TIME == 0:
                yield None
            unknown = [use for use in uses.uses_in(path) if _may_be_undeclared(use) and not names.has(use)]
            if not unknown:
                continue
            visible = visible or Visibility(units, settings, uses)
            if not visible.is_certain(path):
                continue
            source = uses.source(path)
            for use in unknown:
                if source is not None and not _by_hand(use, path, uses):
                    yield _report(use, source, names.nearest(use))


def _may_be_undeclared(use: Use) -> bool:
    return use.kind in (CALL, STATE) and not use.dead


def _by_hand(use: Use, path: str, uses: Index) -> bool:
    """Whether a source defines a function, macro or variable of this name itself."""
    if use.capitals:
        return uses.declares(use.name, capitals=True)
    local = any(
        other.kind == REFERENCE and other.name == use.name and not other.macro for other in uses.uses_in(path)
    )
    return local or uses.declares(use.name, capitals=False)


def _report(use: Use, source: Source, near: str | None) -> Report:
    name = use.name.lower() if use.capitals else use.name
    word = use.renamed(near) if near else None
    fix = None
    if word is not None:
        fix = Fix("unsafe", (SourceEdit(source, use.name_span, word),), in_program=True)
    return Report(
        use.span,
        f"no event is called '{name}'" + (", but its state is tested" if use.kind == STATE else ""),
        f"did you mean '{near}'?" if near else "declare it in the trace-events file of this folder",
        fix=fix,
        source=source,
        event=name,
    )


RULE = UndeclaredEvent()
