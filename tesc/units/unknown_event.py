"""What to say of a name that people give to an event and that no event has."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.units.unit import Unit


def no_event(units: Iterable[Unit], name: str) -> str:
    """That no event has this name, with the one that was probably meant."""
    from difflib import get_close_matches

    known = {event.name for unit in units for event in unit.events}
    bare = name.removeprefix("trace_")
    near = [bare] if bare in known else get_close_matches(bare, sorted(known), 1, 0.75)
    return f"no event is called '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")
