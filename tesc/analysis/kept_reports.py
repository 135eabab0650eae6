"""Findings in single files, cached between runs under a key of everything that they depend on."""

from __future__ import annotations

import os
from functools import lru_cache

from tesc import cache
from tesc.analysis.diagnostic import Diagnostic, Fix, Related, SourceEdit
from tesc.files import MAX_SOURCE_BYTES, SURROUNDINGS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tesc.analysis.rule import Rule
    from tesc.config.settings import Level, Settings
    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Source


class KeptReports:
    """Cached diagnostics of files, by text, settings, rules and the effective names of events."""

    def __init__(self, owner: str) -> None:
        """`owner` is the folder whose runs share them."""
        self._table = cache.table("reports", owner)

    def key(
        self,
        tree: Tree,
        settings: Settings,
        severities: Mapping[str, Level],
        rules: Sequence[Rule],
        names: Sequence[tuple[str, bool]],
    ) -> str:
        source = tree.source
        return cache.digest(
            source.path,
            source.text,
            settings.stable,
            repr(sorted(severities.items())),
            " ".join([rule.code for rule in rules]),
            repr(list(names)),
            *_surroundings(os.path.dirname(os.path.abspath(source.file))),
        )

    def get(self, key: str, source: Source) -> list[Diagnostic] | None:
        values = self._table.get(key)
        return None if values is None else [decoded(source, *value) for value in values]

    def put(self, key: str, source: Source, found: Sequence[Diagnostic]) -> None:
        """Keep a file's findings, unless they point to other files."""
        values = [encoded(diagnostic, source) for diagnostic in found]
        if None not in values:
            self._table.put(key, values)

    def save(self) -> None:
        self._table.save()


def encoded(diagnostic: Diagnostic, source: Source) -> list[Any] | None:
    """A diagnostic of a source as a JSON value; None if it points to other sources."""
    fix = diagnostic.fix
    edits = fix.edits if fix else ()
    others = [one.source for one in diagnostic.related] + [one.source for one in edits]
    if any(other is not source for other in (diagnostic.source, *others)):
        return None
    return [
        diagnostic.code,
        diagnostic.name,
        diagnostic.severity,
        diagnostic.message,
        [diagnostic.span.start, diagnostic.span.end],
        diagnostic.event,
        diagnostic.help,
        [[one.span.start, one.span.end, one.message] for one in diagnostic.related],
        fix and [fix.safety, [[one.span.start, one.span.end, one.text] for one in edits]],
    ]


def decoded(
    source: Source,
    code: str,
    name: str,
    severity: Any,
    message: str,
    span: list[int],
    event: str | None,
    help: str | None,
    related: list[Any],
    fix: Any,
) -> Diagnostic:
    """The inverse of `encoded`."""
    return Diagnostic(
        code=code,
        name=name,
        severity=severity,
        message=message,
        source=source,
        span=Span(*span),
        event=event,
        help=help,
        related=tuple([Related(source, Span(start, end), said) for start, end, said in related]),
        fix=Fix(fix[0], tuple([SourceEdit(source, Span(a, b), text) for a, b, text in fix[1]]))
        if fix
        else None,
    )


@lru_cache(maxsize=None)
def _surroundings(folder: str) -> tuple[str, ...]:
    """What rules depend on in a folder and those above it: files and their digests, as strings."""
    mine = []
    for name in SURROUNDINGS:
        path = os.path.join(folder, name)
        try:
            with open(path, "rb") as file:
                mine.append(f"{path} {cache.digest(file.read(MAX_SOURCE_BYTES))}")
        except OSError:
            if os.path.lexists(path):
                mine.append(path)
    parent = os.path.dirname(folder)
    return (*mine, *(_surroundings(parent) if parent != folder else ()))
