from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.formats.align import looks_like_percent
from tesc.analysis.formats.errors import format_errors
from tesc.analysis.formats.reports import conversion_of
from tesc.analysis.formats.wording import called
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class MissingArgument(EventRule):
    """A format has more conversions than the event has parameters.

    printf then prints whatever is in the argument's place, or crashes on a `%s`. Each `*` also takes a
    parameter. Write a literal percent sign as `%%`.

    Wrong:

        disk_read(int sector, int count) "sector %d count %d buffer %p"

    Right:

        disk_read(int sector, int count, void *buffer) "sector %d count %d buffer %p"
    """

    code = "TE402"
    name = "missing-argument"
    by_pairs = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for error in format_errors(event, settings.data_models):
            if error.kind != "missing":
                continue
            form, conversion, span = conversion_of(error, event)
            number = len(event.parameters)
            has = f"{number} parameters" if number > 1 else "1 parameter" if number else "no parameters"
            if conversion.position:
                message = f"there is no parameter {conversion.position[:-1]} for {called(conversion)}"
            elif error.role != "value":
                message = f"there is no parameter for the {error.role} of {called(conversion)}"
            else:
                message = f"there is no parameter for {called(conversion)}"
            help_ = "add the parameter, or remove the conversion"
            if looks_like_percent(conversion, form.text):
                help_ = "write %% for a percent sign"
            yield Report(span, message, help_, (Related(tree.source, event.parameters_span, has),))


RULE = MissingArgument()
