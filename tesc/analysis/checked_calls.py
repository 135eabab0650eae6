"""How many calls of events have arguments that no rule could check, and why."""

from __future__ import annotations

from collections import Counter

from tesc.analysis.callers import declared_in
from tesc.analysis.calls import is_one_argument, matched_calls_in
from tesc.uses.scan import C, language_of
from tesc.uses.use import CALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use

DEAD = "in code that #if 0 leaves out"
UNREAD = "with preprocessor lines among the arguments, without an end, or by a macro's `...`"
MACROS = "with a macro that may be several arguments"
OTHER_LANGUAGE = "in Rust, where only the number of arguments is checked"
OWN = "of functions that a source declares itself"
SEVERAL = "of events that are declared more than once, with different parameters"
COUNT = "with more or fewer arguments than parameters (TE603)"


def count_calls(units: Sequence[Unit], uses: Index) -> tuple[int, Counter[str]]:
    """The number of calls of the units' events, and of those whose arguments were not checked, by reason."""
    matched = {(path, use.start) for _, calls in matched_calls_in(units, uses) for path, use in calls}
    places: dict[tuple[str, int], str | None] = {}
    counts: dict[str, set[int]] = {}
    names = declared_in(units, uses)
    for one in names:
        for name in one.names:
            counts.setdefault(name, set()).add(len(one.node.parameters))
    for name, parameters in counts.items():
        for path, use in uses.uses_of(name):
            if use.kind == CALL:
                key = (path, use.start)
                places[key] = None if key in matched else _reason(path, use, name, parameters, uses)
    return len(places), Counter(reason for reason in places.values() if reason)


def _reason(path: str, use: Use, name: str, parameters: set[int], uses: Index) -> str | None:
    """Why a call's arguments are not checked; None if there are none to check."""
    if use.dead:
        return DEAD
    if uses.declares(name, capitals=False):
        return OWN
    if use.arguments is None and not use.hiding:
        return UNREAD
    if use.hiding and len(use.given) not in parameters:
        known = all(is_one_argument(macro, path, uses) for macro in use.hiding)
        return COUNT if known else MACROS
    if len(use.given) not in parameters:
        return COUNT
    if len(parameters) > 1 or use.given:
        return OTHER_LANGUAGE if language_of(path) != C else SEVERAL
    return None


def summary(units: Sequence[Unit], uses: Index) -> str:
    """The counts as lines of text, with an empty line before them."""
    calls, reasons = count_calls(units, uses)
    missing = sum(reasons.values())
    lines = [
        f"{calls:,} calls of events in C and Rust, of which {missing:,} have arguments that were not checked"
    ]
    width = len(f"{max(reasons.values(), default=0):,}")
    for why, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        lines.append(f"{count:>{width},}  {why}")
    return "".join(f"\n{line}" for line in lines) + "\n"
