from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.formats.labels import labels_of, plain
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Parameter, Tree
    from tesc.syntax.printf import Conversion
    from tesc.syntax.source import Span


class LabelNamesAnotherParameter(EventRule):
    """A label in a format names a different parameter than the one printed after it.

    Parameters are printed in their order, whatever the text before them says. A label is reported if it
    is another parameter's name, both parameters have the same type, and no label names the printed one.
    Look at how the event is called: the label may be wrong, or the order of the parameters.

    Wrong:

        create_sq(uint16_t sqid, uint16_t cqid) "cqid=%u, for %u"

    Right:

        create_sq(uint16_t sqid, uint16_t cqid) "sqid=%u, for %u"
    """

    code = "TE431"
    name = "label-names-another-parameter"
    severity = "warning"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        form, parameters = event.format, event.parameters
        if form is None or len(parameters) < 2:
            return ()
        # Only parameters of the same type can be confused.
        if len({parameter.declaration.type.text for parameter in parameters}) == len(parameters):
            return ()
        names = [plain(parameter.declaration.name) for parameter in parameters]
        return _found(event, form, names) if _maybe_elsewhere(plain(form.text), names) else ()


def _maybe_elsewhere(text: str, names: Sequence[str]) -> bool:
    """Whether a parameter's name occurs anywhere except before its own conversion, which is rare."""
    if text.count("%") != len(names):
        return True
    for number, name in enumerate(names):
        at = text.find(name)
        while at >= 0:
            if text.count("%", 0, at) != number:
                return True
            at = text.find(name, at + 1)
    return False


def _found(event: Event, form: Format, names: Sequence[str]) -> Iterator[Report]:
    labels = labels_of(event, form)
    words = [label[0] if label else None for label in labels]
    conversions = [conversion for conversion, _ in format_text.arguments(event)]
    for i, label in enumerate(labels):
        if label is None or label[0] not in names or label[0] == names[i]:
            continue
        j = names.index(label[0])
        one, other = event.parameters[i], event.parameters[j]
        if one.type.text != other.type.text or names[i] in words or words[j] == names[i]:
            continue
        if _related(one.name, other.name) or _has_company(form, conversions, i):
            continue
        if (
            _is_label(form, label[1], conversions, i, words.count(label[0]) == 1)
            and not 0 <= label[1].start - conversions[j].end <= 2
        ):
            yield _report(form, label[1], one, other)


def _report(form: Format, label: Span, one: Parameter, other: Parameter) -> Report:
    return Report(
        format_text.span(form, label.start, label.end),
        f"'{form.text[label.start : label.end]}' labels the parameter '{one.name}', but another "
        f"parameter is called '{other.name}'",
        "name what is printed, or swap the parameters if the calls pass them in that order",
    )


def _related(one: str, other: str) -> bool:
    """Whether one name is part of the other: `dev_id` is a `dev`."""
    return plain(one) in plain(other) or plain(other) in plain(one)


def _has_company(form: Format, conversions: Sequence[Conversion], i: int) -> bool:
    """Whether a label also labels the next conversion: `dev %x:%x`, `size %dx%d`, `range %d - %d`."""
    if i + 1 == len(conversions):
        return False
    between = format_text.between(form, conversions[i].end, conversions[i + 1].start)
    return between.strip() in ("", "x", "0x") or not re.search(r"\w", between)


_BEFORE = re.compile(r'(?:^|[^\w\s"])[\s"]*\Z')


def _is_label(form: Format, label: Span, conversions: Sequence[Conversion], i: int, alone: bool) -> bool:
    """Whether a word is a label of its own, not part of `page[%d]`, `%dx%d` or `common dev %p`."""
    after = format_text.between(form, label.end, conversions[i].start)
    if any(char in "[({<" for char in after):
        return False
    if alone and after.startswith("="):
        return True
    start = conversions[i - 1].end if i else 0
    before = format_text.between(form, start, label.start)
    return label.start != start and (not re.search(r"\w", before) or _BEFORE.search(before) is not None)


RULE = LabelNamesAnotherParameter()
