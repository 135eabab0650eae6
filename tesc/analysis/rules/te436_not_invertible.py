from __future__ import annotations

from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class NotInvertible(EventRule):
    """A line of the log does not show what an argument was.

    Distributions build QEMU with the log backend, and `tesc decode` turns its lines into records by
    reading formats backwards. If nothing separates two arguments, or a space separates two texts that may
    contain spaces, or an argument is only partly printed, there is more than one reading, and the
    argument is left out of the record.

    Wrong:

        file_open(const char *folder, const char *name) "%s%s"

    Right:

        file_open(const char *folder, const char *name) "folder '%s' name '%s'"
    """

    code = "TE436"
    name = "not-invertible"
    severity = "information"
    on_by_default = False

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        if event.format is None or not event.format.parsed.conversions:
            return
        from tesc.trace.inverse import doubts
        from tesc.trace.values import kind_of

        kinds = [kind_of(parameter.type.text) for parameter in event.parameters]
        for doubt in doubts(event.format.text, kinds):
            parameter = event.parameters[doubt.index]
            yield Report(
                parameter.name_span,
                f"a line of the log does not show what '{parameter.name}' was: {doubt.reason}",
                "separate it by text that it cannot contain, such as quotes" if doubt.joined else None,
            )


RULE = NotInvertible()
