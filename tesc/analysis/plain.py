"""Which rules have to look at an event: most events consist of pairs that are already known to be right.

An event is plain if its format has one conversion for each parameter, one string (with macros of <inttypes.h>
in it) and nothing that would change what a conversion means: no escape, no flag except `0`, no width from an
argument. A pair is a conversion and the type of its parameter. In a plain event, a rule that is `by_pairs`
finds exactly what it finds in events that have only one of these pairs. All of QEMU has some 320 pairs in
5,600 events. So each pair is judged once, in an event made for it, and a rule looks only at events with a
pair in which it found something.

A pair's conversion includes what rules take into account: a `0x` before it and any text touching its end.
"""

from __future__ import annotations

import re

from tesc.syntax.inttypes import PRI_MACROS, TRACETOOL_LENGTHS
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.rule import EventRule
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event

_COMMON = [name for name, (letter, size) in PRI_MACROS.items() if size in TRACETOOL_LENGTHS and letter != "o"]
# A conversion, possibly ending in a macro; QEMU's LTTng generator reads text that touches it as part of it.
_CONVERSION = re.compile(
    r"(?:(?:0[xX])+\d*)?%0?\d*(?:\.\d+)?"
    r"(?:(?:hh?|ll?|[jzt])?[diuxXcsp]\w*"
    rf'|"[ \t]*(?:{"|".join(sorted(_COMMON))})(?![A-Za-z0-9_])(?:[ \t]+"|"[^\s%"]*(?=[\s"])|\Z))'
)
# The maximum number of pairs that are kept; a file may contain any number.
_MOST_PAIRS = 20_000
_EVERYTHING = -1


class Judge:
    """Knows which rules may find something in an event; remembers the result for each pair."""

    def __init__(self, rules: Sequence[EventRule], settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        # By conversion and type: the rules that find something, as bits, and the number of quotes.
        self._pairs: dict[tuple[str, str], tuple[int, int]] = {}
        always = sum(1 << number for number, rule in enumerate(rules) if not rule.by_pairs)
        self._always = always
        self._sets: dict[int, Sequence[EventRule]] = {_EVERYTHING: rules}

    def rules_for(self, event: Event) -> Sequence[EventRule]:
        """The rules that have to look at an event."""
        wanted = self._wanted(event)
        found = self._sets.get(wanted)
        if found is None:
            found = [rule for number, rule in enumerate(self._rules) if wanted >> number & 1]
            self._sets[wanted] = found
        return found

    def _wanted(self, event: Event) -> int:
        form, parameters = event.format, event.parameters
        if form is None or event.properties or not (parameters or event.void):
            return _EVERYTHING
        text = form.text
        conversions = _CONVERSION.findall(text)
        if len(conversions) != len(parameters) or text.count("%") != len(conversions):
            return _EVERYTHING
        if "\\" in text or not text.isprintable():
            return _EVERYTHING
        wanted = self._always
        quotes = 2
        pairs = self._pairs
        for conversion, parameter in zip(conversions, parameters):
            declaration = parameter.declaration
            if declaration.flaw is not None:
                return _EVERYTHING
            pair = (conversion, declaration.type.text)
            judged = pairs.get(pair)
            if judged is None:
                judged = self._judged(*pair)
            wanted |= judged[0]
            quotes += judged[1]
        if text.count('"') != quotes or not (text[-1] == '"' or (conversions and text.endswith(conversion))):
            return _EVERYTHING
        return wanted

    def _judged(self, conversion: str, type_text: str) -> tuple[int, int]:
        """The rules that find something in an event with only this pair, as bits; and its quotes."""
        if len(self._pairs) >= _MOST_PAIRS:
            self._pairs.clear()
        # A macro at the end of the format: no string follows it.
        last = conversion.count('"') == 1
        source = Source("", f'event({type_text} name) "a {conversion}' + ("" if last else ' b"'))
        tree = parse(source)
        wanted = _EVERYTHING
        if len(tree.events) == 1 and not tree.errors:
            event = tree.events[0]
            wanted = 0
            for number, rule in enumerate(self._rules):
                if rule.by_pairs and rule.concerns(event, tree, self._settings):
                    wanted |= 1 << number
        judged = self._pairs[conversion, type_text] = (wanted, 0 if last else conversion.count('"'))
        return judged


_judges: list[tuple[Sequence[EventRule], Settings, Judge]] = []
_MOST_JUDGES = 8


def judge_of(rules: Sequence[EventRule], settings: Settings) -> Judge:
    """The judge for some rules under some settings; files with the same rules and settings share it."""
    for known, theirs, judge in _judges:
        if (settings is theirs or settings == theirs) and known == rules:
            return judge
    made = Judge(rules, settings)
    _judges.insert(0, (rules, settings, made))
    del _judges[_MOST_JUDGES:]
    return made
