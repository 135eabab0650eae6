from __future__ import annotations

from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.source import Source
    from tesc.units.unit import Pattern, Unit


# Each search for a similar name compares all names; if many patterns fail, most have the same cause.
_MOST_SUGGESTIONS = 20


class PatternMatchesNothing(RunRule):
    """A `disable` pattern matches no event.

    Either it is misspelt, or the events that it disabled are gone. A pattern is compared with the names
    of this file's events and of those that it includes, as this file sees them: with its own prefix and
    those of its includes. `*` matches any number of characters, `?` exactly one; case matters. A pattern
    from the command line or the configuration may match in any file of the run.

    Wrong:

        esp_do_command(int cmd) "cmd %d"
        disable ESP_*

    Right:

        esp_do_command(int cmd) "cmd %d"
        disable esp_*
    """

    code = "TE504"
    name = "pattern-matches-nothing"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        inside = {tree.source for unit in units for tree in unit.trees}
        first: dict[tuple[object, ...], tuple[Unit, Pattern]] = {}
        used = set()
        for unit in units:
            for pattern in unit.patterns:
                key = _key(pattern, inside)
                first.setdefault(key, (unit, pattern))
                if pattern.matches:
                    used.add(key)
        unused = [(unit, pattern) for key, (unit, pattern) in first.items() if key not in used]
        for number, (unit, pattern) in enumerate(unused):
            yield Report(
                pattern.span,
                f"no event matches '{pattern.text}'",
                _near(unit, pattern) if number < _MOST_SUGGESTIONS else None,
                source=pattern.source,
            )


def _key(pattern: Pattern, inside: set[Source]) -> tuple[object, ...]:
    """A pattern's identity: its place in a file; or, from outside, its text, since every root gets it."""
    if pattern.source in inside:
        return (pattern.source, pattern.span)
    return (pattern.source.path, pattern.text)


def _near(unit: Unit, pattern: Pattern) -> str | None:
    """A suggestion: the name that was probably intended, as the pattern's file sees it."""
    from difflib import get_close_matches

    names = [event.node.name for event in unit.events if event.source is pattern.source]
    if pattern.source not in {tree.source for tree in unit.trees[len(unit.roots) :]}:
        begin = len(unit.ranges[0].prefix)
        names = [event.name[begin:] for event in unit.events]
    lower = {name.lower(): name for name in names}
    near = get_close_matches(pattern.text.lower(), lower, 1, 0.8)
    return f"did you mean '{lower[near[0]]}'?" if near else None


RULE = PatternMatchesNothing()
