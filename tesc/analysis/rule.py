"""The base classes of rules.

A rule is a class in its own module under `rules/`. Its class attributes are its metadata, its docstring is
its page (one sentence, why it matters, an example under `Wrong:` and one under `Right:`), and `check` yields
what it finds. Its base class, one of those below, determines what it looks at.
"""

from __future__ import annotations

from tesc import codes
from tesc.analysis.diagnostic import Fix, Related, SourceEdit
from tesc.records import record, replace
from tesc.syntax.continuations import JOIN_HELP, continuation_lines, ends_line
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Literal

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings, Severity
    from tesc.syntax.nodes import Event, ParseError, Tree
    from tesc.units.unit import Unit

    Scope = Literal["run", "event", "name", "spelling", "files", "late", "rare", "file", "lines"]


@record
class Report:
    """What a rule found: the smallest text that is wrong, and the message.

    Rules that look at one file may leave out `source`; `event` is an event's effective name, if the runner
    cannot determine it; `severity` overrides the rule's.
    """

    span: Span
    message: str
    help: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    source: Source | None = None
    event: str | None = None
    severity: Severity | None = None


class Rule:
    """A rule's metadata: `code` never changes its meaning; `name` is such that 'allow NAME' reads well."""

    code: str
    name: str
    # Codes and names of rules that this one has replaced: selectors and baselines still accept them.
    formerly: tuple[str, ...] = ()
    severity: Severity = "error"
    on_by_default = True
    # Whether tesc can fix some of its findings.
    fixable = False
    # The page of docs/reference that says more, without its ending.
    reference = ""
    # A Python package that it needs to find anything; one of tesc's extras installs it.
    needs_package = ""
    # What a finding depends on, so that an editor knows where to look again after an edit: "event", the
    # event that it is about; "name", all events of that name, and their uses in sources; "spelling",
    # those that share an identifier in generated code; "files", which files there are; "run",
    # anything of the run; "rare" is the same, but only events that are unusual by themselves have findings;
    # "late" is the same, and the result can wait. In a file: "lines", the line and,
    # at a syntax error, the lines around it; "file", anything of the file.
    scope: Scope = "run"
    # The settings for which the page's examples are right.
    example_profile = "default"

    @classmethod
    def page(cls) -> str:
        """The rule's documentation, in Markdown."""
        import inspect  # rules run without it

        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def summary(cls) -> str:
        """The first sentence of its page."""
        return cls.page().split("\n", 1)[0]

    def applies(self, settings: Settings) -> bool:
        """Whether the rule makes sense under these settings."""
        return True

    def is_local(self, tree: Tree) -> bool:
        """Whether findings in this file depend only on what `scope` says."""
        return True


class EventRule(Rule):
    """Looks at one event's declaration at a time.

    `by_pairs` is true if its findings in a plain event depend only on the event's pairs of conversion and
    type, each by itself (`tesc.analysis.plain` defines them): then it does not run on events whose pairs are
    known to be right. Such a rule cannot look at names or at words of a format.
    """

    by_pairs = False

    def concerns(self, event: Event, tree: Tree, settings: Settings) -> bool:
        """Whether the rule finds anything in an event that has only one pair."""
        for _ in self.check(event, tree, settings):  # any() would take half as long again
            return True
        return False

    scope: Scope = "event"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        raise NotImplementedError


class FileRule(Rule):
    """Looks at one file at a time."""

    scope: Scope = "file"

    def check(self, tree: Tree, settings: Settings) -> Iterable[Report]:
        raise NotImplementedError


class RunRule(Rule):
    """Looks at all units of a run together."""

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterable[Report]:
        raise NotImplementedError


class SourcesRule(Rule):
    """Looks at all units of a run together with the C and Rust sources.

    Without sources it does not run, unless it declares that it does not need them: then `uses` is None.
    """

    needs_sources = True

    def check(self, units: Sequence[Unit], settings: Settings, uses: Any) -> Iterable[Report]:
        raise NotImplementedError


class LateRule(SourcesRule):
    """Looks at all units and sources, but takes so long that an editor does not wait for it."""

    scope: Scope = "late"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Any) -> Iterator[Report]:
        for report in self.steps(units, settings, uses):
            if report is not None:
                yield report

    def steps(self, units: Sequence[Unit], settings: Settings, uses: Any) -> Iterator[Report | None]:
        """Yields what it finds, and None every few milliseconds, when other work may run."""
        raise NotImplementedError


class ChangeRule(Rule):
    """Looks at what changed since another version of the events; it runs only if there is one.

    `kinds` are the kinds of readers that the change breaks, the most important first: wire (guests' IDs,
    recorded traces), probe (SystemTap, bpftrace, LTTng), text (readers of logs), name (`-trace` patterns and
    lists), source (callers).
    """

    kinds: tuple[str, ...] = ()

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterable[Report]:
        raise NotImplementedError


class SyntaxRule(FileRule):
    """Reports the parse errors that have this rule's code."""

    scope = "lines"

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        below = continuation_lines(tree)
        for error in tree.errors:
            if error.code == self.code:
                told = _of_whole_item(error, tree, below) if below else error
                if told is not None:
                    yield report_of(told, tree.source)


class UnitErrorRule(RunRule):
    """Reports the errors in includes and prefixes that were found when the units were resolved."""

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            for error in unit.errors:
                place = (error.source, error.span)
                # Units that include the same file share its errors.
                if error.code == self.code and place not in seen:
                    seen.add(place)
                    yield Report(error.span, error.message, error.help, source=error.source)


def _of_whole_item(error: ParseError, tree: Tree, below: frozenset[int]) -> ParseError | None:
    """The error to report, if the lines `below` continue the items above them.

    Such an item is reported once, at the end of its first line; None for the errors that follow from it.
    """
    line, _ = tree.source.place(error.span.start)
    if line in below:
        return None
    if line + 1 not in below or not ends_line(error, tree):
        return error
    return replace(error, help=JOIN_HELP, edits=()) if error.code == codes.SYNTAX_ERROR else None


def report_of(error: ParseError, source: Source) -> Report:
    """A parse error as a report."""
    edits = tuple(SourceEdit(source, edit.span, edit.text) for edit in error.edits)
    return Report(error.span, error.message, error.help, fix=Fix("safe", edits) if edits else None)
