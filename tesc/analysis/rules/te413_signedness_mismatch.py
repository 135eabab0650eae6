from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.diagnostic import Related
from tesc.analysis.formats.advice import advise, fix_of, help_of
from tesc.analysis.formats.errors import other_signs
from tesc.analysis.formats.wording import called
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class SignednessMismatch(EventRule):
    """A conversion is signed and its parameter is unsigned, or the other way round.

    Values that fit both types print alike; `%d` prints a large unsigned value as negative, and `%u` or
    `%x` print a negative value as a large number. This rule is off by default. It reports what `gcc
    -Wformat-signedness` reports, except for `bool`, `%c`, and conversions that truncate their argument
    (`%hx`, `%hhu`): these print what is meant. QEMU's log tapset prints a large `uint32_t` without a
    minus even with `%d`, and a negative number with 64 bits (TE437).

    Wrong:

        queue_add(unsigned int len, int state) "len %d state 0x%x"

    Right:

        queue_add(unsigned int len, unsigned int state) "len %u state 0x%x"
    """

    code = "TE413"
    name = "signedness-mismatch"
    reference = "tracers"
    by_pairs = True
    severity = "information"
    on_by_default = False
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for index, number in other_signs(event, settings.data_models):
            assert event.format is not None
            form, parameter = event.format, event.parameters[number]
            conversion = form.parsed.conversions[index]
            span = Span(form.start + conversion.start, form.start + conversion.end)
            letter = format_text.letter(conversion)
            sign = "a signed" if letter in "di" else "an unsigned"
            name = f"'{parameter.name}'" if parameter.name else "the parameter"
            message = f"{called(conversion)} prints {sign} number, but {name} is {parameter.type.text}"
            related = (Related(tree.source, parameter.type_span, parameter.type.text),)
            advice = advise(conversion, parameter.type) if letter in "diu" else None
            if advice is None:
                yield Report(span, message, f"declare {name} unsigned", related)
            else:
                fix = fix_of(tree, form, conversion, advice, "unsafe")
                yield Report(
                    span=span,
                    message=message,
                    help=help_of(form, conversion, advice),
                    related=related,
                    fix=fix,
                )


RULE = SignednessMismatch()
