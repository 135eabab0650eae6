"""The message for an event's name that no event has."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.units.unit import Unit


def no_event(units: Iterable[Unit], name: str) -> str:
    """The message that no event has a name, with the name that was probably intended."""
    return no_name(name, (event.name for unit in units for event in unit.events))


def no_name(name: str, names: Iterable[str]) -> str:
    """The message that none of the names of events is this one, with the one that was probably intended."""
    return f"no event is called '{name}'{_meant(name, set(names))}"


def no_match(pattern: str, names: Iterable[str]) -> str:
    """The message for a pattern that matches no name; `-` in front of it removes events."""
    return f"no event matches '{pattern}'{_meant(pattern.removeprefix('-'), set(names))}"


def _meant(name: str, known: set[str]) -> str:
    from difflib import get_close_matches

    bare = name.removeprefix("trace_")
    wild = "*" in name or "?" in name
    # A guest's events are often called without the prefix under which the host includes them.
    longer = [one for one in known if one.endswith(f"_{bare}")] if bare and not wild else []
    if bare in known:
        near = [bare]
    elif len(longer) == 1:
        near = longer
    else:
        near = [] if wild else get_close_matches(bare, sorted(known), 1, 0.75)
    return f"; did you mean '{near[0]}'?" if near else ""
