from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Fix
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion


class UnsafeConversion(EventRule):
    """A conversion writes (`%n`) or numbers its argument (`%1$d`), which no tracer supports.

    C compilers accept both. But `%n` writes through a pointer, and C libraries stop a program that tries;
    a tracer that prints later, or in another process, cannot write at all. SystemTap does not know
    positions such as `%2$s`, and every generator that pairs conversions with parameters in order gets
    them wrong.

    Wrong:

        disk_full(const char *name, int unit) "unit %2$d of %1$s"

    Right:

        disk_full(const char *name, int unit) "%s: unit %d"
    """

    code = "TE420"
    name = "unsafe-conversion"
    reference = "tracers"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        for conversion in form.parsed.conversions:
            shown = form.text[conversion.start : conversion.end]
            span = format_text.span(form, conversion.start, conversion.end)
            if conversion.letter == "n":
                yield Report(span, f"'{shown}' writes through a pointer, which no tracer does", "remove it")
            elif conversion.position or "$" in conversion.width or "$" in (conversion.precision or ""):
                yield Report(
                    span,
                    f"'{shown}' names the position of its argument, which no tracer understands",
                    "put the conversions in the order of the parameters",
                    fix=_in_order(tree, form),
                )


def _in_order(tree: Tree, form: Format) -> Fix | None:
    """The fix that removes all positions, if they match the order."""
    named: list[Conversion] = [c for c in form.parsed.conversions if c.letter != "%"]
    positions = [f"{number}$" for number in range(1, len(named) + 1)]
    if [c.position for c in named] != positions or any(c.arguments != 1 for c in named):
        return None
    if not all(form.text.startswith(c.position, c.start + 1) for c in named):
        return None
    return format_text.fix(tree, form, *((c.start + 1, c.start + 1 + len(c.position), "") for c in named))


RULE = UnsafeConversion()
