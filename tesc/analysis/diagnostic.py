"""Diagnostics: what a rule found, where, and what to write instead. They are immutable."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from tesc.config.settings import Severity

    # Whether applying a fix can change the meaning.
    Safety = Literal["safe", "unsafe"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information")


@record
class Related:
    """Another place that a diagnostic is about; `message` says what is there."""

    source: Source
    span: Span
    message: str


@record
class SourceEdit:
    """Text that replaces a span of a source."""

    source: Source
    span: Span
    text: str


@record
class Fix:
    """Edits that fix a finding. `safety` is safe if they cannot change the meaning.

    Fixes in C or Rust sources (`in_program`) are only for editors, which show edits before applying them.
    """

    safety: Safety
    edits: tuple[SourceEdit, ...]
    in_program: bool = False


@record
class Diagnostic:
    """One finding of one rule. `event` is the effective name of the event it is about, if any."""

    code: str
    name: str
    severity: Severity
    message: str
    source: Source
    span: Span
    event: str | None
    help: str | None
    related: tuple[Related, ...]
    fix: Fix | None
