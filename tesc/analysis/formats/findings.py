"""Faults as the findings that rules report."""

from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.formats import wording
from tesc.analysis.formats.advice import advise, fix_of, help_of
from tesc.analysis.formats.conversions import INTEGER_LETTERS
from tesc.analysis.formats.judge import faults
from tesc.analysis.rule import Finding
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.formats.judge import Fault
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion


def mismatches(event: Event, tree: Tree, settings: Settings, code: str) -> Iterator[Finding]:
    """The mismatches of an event that the rule `code` (TE401, TE404 or TE415) is for."""
    for fault in faults(event, settings.data_models):
        if fault.kind == "mismatch" and _rule_for(fault, event, settings) == code:
            yield _mismatch(fault, event, tree, settings)


def conversion_of(fault: Fault, event: Event) -> tuple[Format, Conversion, Span]:
    """The format and the conversion that a fault is about, and where that stands."""
    assert event.format is not None
    assert fault.conversion is not None
    conversion = event.format.parsed.conversions[fault.conversion]
    start = event.format.start
    return event.format, conversion, Span(start + conversion.start, start + conversion.end)


def _rule_for(fault: Fault, event: Event, settings: Settings) -> str:
    if len(fault.models) < len(settings.data_models):
        return "TE404"
    _, conversion, _ = conversion_of(fault, event)
    return "TE415" if fault.role == "value" and conversion.letter in ("s", "S") else "TE401"


def _mismatch(fault: Fault, event: Event, tree: Tree, settings: Settings) -> Finding:
    form, conversion, span = conversion_of(fault, event)
    assert fault.parameter is not None
    parameter = event.parameters[fault.parameter]
    everywhere = len(fault.models) == len(settings.data_models)
    message = wording.mismatch(conversion, fault.role, parameter, fault.models[0], everywhere)
    related = (Related(tree.source, parameter.type_span, parameter.type.text),)
    if fault.role != "value":
        return Finding(span, message, f"declare '{parameter.name}' as int", related)
    advice = advise(conversion, parameter.type)
    if advice is None:
        return Finding(span, message, None, related)
    # Another kind of conversion prints something else than the one that was written.
    safe = not parameter.type.pointers and (conversion.macro or conversion.letter in INTEGER_LETTERS)
    fix = fix_of(tree, form, conversion, advice, "safe" if safe else "unsafe")
    return Finding(span, message, help_of(form, conversion, advice), related, fix)
