from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class DynamicWidth(EventRule):
    """A conversion takes its width or precision from an argument.

    SystemTap's BPF runtime does not know `%*d`, and QEMU's tracetool does not find such a conversion when
    it pairs parameters with conversions, so LTTng loses fields. A tracer that records arguments records
    the width as one of them. Write the width into the format, or remove it.

    Wrong:

        tree_node(int depth, int width, int value) "depth %d value %*d"

    Right:

        tree_node(int depth, int value) "depth %d value %8d"
    """

    code = "TE416"
    name = "dynamic-width"
    reference = "tracers"
    by_pairs = True
    severity = "warning"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or "*" not in form.text:
            return
        for conversion in form.parsed.conversions:
            # TE420 reports a conversion that also gives the argument's position.
            what = (
                "width" if conversion.width == "*" else "precision" if conversion.precision == "*" else None
            )
            if what is None:
                continue
            shown = form.text[conversion.start : conversion.end]
            span = format_text.span(form, conversion.start, conversion.end)
            yield Report(
                span,
                f"'{shown}' takes its {what} from an argument, which not every tracer supports",
                f"write the {what} as a number, or remove it",
            )


RULE = DynamicWidth()
