from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.formats.labels import labels_of, plain
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

# Labels that objects never have. State, error and the like are missing, since they can be objects.
_VALUES = frozenset(
    "value values val count len length size num number index idx offset level status ret retval rc width "
    "height id fd pos position bytes nbytes flags mode type result errno".split()
)


class ValueLabelOnPointer(EventRule):
    """A label says that a value is printed, but `%p` prints an address.

    `len %p` of a `void *dev` is not a length: either the arguments were mixed up, or the value is what the
    pointer points to, which tracers do not read. Words such as `value`, `size` and `index` are reported if
    they do not occur in the parameter's own name.

    Wrong:

        ring_push(void *ring, void *head) "ring %p index %p"

    Right:

        ring_push(void *ring, unsigned index) "ring %p index %u"
    """

    code = "TE438"
    name = "value-label-on-pointer"
    severity = "warning"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or "%p" not in form.text:
            return
        for label, (conversion, parameter) in zip(labels_of(event, form), format_text.arguments(event)):
            if label is None or conversion.letter != "p" or not parameter.type.pointers:
                continue
            words = {plain(parameter.name), *parameter.name.lower().split("_")}
            if label[0] in _VALUES and label[0] not in words:
                yield Report(
                    format_text.span(form, label[1].start, label[1].end),
                    f"'{form.text[label[1].start : label[1].end]}' labels '{parameter.name}', "
                    "which is printed as a pointer",
                    "name what it points to, or pass and print the value",
                )


RULE = ValueLabelOnPointer()
