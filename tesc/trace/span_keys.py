"""Keys of spans that events do not have, found before a trace is read."""

from __future__ import annotations

from tesc.nearest import did_you_mean
from tesc.trace.spans import matches, no_parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.trace.formats import Declared
    from tesc.trace.spans import Pairing


def lacking_keys(pairing: Pairing, events: Sequence[Declared]) -> Iterator[tuple[int, str]]:
    """The parts of a pairing's key that no record can have, by their place in it, and what is wrong.

    Of the events that match a pattern, one is enough that has the parameter: a trace need not have
    records of the others.
    """
    begins = [event for event in events if matches(event.name, pairing.begins)]
    ends = [event for event in events if event not in begins and matches(event.name, pairing.ends)]
    for place, key in enumerate(pairing.key):
        for texts, among in ((pairing.begins, begins), (pairing.ends, ends)):
            wrong = next(filter(None, (_lacking(key, text, among) for text in texts)), None)
            if wrong is not None:
                yield place, wrong
                break


def _lacking(key: str, text: str, among: Sequence[Declared]) -> str | None:
    """Why a parameter is none of those that the events of a pattern have; None if one has it."""
    matched = [event for event in among if matches(event.name, (text,))]
    known = list(dict.fromkeys(name for event in matched for _, name in event.parameters))
    if not matched or key in known:
        return None
    if len(matched) == 1:
        return no_parameter(matched[0].name, key, known)
    return f"no event that matches '{text}' has a parameter '{key}'{did_you_mean(key, known)}"
