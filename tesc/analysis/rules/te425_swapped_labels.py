from __future__ import annotations

import re
from itertools import combinations

from tesc.analysis import format_text
from tesc.analysis.callers import declared
from tesc.analysis.calls import matched_calls
from tesc.analysis.diagnostic import Fix, Related, SourceEdit
from tesc.analysis.formats.labels import labels_of, plain
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format
    from tesc.syntax.source import Span
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class SwappedLabels(SourcesRule):
    """Two labels of a format name each other's parameters.

    Parameters are printed in their order, whatever the text before them says. Either the labels are in
    the wrong order, or the parameters have each other's names; the calls of the event show which. With
    `--sources` the fix looks at the calls, and exchanges the labels or the parameters' names. If the
    calls do not show it, there is no fix.

    Wrong:

        vq_state(uint16_t avail, uint16_t used) "used %u avail %u"

    Right:

        vq_state(uint16_t avail, uint16_t used) "avail %u used %u"
    """

    code = "TE425"
    name = "swapped-labels"
    scope = "name"
    severity = "warning"
    fixable = True

    needs_sources = False

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index | None) -> Iterator[Report]:
        nodes = {id(event.node) for unit in units for event in unit.events if _maybe_swapped(event.node)}
        for one in declared(units, nodes) if nodes else ():
            form = one.node.format
            assert form is not None
            names = [plain(parameter.name) for parameter in one.node.parameters]
            labels = labels_of(one.node, form)
            words = [label[0] for label in labels if label]
            for i, j in combinations(range(len(labels)), 2):
                first, second = labels[i], labels[j]
                if not (first and second) or names[i] == names[j] or words.count(first[0]) > 1:
                    continue
                if (first[0], second[0]) == (names[j], names[i]):
                    yield _report(one, form, (i, first[1]), (j, second[1]), uses)


def _maybe_swapped(event: Event) -> bool:
    """Whether a later parameter's name occurs before an earlier one's, which is rare."""
    if event.format is None or len(event.parameters) < 2:
        return False
    text = plain(event.format.text)
    last = -1
    for parameter in event.parameters:
        name = plain(parameter.declaration.name)
        if 0 <= text.find(name) < last:
            return _ends_words(
                event.format.parsed.joined, [plain(one.declaration.name) for one in event.parameters]
            )
        last = max(last, text.rfind(name))
    return False


_LABEL_LIKE = re.compile(r"[A-Za-z0-9_-]+")


def _ends_words(text: str, names: Sequence[str]) -> bool:
    """Whether the text has words that end with the names, as labels do."""
    words = [plain(word) for word in _LABEL_LIKE.findall(text)]
    last = -1
    for name in names:
        places = [at for at, word in enumerate(words) if word.endswith(name)]
        if places and places[0] < last:
            return True
        last = max([last, *places])
    return False


def _report(
    one: Declared, form: Format, first: tuple[int, Span], second: tuple[int, Span], uses: Index | None
) -> Report:
    (i, here), (j, there) = first, second
    label, counterpart = form.text[here.start : here.end], form.text[there.start : there.end]
    left, right = one.node.parameters[i], one.node.parameters[j]
    wrong = _what_is_wrong(one, i, j, uses) if uses is not None else None
    help = "swap the labels or the parameters' names, whichever the calls of the event show to be wrong"
    edits: tuple[tuple[Span, str], ...] = ()
    if wrong == "labels":
        help = "swap the labels: the calls pass what the parameters' names say"
        edits = (
            (format_text.span(form, here.start, here.end), counterpart),
            (format_text.span(form, there.start, there.end), label),
        )
    elif wrong == "names":
        help = "swap the parameters' names: the calls pass what the labels say"
        edits = ((left.name_span, right.name), (right.name_span, left.name))
    fix = Fix("unsafe", tuple(SourceEdit(one.source, span, text) for span, text in edits)) if edits else None
    return Report(
        span=format_text.span(form, here.start, here.end),
        message=f"'{label}' labels the parameter '{left.name}', and '{counterpart}' labels '{right.name}'",
        help=help,
        related=(
            Related(one.source, format_text.span(form, there.start, there.end), f"labels '{right.name}'"),
        ),
        fix=fix,
        source=one.source,
        event=one.name,
    )


def _what_is_wrong(one: Declared, i: int, j: int, uses: Index) -> str | None:
    """What is wrong according to the calls: `labels` or `names` of two parameters; None if unclear."""
    names = one.node.parameters[i].name.lower(), one.node.parameters[j].name.lower()
    shown = set()
    for _, calls in matched_calls([one], uses):
        for _, use in calls:
            shown.add(_shown(use.given[i].text.lower(), *names))
            shown.add(_shown(use.given[j].text.lower(), *reversed(names)))
    shown.discard(None)
    return shown.pop() if len(shown) == 1 else None


def _shown(given: str, own: str, other: str) -> str | None:
    """What the argument `given` for the parameter `own`, with the label `other`, shows."""
    words = {*_WORD.findall(given), *_PART.findall(given)}
    if own in words or other in words:
        return None if own in words and other in words else "labels" if own in words else "names"
    like = [any(word in name or name in word for word in words if len(word) > 1) for name in (own, other)]
    return None if like[0] == like[1] else "labels" if like[0] else "names"


_WORD = re.compile(r"\w+")
_PART = re.compile(r"[a-z0-9]+")

RULE = SwappedLabels()
