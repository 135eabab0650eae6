from __future__ import annotations

from tesc.analysis.formats.advice import advise_for
from tesc.analysis.formats.errors import format_errors
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class UnusedArgument(EventRule):
    """A parameter is not printed: the format has no conversion for it.

    Some tracers record the value, but it is lost in all that print text. Usually a conversion was
    forgotten. The C compiler also rejects such a call.

    Wrong:

        disk_read(int sector, int count, void *buffer) "sector %d count %d"

    Right:

        disk_read(int sector, int count, void *buffer) "sector %d count %d buffer %p"
    """

    code = "TE403"
    name = "unused-argument"
    by_pairs = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for error in format_errors(event, settings.data_models):
            if error.kind == "unformatted":
                what = "the parameters are" if len(event.parameters) > 1 else "the parameter is"
                message = f"{what} not printed: there is no format"
                yield Report(event.parameters_span, message, "add a format")
            elif error.kind == "unused":
                assert error.parameter is not None
                parameter = event.parameters[error.parameter]
                name = f"'{parameter.name}'" if parameter.name else "a parameter"
                message = f"{name} is not printed: the format has no conversion for it"
                span = parameter.name_span if parameter.name else parameter.span
                yield Report(span, message, advise_for(parameter))


RULE = UnusedArgument()
