from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.argument_types import TEXT, kind_of_type
from tesc.analysis.calls import at_arguments, matched_calls_in
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class NullForString(SourcesRule):
    """A C source passes NULL to an event that prints it as text.

    `%s` of a null pointer is undefined in C: glibc prints `(null)`, other libraries crash, and only while
    the event is enabled. SystemTap and DTrace report a bad address. Pass an empty string, or call another
    event.

    Sources are searched only with `--sources` or the key `sources`; only C sources are checked. What the
    source's text does not show is not checked.

    Wrong:

        # trace-events
        dev_name(const char *name) "name %s"

        # dev.c
        void dev_poll(void)
        {
            trace_dev_name(NULL);
        }

    Right:

        # trace-events
        dev_name(const char *name) "name %s"

        # dev.c
        void dev_poll(void)
        {
            trace_dev_name("");
        }
    """

    code = "TE606"
    name = "null-for-string"
    scope = "name"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        for one, calls in matched_calls_in(units, uses):
            texts = [
                number
                for number, parameter in enumerate(one.node.parameters)
                if kind_of_type(parameter.type) == TEXT and _prints_text(one.node, parameter)
            ]
            for path, use in calls if texts else ():
                for number in texts:
                    if _NULL.fullmatch(use.given[number].text):
                        name = one.node.parameters[number].name
                        yield from at_arguments(
                            uses,
                            (path, use),
                            one,
                            (number, number),
                            f"NULL is passed for '{name}', which event '{one.name}' prints as text",
                            'pass "" instead',
                        )


# NULL, alone or as one branch of a conditional expression.
_NULL = re.compile(r"(?:\([^()]*\*\) ?)?NULL|nullptr|.*[?:] ?(?:NULL|nullptr)(?: ?:.*)?")


def _prints_text(event: Event, parameter: Parameter) -> bool:
    return any(
        printed is parameter and conversion.letter == "s" and conversion.macro is None
        for conversion, printed in format_text.arguments(event)
    )


RULE = NullForString()
