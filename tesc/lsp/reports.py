"""Diagnostics as clients take them."""

from __future__ import annotations

from lsprotocol import types as t

from tesc import codes
from tesc.analysis.diagnostic import Related
from tesc.lsp.positions import range_of, units
from tesc.lsp.rule_pages import page_uri
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.config.errors import ConfigError
    from tesc.lsp.session import Session
    from tesc.syntax.source import Source

SOURCE = "tesc"
_SEVERITIES = {
    "error": t.DiagnosticSeverity.Error,
    "warning": t.DiagnosticSeverity.Warning,
    "information": t.DiagnosticSeverity.Information,
}
# What they are about has no effect: suppressions, patterns and events that nobody needs.
_UNNECESSARY = frozenset({codes.UNUSED_IGNORE, codes.PATTERN_MATCHES_NOTHING, codes.UNUSED_EVENT})


def reported(found: Iterable[Diagnostic], session: Session, with_related: bool = True) -> list[t.Diagnostic]:
    """Diagnostics for a client; `with_related` is true if it takes related places."""
    return [_reported(diagnostic, session, with_related) for diagnostic in found]


def _reported(diagnostic: Diagnostic, session: Session, with_related: bool) -> t.Diagnostic:
    help_ = f"\nhelp: {diagnostic.help}" if diagnostic.help else ""
    page = page_uri(diagnostic.code)
    related = None
    if with_related and diagnostic.related:
        related = [
            t.DiagnosticRelatedInformation(session.location(one.source, one.span), one.message)
            for one in diagnostic.related
        ]
    return t.Diagnostic(
        range_of(diagnostic.source, diagnostic.span, session.encoding),
        printable(f"{diagnostic.message}{help_}"),
        _SEVERITIES[diagnostic.severity],
        diagnostic.code,
        t.CodeDescription(page) if page else None,
        SOURCE,
        [t.DiagnosticTag.Unnecessary] if diagnostic.code in _UNNECESSARY else None,
        related,
    )


# Rules that report at the declaration what is wrong with a call; their related places are the calls.
_OF_CALLS = frozenset({codes.WRONG_ARGUMENT_COUNT})


def reported_in_source(
    found: Mapping[Source, Sequence[Diagnostic]], source: Source, session: Session, with_related: bool = True
) -> list[t.Diagnostic]:
    """What is found in a C or Rust source, at its calls."""
    mine = list(found.get(source, ()))
    for diagnostics in found.values():
        for one in diagnostics:
            if one.code in _OF_CALLS:
                declared = Related(one.source, one.span, "declared here")
                mine += [
                    replace(one, source=source, span=place.span, related=(declared,), fix=None)
                    for place in one.related
                    if place.source is source
                ]
    return reported(sorted(mine, key=lambda one: (one.span.start, one.code)), session, with_related)


def of_configuration(errors: Sequence[ConfigError], encoding: str) -> list[t.Diagnostic]:
    """What is wrong with a configuration file."""
    reports = []
    for error in errors:
        start = t.Position(max(error.line - 1, 0), units(error.before, encoding))
        *above, last = error.text.split("\n")
        width = units(last, encoding)
        end = t.Position(start.line + len(above), width if above else start.character + max(width, 1))
        reports.append(
            t.Diagnostic(
                t.Range(start, end), printable(error.message), t.DiagnosticSeverity.Error, source=SOURCE
            )
        )
    return reports


def printable(text: str) -> str:
    """A text without the lone surrogates that stand for bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
