"""Finds keys of spans that events do not have, before a trace is read."""

from __future__ import annotations

from tesc.nearest import did_you_mean
from tesc.trace.spans import has_key, matches, no_parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.trace.formats import Declared
    from tesc.trace.spans import Pairing

_MOST_NAMES = 3


def lacking_keys(pairing: Pairing, events: Sequence[Declared]) -> Iterator[tuple[int, str]]:
    """The parts of a pairing's key that no record can have: their places in the key, and what is wrong.

    One event that matches the pattern and has the parameter is enough.
    """
    for place in range(len(pairing.key)):
        wrong = [_lacking(pairing.key, place, text, among) for text, _, among in _patterns(pairing, events)]
        found = next(filter(None, wrong), None)
        if found is not None:
            yield place, found


def keyless(pairing: Pairing, events: Sequence[Declared]) -> Iterator[str]:
    """Messages on patterns of a pairing that also match events without its key."""
    for text, begins, matched in _patterns(pairing, events):
        without = [event.name for event in matched if not has_key(event, pairing.key)]
        if not without or len(without) == len(matched):
            continue
        one = len(without) == 1
        lacks = f"{'lacks' if one else 'lack'} the key {', '.join(map(repr, pairing.key))}"
        what = f"{'begins' if begins else 'ends'}" if one else f"{'begin' if begins else 'end'}"
        more = len(without) - _MOST_NAMES
        names = ", ".join(without[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
        some = f"{len(without):,} of {len(matched):,} events that match '{text}'"
        yield f"{some} {lacks} and {what} nothing: {names}"


def _patterns(pairing: Pairing, events: Sequence[Declared]) -> Iterator[tuple[str, bool, list[Declared]]]:
    """A pairing's patterns, whether they begin spans, and the events that match them."""
    begins = [event for event in events if matches(event.name, pairing.begins)]
    ends = [event for event in events if event not in begins and matches(event.name, pairing.ends)]
    for text in pairing.begins:
        yield text, True, [event for event in begins if matches(event.name, (text,))]
    for text in pairing.ends:
        yield text, False, [event for event in ends if matches(event.name, (text,))]


def _lacking(keys: Sequence[str], place: int, text: str, matched: Sequence[Declared]) -> str | None:
    """Why no event of a pattern has a part of the key; None if one has it."""
    key = keys[place]
    known = list(dict.fromkeys(name for event in matched for _, name in event.parameters))
    if not matched or any(has_key(event, keys[: place + 1]) for event in matched):
        return None
    if len(matched) == 1:
        return no_parameter(matched[0].name, key, known)
    if key in known:
        return f"no event that matches '{text}' has all of {', '.join(map(repr, keys[: place + 1]))}"
    return f"no event that matches '{text}' has a parameter '{key}'{did_you_mean(key, known)}"
