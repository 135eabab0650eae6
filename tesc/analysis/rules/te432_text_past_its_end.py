from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.arguments import printings
from tesc.syntax.source import Span
from tesc.units.compat import lttng_conversions, lttng_field
from tesc.units.text import spelled_as_text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree

_SIMPLE = "the simple backend"
_LTTNG = "LTTng"


class TextPastItsEnd(EventRule):
    """A tracer reads text although the format prints an address, or reads past the precision.

    QEMU's tracetool looks only at a parameter's type: for a `char *`, the simple backend and LTTng record the
    text that it points to, up to a NUL; LTTng even does so for a `char **` or an `unsigned char *`. With
    `%p`, nothing guarantees a NUL, and `%.*s` is for text without one: the tracers read on until they find
    one, or the program crashes. With `compat = "fixed"` they record the address, or no more than the
    precision.

    Wrong:

        packet(int len, const char *buf, const char *name) "buf %p name %.*s"
        visit(char **obj) "obj %p"

    Right:

        packet(const void *buf, const char *name) "buf %p name %s"
        visit(void *obj) "obj %p"
    """

    code = "TE432"
    name = "text-past-its-end"
    reference = "tracers"
    by_pairs = True
    severity = "warning"
    fixable = True

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic" and settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or not any(parameter.type.is_pointer for parameter in event.parameters):
            return
        found = lttng_conversions(form.text)
        how = printings(form.text)
        right = texts([(p.type.text, p.name) for p in event.parameters], form.text, "fixed")
        for index, parameter in enumerate(event.parameters):
            type_ = parameter.type.text
            readers = [_SIMPLE] if spelled_as_text(type_) else []
            if index < len(found) and lttng_field(type_, found[index]) == "string":
                readers.append(_LTTNG)
            text, printing = right[index], how.get(index)
            if not readers or printing is None or printing.role != "value":
                continue
            who = f"{' and '.join(readers)} {'read' if len(readers) > 1 else 'reads'}"
            conversion = printing.conversion
            if text is not None and text.bounded:
                yield Report(
                    Span(form.start + conversion.start, form.start + conversion.end),
                    f"{who} '{parameter.name}' up to a NUL, not up to the precision of '{conversion.text}'",
                    'make sure that it ends with a NUL, or generate with compat = "fixed"',
                )
            elif text is None and printing.letter in ("p", "x", "X"):
                yield _address(parameter, tree, who)


def _address(parameter: Parameter, tree: Tree, who: str) -> Report:
    const = "const " if parameter.type.points_to_const else ""
    edit = SourceEdit(tree.source, parameter.type_span, f"{const}void *")
    return Report(
        parameter.type_span,
        f"{who} '{parameter.name}' as text, although the format prints its address",
        f"declare it '{const}void *{parameter.name}'",
        # Rust programs see another type.
        fix=Fix("unsafe", (edit,)),
    )


RULE = TextPastItsEnd()
