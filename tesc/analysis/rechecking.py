"""Checks the units of a run repeatedly, for an editor: after an edit, only what it affects.

The result is what `check` finds in the same texts. Findings that cannot have changed, by the rule's `scope`,
are only moved to their new places.
"""

from __future__ import annotations

from tesc.analysis.check import (
    OFF,
    Plan,
    diagnostic_of,
    found_in_file,
    found_in_run,
    needs_sources,
    unsuppressed,
    with_chains,
)
from tesc.analysis.rule import ChangeRule, EventRule, FileRule, LateRule
from tesc.analysis.selection import chosen
from tesc.analysis.source_suppressions import unsuppressed_in
from tesc.analysis.spellings import SharedSpellings
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Mapping, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.analysis.rule import Report, Rule
    from tesc.config.settings import Level, Settings
    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit
    from tesc.uses.index import Index

    Found = dict[Source, list[Diagnostic]]


@record
class Given:
    """What is checked: units, the settings of each file's source, and the uses in C and Rust sources."""

    units: Sequence[Unit]
    settings: Mapping[Source, Settings]
    uses: Index | None


class State:
    """The last findings, their input, and the rules that ran."""

    def __init__(
        self, given: Given, rules: Sequence[Rule], levels: Mapping[Source, Mapping[str, Level]]
    ) -> None:
        self.given = given
        self.rules = rules
        self.levels = dict(levels)
        self.trees = {tree.source: tree for unit in given.units for tree in unit.trees}
        # By file: the findings of rules on events, and those of rules on files.
        self.of_events: Found = {}
        self.of_files: dict[Source, list[Diagnostic]] = {}
        # By code: the findings of rules on all units.
        self.of_runs: dict[str, list[Diagnostic]] = {}
        self.found: Found = {}
        self.spellings: SharedSpellings | None = None
        # Rules that have not run since the last change, because their findings can wait.
        self.late: tuple[LateRule, ...] = ()
        self._plan: Plan | None = None

    def copy(self) -> State:
        """A copy, which can change independently of this one."""
        other = object.__new__(State)
        other.__dict__.update(self.__dict__)
        for name in ("levels", "trees", "of_events", "of_files", "of_runs", "found"):
            setattr(other, name, dict(getattr(self, name)))
        other._plan = None
        return other

    @property
    def first(self) -> Settings | None:
        """The settings for rules that look across files: the first file's."""
        tree = next((unit.trees[0] for unit in self.given.units), None)
        return None if tree is None else self.given.settings[tree.source]

    @property
    def is_settled(self) -> bool:
        """Whether all rules have run since the last change, so that the next edit is fast."""
        return not self.late and (self.spellings is not None or self.first is None)

    def plan(self) -> Plan:
        """Which rules run on which file; valid once all files are known."""
        if self._plan is None:
            self._plan = Plan(self.rules, {}, self.levels)
        return self._plan

    def run_on_file(
        self, tree: Tree, rules: Sequence[Rule], seen: Iterable[tuple[str, bool]]
    ) -> list[Diagnostic]:
        """What some rules find in a single file; `seen` has each event's name and whether it crosses."""
        plan = self.plan()
        levels = plan.severities_in(tree.source)
        mine = [rule for rule in rules if levels.get(rule.code) != OFF]
        return found_in_file(tree, self.given.settings[tree.source], levels, mine, seen)

    def run_on_units(self, rule: Rule, units: Sequence[Unit]) -> list[Diagnostic]:
        """What a rule on all units finds."""
        first = self.first
        if first is None or not rule.applies(first):
            return []
        return self._diagnostics(rule, found_in_run(rule, units, first, self.given.uses, None))

    def run_late(self, rule: LateRule) -> Generator[None, None, list[Diagnostic]]:
        """What a late rule on all units finds, in steps."""
        first = self.first
        found: list[Report] = []
        if first is not None and rule.applies(first):
            for report in rule.steps(self.given.units, first, self.given.uses):
                if report is None:
                    yield
                else:
                    found.append(report)
        return self._diagnostics(rule, found)

    def _diagnostics(self, rule: Rule, reports: Iterable[Report]) -> list[Diagnostic]:
        """A rule's reports as diagnostics, except in files where it is off."""
        plan = self.plan()
        found = []
        for report in reports:
            assert report.source is not None
            levels = plan.severities_in(report.source)
            if levels.get(rule.code) != OFF:
                found.append(diagnostic_of(rule, report, report.source, report.event, levels))
        return found

    def collect(self, dirty: Collection[Source] | None = None) -> None:
        """Combine the findings in the `dirty` files, or in all."""
        by_source: Found = {}
        for source in self.trees if dirty is None else dirty:
            if source in self.trees:
                by_source[source] = [*self.of_events[source], *self.of_files[source]]
        for found in self.of_runs.values():
            for one in found:
                if dirty is None or one.source in dirty:
                    by_source.setdefault(one.source, []).append(one)
        for source in dirty or ():
            self.found.pop(source, None)
        plan = self.plan()
        for source, mine in by_source.items():
            mine = with_chains(self._units_of(source, mine), mine)
            if source in self.trees:
                mine = unsuppressed([self.trees[source]], mine, plan, self.given.settings)
            else:
                mine = unsuppressed_in(source, mine)
            if mine:
                self.found[source] = sorted(mine, key=lambda one: (one.span.start, one.code, one.message))

    def _units_of(self, source: Source, found: Sequence[Diagnostic]) -> Sequence[Unit]:
        """The units that include a file, if something was found in it."""
        if not found:
            return ()
        return [unit for unit in self.given.units if any(tree.source is source for tree in unit.trees)]


