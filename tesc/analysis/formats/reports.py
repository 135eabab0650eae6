"""Format errors as reports of rules."""

from __future__ import annotations

from tesc import codes
from tesc.analysis.diagnostic import Related
from tesc.analysis.formats import wording
from tesc.analysis.formats.advice import advise, fix_of, help_of
from tesc.analysis.formats.conversions import INTEGER_LETTERS
from tesc.analysis.formats.errors import format_errors
from tesc.analysis.rule import Report
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.formats.errors import FormatError
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion


def mismatches(event: Event, tree: Tree, settings: Settings, code: str) -> Iterator[Report]:
    """Reports on the mismatches of an event that the rule `code` (TE401, TE404 or TE415) covers."""
    for error in format_errors(event, settings.data_models):
        if error.kind == "mismatch" and _rule_for(error, event, settings) == code:
            yield _mismatch(error, event, tree, settings)


def conversion_of(error: FormatError, event: Event) -> tuple[Format, Conversion, Span]:
    """The format and conversion that an error is about, and the conversion's span."""
    assert event.format is not None
    assert error.conversion is not None
    conversion = event.format.parsed.conversions[error.conversion]
    start = event.format.start
    return event.format, conversion, Span(start + conversion.start, start + conversion.end)


def _rule_for(error: FormatError, event: Event, settings: Settings) -> str:
    if len(error.models) < len(settings.data_models):
        return codes.FORMAT_NOT_PORTABLE
    _, conversion, _ = conversion_of(error, event)
    if error.role == "value" and conversion.letter in ("s", "S"):
        return codes.STRING_FROM_NON_STRING
    return codes.FORMAT_TYPE_MISMATCH


def _mismatch(error: FormatError, event: Event, tree: Tree, settings: Settings) -> Report:
    form, conversion, span = conversion_of(error, event)
    assert error.parameter is not None
    parameter = event.parameters[error.parameter]
    everywhere = len(error.models) == len(settings.data_models)
    message = wording.mismatch(conversion, error.role, parameter, error.models[0], everywhere)
    related = (Related(tree.source, parameter.type_span, parameter.type.text),)
    if error.role != "value":
        return Report(span, message, f"declare '{parameter.name}' as int", related)
    advice = advise(conversion, parameter.type)
    if advice is None:
        return Report(span, message, None, related)
    # A different kind of conversion changes what is printed.
    safe = not parameter.type.pointers and (conversion.macro or conversion.letter in INTEGER_LETTERS)
    fix = fix_of(tree, form, conversion, advice, "safe" if safe else "unsafe")
    return Report(
        span=span, message=message, help=help_of(form, conversion, advice), related=related, fix=fix
    )
