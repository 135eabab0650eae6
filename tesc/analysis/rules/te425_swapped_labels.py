from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree

# The word before a conversion, and what separates the two.
_LABEL = re.compile(
    r'(?P<word>[A-Za-z][A-Za-z0-9_-]*)[ \t]*(?:[=:][ \t]*)?[\[({<\'"\\]*(?:(?<![A-Za-z0-9_])0[xX])?\Z'
)


class SwappedLabels(EventRule):
    """Two labels of a format name each other's parameters.

    Parameters are printed in their order, whatever the text before them says. Either the labels stand
    in the wrong order, or the parameters do; look at how the event is used. The fix exchanges the labels.

    Wrong:

        vq_state(uint16_t avail, uint16_t used) "used %u avail %u"

    Right:

        vq_state(uint16_t avail, uint16_t used) "avail %u used %u"
    """

    code = "TE425"
    name = "swapped-labels"
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or len(event.parameters) < 2:
            return
        names = [_plain(parameter.name) for parameter in event.parameters]
        if not _maybe_swapped(_plain(form.text), names):
            return
        labels = _labels(event, form)
        for i, first in enumerate(labels):
            for j in range(i + 1, len(labels)):
                second = labels[j]
                if (
                    first
                    and second
                    and (first[0], second[0]) == (names[j], names[i])
                    and names[i] != names[j]
                ):
                    if [label[0] for label in labels if label].count(first[0]) > 1:
                        continue
                    yield _finding(event, tree, form, (i, first[1]), (j, second[1]))


def _plain(word: str) -> str:
    """A name as labels spell it, too: `payloadlen` is `payload-len`."""
    return word.lower().replace("_", "").replace("-", "")


def _maybe_swapped(text: str, names: list[str]) -> bool:
    """Whether a later parameter's name stands somewhere before an earlier one's: mostly none does."""
    last = -1
    for name in names:
        if 0 <= text.find(name) < last:
            return True
        last = max(last, text.rfind(name))
    return False


def _labels(event: Event, form: Format) -> list[tuple[str, Span] | None]:
    """The label of each parameter: its word, and where it stands in the format."""
    labels: list[tuple[str, Span] | None] = []
    previous = 0
    pairs = format_text.arguments(event)
    for conversion, _ in pairs:
        match = _LABEL.search(form.text, previous, conversion.start)
        found = None
        if match is not None:
            word = match["word"].rstrip("-")
            found = _plain(word), Span(match.start("word"), match.start("word") + len(word))
        labels.append(found)
        previous = conversion.end
    return labels


def _finding(
    event: Event, tree: Tree, form: Format, first: tuple[int, Span], second: tuple[int, Span]
) -> Report:
    (i, one), (j, other) = first, second
    label, counterpart = form.text[one.start : one.end], form.text[other.start : other.end]
    names = event.parameters[i].name, event.parameters[j].name
    swap = (one.start, one.end, counterpart), (other.start, other.end, label)
    return Report(
        format_text.span(form, one.start, one.end),
        f"'{label}' labels the parameter '{names[0]}', and '{counterpart}' labels '{names[1]}'",
        "exchange the labels, or the parameters",
        (Related(tree.source, format_text.span(form, other.start, other.end), f"labels '{names[1]}'"),),
        format_text.fix(tree, form, *swap, safety="unsafe"),
    )


RULE = SwappedLabels()