def check_again(
    last: State | None, given: Given, names: Collection[str] = ()
) -> Generator[None, None, State]:
    """Check in steps, between which other work may run; returns the findings.

    `last` has the findings before the change, under the same settings, or is None; `names` are the events
    whose uses in sources have changed since then. Rules that can wait run in `settled`.
    """
    from tesc.analysis.edited_run import edits_between, recheck

    edits = None if last is None else edits_between(last, given)
    if last is not None and edits is not None:
        upper = {name.upper() for name in names}
        state = recheck(last, given, edits, upper) if edits or upper else last
        if state is not None:
            return state
    return (yield from _whole(given))


def settled(state: State) -> Generator[None, None, State]:
    """Run the rules that could wait, in steps, and prepare the counts that the next edit needs."""
    first = state.first
    if state.spellings is None and first is not None:
        state.spellings = yield from SharedSpellings.counted(state.given.units, first)
    for rule in state.late:
        found = yield from state.run_late(rule)
        state = state.copy()
        dirty = {one.source for one in (*state.of_runs[rule.code], *found)}
        state.of_runs[rule.code] = found
        state.late = tuple(one for one in state.late if one is not rule)
        state.collect(dirty)
    return state


def is_near(last: State | None, given: Given) -> bool:
    """Whether the input differs from the last one only by edits, so that checking is fast."""
    from tesc.analysis.edited_run import edits_between

    return last is not None and edits_between(last, given) is not None


def _whole(given: Given) -> Generator[None, None, State]:
    """Check everything."""
    rules, levels = chosen(given.settings)
    rules = [rule for rule in rules if not isinstance(rule, ChangeRule)]
    if given.uses is None:
        rules = [rule for rule in rules if not needs_sources(rule)]
    state = State(given, rules, levels)
    names = {id(one.node): one.name for unit in reversed(given.units) for one in reversed(unit.events)}
    crossing = {id(event.node) for unit in given.units for event in unit.events if event.crosses}
    for_events = [rule for rule in rules if isinstance(rule, EventRule)]
    for_files = [rule for rule in rules if isinstance(rule, FileRule)]
    yield
    for source, tree in state.trees.items():
        seen = [(names.get(id(one), one.name), id(one) in crossing) for one in tree.events]
        state.of_events[source] = state.run_on_file(tree, for_events, seen)
        state.of_files[source] = state.run_on_file(tree, for_files, seen)
        yield
    for rule in rules:
        if isinstance(rule, LateRule):
            state.of_runs[rule.code] = yield from state.run_late(rule)
        elif not isinstance(rule, (EventRule, FileRule)):
            state.of_runs[rule.code] = state.run_on_units(rule, given.units)
            yield
    state.collect()
    return state
