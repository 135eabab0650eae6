"""Diagnostics in the protocol's form."""

from __future__ import annotations

from itertools import islice

from lsprotocol import types as t

from tesc import codes
from tesc.analysis.diagnostic import Related
from tesc.analysis.rules.te603_wrong_argument_count import said_at
from tesc.lsp.positions import placing, units, visible
from tesc.lsp.rule_pages import page_uri
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Union

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.config.errors import ConfigError
    from tesc.lsp.session import Session
    from tesc.syntax.source import Source, Span

    _Place = tuple[str, tuple[int, int], tuple[int, int], str]
    _Key = tuple[tuple[int, int], tuple[int, int], str, str, str, Union[str, None], tuple[_Place, ...]]

SOURCE = "tesc"
# How many related places of a finding are sent: editors list them all wherever they show it.
_MOST_RELATED = 10
_SEVERITIES = {
    "error": t.DiagnosticSeverity.Error,
    "warning": t.DiagnosticSeverity.Warning,
    "information": t.DiagnosticSeverity.Information,
}
# Rules about unneeded things: suppressions, patterns and events without effect.
_UNNECESSARY = frozenset({codes.UNUSED_IGNORE, codes.PATTERN_MATCHES_NOTHING, codes.UNUSED_EVENT})


def shown(one: Diagnostic) -> Span:
    """Where editors mark a diagnostic."""
    return visible(one.source, one.span)


class Reporter:
    """Converts diagnostics for a client; unchanged ones stay the same objects."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # The last results, by document and input.
        self._made: dict[str, dict[_Key, t.Diagnostic]] = {}

    def reported(self, uri: str, found: Sequence[Diagnostic], with_related: bool) -> list[t.Diagnostic]:
        """The diagnostics of one document; `with_related` is true if the client supports related places."""
        before = self._made.pop(uri, {})
        if not found:
            return []
        made = self._made[uri] = {}
        place = placing(found[0].source, self._session.encoding)
        reports = []
        for one in found:
            span = shown(one)
            start, end = place(span.start), place(span.end)
            related = self._related(one.related) if with_related and one.related else ()
            key = (start, end, one.code, one.severity, one.message, one.help, related)
            report = before.get(key) or _report(*key)
            made[key] = report
            reports.append(report)
        return reports

    def forget(self, uri: str) -> None:
        """Forget a document's diagnostics."""
        self._made.pop(uri, None)

    def _related(self, related: Iterable[Related]) -> tuple[_Place, ...]:
        session = self._session
        places = []
        for one in islice(related, _MOST_RELATED):
            place = placing(one.source, session.encoding)
            uri = session.uri_of(one.source.file)
            places.append((uri, place(one.span.start), place(one.span.end), one.message))
        return tuple(places)


def _report(
    start: tuple[int, int],
    end: tuple[int, int],
    code: str,
    severity: str,
    message: str,
    help_: str | None,
    related: tuple[_Place, ...],
) -> t.Diagnostic:
    page = page_uri(code)
    return t.Diagnostic(
        _range(start, end),
        printable(f"{message}\nhelp: {help_}" if help_ else message),
        _SEVERITIES[severity],
        code,
        t.CodeDescription(page) if page else None,
        SOURCE,
        [t.DiagnosticTag.Unnecessary] if code in _UNNECESSARY else None,
        [
            t.DiagnosticRelatedInformation(t.Location(uri, _range(start, end)), text)
            for uri, start, end, text in related
        ]
        or None,
    )


def _range(start: tuple[int, int], end: tuple[int, int]) -> t.Range:
    return t.Range(t.Position(*start), t.Position(*end))


# Rules that report wrong calls at the declaration; their related places are the calls.
_OF_CALLS = frozenset({codes.WRONG_ARGUMENT_COUNT})


def found_in_source(found: Mapping[Source, Sequence[Diagnostic]], source: Source) -> list[Diagnostic]:
    """The findings at calls in a C or Rust source."""
    mine = list(found.get(source, ()))
    for diagnostics in found.values():
        for one in diagnostics:
            if one.code in _OF_CALLS:
                declared = Related(one.source, one.span, "declared here")
                mine += [
                    replace(
                        one,
                        source=source,
                        span=place.span,
                        message=said_at(one.message, place),
                        related=(declared,),
                        fix=None,
                    )
                    for place in one.related
                    if place.source is source
                ]
    return sorted(mine, key=lambda one: (one.span.start, one.code))


def of_configuration(errors: Sequence[ConfigError], encoding: str) -> list[t.Diagnostic]:
    """The diagnostics of a configuration file."""
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
