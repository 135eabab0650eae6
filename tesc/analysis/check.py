"""Runs rules over units: findings become diagnostics, suppressed ones are dropped."""

from __future__ import annotations

from tesc import codes
from tesc.analysis.diagnostic import Diagnostic, Related
from tesc.analysis.line_ends import trimmed
from tesc.analysis.plain import judge_of
from tesc.analysis.rule import ChangeRule, EventRule, FileRule, Report, RunRule, SourcesRule
from tesc.analysis.source_suppressions import unsuppressed_in
from tesc.analysis.suppressions import Suppression, suppressions
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    from tesc.analysis.helpers import Helpers
    from tesc.analysis.kept_reports import KeptReports
    from tesc.analysis.rule import Rule
    from tesc.comparison.approvals import ChangeSet
    from tesc.config.settings import Level, Settings
    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Source
    from tesc.units.unit import Inclusion, Unit
    from tesc.uses.index import Index

    # Settings, severities by code, rules, and each event's effective name and whether it crosses.
    _Facts = tuple[Settings, Mapping[str, Level], Sequence[Rule], Sequence[tuple[str, bool]]]

# In place of a severity: the rule does not run.
OFF: Literal["off"] = "off"
_NO_LEVELS: Mapping[str, Level] = {}


def check(
    units: Sequence[Unit],
    rules: Sequence[Rule],
    settings: Mapping[Source, Settings],
    severities: Mapping[str, Level],
    levels: Mapping[Source, Mapping[str, Level]] | None = None,
    memory: Memory | None = None,
    uses: Index | None = None,
    changes: ChangeSet | None = None,
) -> list[Diagnostic]:
    """What the rules find in units, sorted by file and position.

    `settings` has each file's settings; rules that look across files use those of the first file.
    `severities` overrides severities by code; `levels` does so for one file, where `off` means that the rule
    does not run there. With a `memory`, findings in a single file are not computed again while the file stays
    the same. `uses` are the uses of events in C and Rust sources; rules that need them run only if they are
    given, and rules about changes only with `changes`.
    """
    memory = memory or Memory()
    if uses is None:
        rules = [rule for rule in rules if not needs_sources(rule)]
    if changes is None:
        rules = [rule for rule in rules if not isinstance(rule, ChangeRule)]
    plan = Plan(rules, severities, levels or {})
    trees = list({id(tree): tree for unit in units for tree in unit.trees}.values())
    names = _effective_names(units)
    crossing = {id(event.node) for unit in units for event in unit.events if event.crosses}
    found: list[Diagnostic] = []
    asked: list[tuple[Tree, _Facts]] = []
    for tree in trees:
        mine = plan.severities_in(tree.source)
        seen = tuple([(names.get(id(event), event.name), id(event) in crossing) for event in tree.events])
        # Rules that look at more than one file run below, and do not affect what is kept for a file.
        alone = [one for one in plan.rules_in(tree.source) if isinstance(one, (EventRule, FileRule))]
        asked.append((tree, (settings[tree.source], mine, alone, seen)))
    memory.begin(asked)
    if trees:
        first = settings[trees[0].source]
        for rule in rules:
            if rule.applies(first):
                for finding in found_in_run(rule, units, first, uses, changes):
                    assert finding.source is not None
                    mine = plan.severities_in(finding.source)
                    if mine.get(rule.code) != OFF:
                        found.append(diagnostic_of(rule, finding, finding.source, finding.event, mine))
    for tree, facts in asked:
        found.extend(memory.found_in(tree, facts))
    memory.keep_only(trees)
    found = with_chains(units, found)
    kept = unsuppressed(trees, found, plan, settings)
    order = {tree.source: (number, "") for number, tree in enumerate(trees)}

    def place(one: Diagnostic) -> tuple[tuple[int, str], int, str, str]:
        # Build files and sources come last, by their paths.
        in_files = order.get(one.source) or (len(order), one.source.path)
        return in_files, one.span.start, one.code, one.message

    return sorted(kept, key=place)


def _effective_names(units: Sequence[Unit]) -> dict[int, str]:
    """Effective names in the first unit that differ from the declared ones, by the declaration's `id`."""
    names: dict[int, str] = {}
    for unit in reversed(units):
        for event in reversed(unit.events):
            node = event.node
            if event.name != node.name or id(node) in names:
                names[id(node)] = event.name
    return names


def needs_sources(rule: Rule) -> bool:
    """Whether a rule looks at C and Rust sources, and cannot run without them."""
    return isinstance(rule, SourcesRule) and rule.needs_sources


class Memory:
    """The findings in each single file, and the facts about the file that they depend on."""

    def __init__(self, kept: KeptReports | None = None, with_helpers: bool = False) -> None:
        """`kept` has the findings of earlier processes; `with_helpers` lets other processes check new files.

        Helpers are copies of this process, which must have no threads.
        """
        self._found: dict[int, tuple[Tree, _Facts, list[Diagnostic]]] = {}
        self._kept = kept
        self._with_helpers = with_helpers
        self._begun: list[tuple[Tree, _Facts]] = []
        self._helpers: Helpers | None = None

    def begin(self, asked: Sequence[tuple[Tree, _Facts]]) -> None:
        """Let other processes check those of the given trees whose findings are unknown."""
        if not self._with_helpers:
            return
        from tesc.analysis.helpers import Helpers  # most runs have few files

        mine = self._begun = [(tree, facts) for tree, facts in asked if not self._knows(tree, facts)]
        self._helpers = Helpers(
            [tree for tree, _ in mine], lambda number: found_in_file(mine[number][0], *mine[number][1])
        )

    def _knows(self, tree: Tree, facts: _Facts) -> bool:
        before = self._found.get(id(tree))
        if before is not None and before[1] == facts:
            return True
        found = None if self._kept is None else self._kept.get(self._kept.key(tree, *facts), tree.source)
        if found is not None:
            self._found[id(tree)] = (tree, facts, found)
        return found is not None

    def _take_from_helpers(self) -> None:
        helpers, self._helpers = self._helpers, None
        assert helpers is not None
        for number in helpers.left:
            tree, facts = self._begun[number]
            self._found[id(tree)] = (tree, facts, self._looked_for(tree, facts))
        for number, found in helpers.found().items():
            tree, facts = self._begun[number]
            self._found[id(tree)] = (tree, facts, found)
            if self._kept is not None:
                self._kept.put(self._kept.key(tree, *facts), tree.source, found)

    def found_in(self, tree: Tree, facts: _Facts) -> list[Diagnostic]:
        """The findings in a tree, computed again only if the facts differ."""
        if self._helpers:
            self._take_from_helpers()
        before = self._found.get(id(tree))
        if before is None or before[1] != facts:
            before = self._found[id(tree)] = (tree, facts, self._looked_for(tree, facts))
        return before[2]

    def _looked_for(self, tree: Tree, facts: _Facts) -> list[Diagnostic]:
        if self._kept is None:
            return found_in_file(tree, *facts)
        key = self._kept.key(tree, *facts)
        found = self._kept.get(key, tree.source)
        if found is None:
            found = found_in_file(tree, *facts)
            self._kept.put(key, tree.source, found)
        return found

    def fork(self) -> Memory:
        """A copy, which can change independently of this one."""
        other = Memory(self._kept)
        other._found = dict(self._found)
        return other

    def keep_only(self, trees: Sequence[Tree]) -> None:
        """Forget all trees except these."""
        self._found = {id(tree): self._found[id(tree)] for tree in trees}


def found_in_run(
    rule: Rule, units: Sequence[Unit], settings: Settings, uses: Index | None, changes: ChangeSet | None
) -> Iterable[Report]:
    """What a RunRule or SourcesRule finds."""
    if isinstance(rule, RunRule):
        return rule.check(units, settings)
    if isinstance(rule, SourcesRule):
        return rule.check(units, settings, uses)
    if isinstance(rule, ChangeRule) and changes is not None:
        return rule.check(changes.unapproved(rule.kinds), settings)
    return ()


class Plan:
    """Which rules run on which file, and with which severities."""

    def __init__(
        self,
        rules: Sequence[Rule],
        severities: Mapping[str, Level],
        levels: Mapping[Source, Mapping[str, Level]],
    ) -> None:
        self._rules = rules
        self._severities = severities
        self._levels = levels
        # Most files of a run share their levels.
        self._known: dict[int, tuple[Mapping[str, Level], list[Rule]]] = {}

    def severities_in(self, source: Source) -> Mapping[str, Level]:
        return self._of(source)[0]

    def rules_in(self, source: Source) -> list[Rule]:
        return self._of(source)[1]

    def _of(self, source: Source) -> tuple[Mapping[str, Level], list[Rule]]:
        levels = self._levels.get(source, _NO_LEVELS)
        if id(levels) not in self._known:
            mine = {**self._severities, **levels}
            rules = [rule for rule in self._rules if mine.get(rule.code) != OFF]
            self._known[id(levels)] = (mine, rules)
        return self._known[id(levels)]


def with_chains(units: Sequence[Unit], found: list[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics in included files, with the includes that led there as related places."""
    chains: dict[Source, tuple[Inclusion, ...]] = {}
    for unit in units:
        for tree, chain in zip(unit.trees, unit.chains):
            if not chains.get(tree.source) or not chain:
                chains[tree.source] = chain
    return [
        replace(d, related=(*d.related, *map(_included_here, reversed(chains[d.source]))))
        if chains.get(d.source)
        else d
        for d in found
    ]


def _included_here(inclusion: Inclusion) -> Related:
    return Related(inclusion.source, inclusion.include.path_span, "included from here")


def found_in_file(
    tree: Tree,
    settings: Settings,
    severities: Mapping[str, Level],
    rules: Sequence[Rule],
    seen: Iterable[tuple[str, bool]],
) -> list[Diagnostic]:
    found = []
    # An event that crosses the guest tunnel has to fit its wire, whatever the tracers accept.
    of_guests = replace(settings, max_args=settings.guest_args)
    event_rules = [r for r in rules if isinstance(r, EventRule) and r.applies(settings)]
    rules_for = judge_of(event_rules, settings).rules_for
    for event, (name, crosses) in zip(tree.events, seen) if event_rules else ():
        for rule in rules_for(event):
            for finding in rule.check(event, tree, of_guests if crosses else settings):
                found.append(diagnostic_of(rule, finding, tree.source, name, severities))
    lines: dict[int, str] = {}
    for file_rule in rules:
        if isinstance(file_rule, FileRule) and file_rule.applies(settings):
            for finding in file_rule.check(tree, settings):
                lines = lines or {event.line: name for event, (name, _) in zip(tree.events, seen)}
                line, _ = tree.source.place(finding.span.start)
                found.append(diagnostic_of(file_rule, finding, tree.source, lines.get(line), severities))
    return found


def diagnostic_of(
    rule: Rule, finding: Report, source: Source, event: str | None, severities: Mapping[str, Level]
) -> Diagnostic:
    severity = severities.get(rule.code, finding.severity or rule.severity)
    assert severity != OFF
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=severity,
        message=finding.message,
        source=source,
        span=finding.span,
        event=finding.event or event,
        help=finding.help,
        related=finding.related,
        fix=trimmed(finding.fix) if finding.fix else None,
    )


def unsuppressed(
    trees: Sequence[Tree],
    found: list[Diagnostic],
    plan: Plan,
    settings: Mapping[Source, Settings],
) -> list[Diagnostic]:
    """Where `# tesc: ignore` acts: drop what comments suppress, and report comments that suppress nothing."""
    dropped: set[int] = set()
    unused: list[Diagnostic] = []
    by_source: dict[Source, list[Diagnostic]] = {}
    for diagnostic in found:
        by_source.setdefault(diagnostic.source, []).append(diagnostic)
    for source in by_source.keys() - {tree.source for tree in trees}:
        left = set(map(id, unsuppressed_in(source, by_source[source])))
        dropped.update(id(one) for one in by_source[source] if id(one) not in left)
    for tree in trees:
        mine = suppressions(tree)
        if not mine:
            continue
        rules = plan.rules_in(tree.source)
        reporter = next((rule for rule in rules if rule.code == codes.UNUSED_IGNORE), None)
        ran = {rule.code for rule in rules if rule.applies(settings[tree.source])}
        here = _by_place(by_source.get(tree.source, ()))
        useless: list[Report] = []
        for one in mine:
            hit = [key for code in one.codes for key in here.get((code, one.line), ())]
            dropped.update(hit)
            # If a rule did not run, it is unknown whether its suppression is needed.
            if not hit and (one.flaw or not one.codes - ran):
                useless.append(_unused(one))
            elif one.now:
                useless.append(Report(one.span, one.now, "write the new code", severity="information"))
        # Unused ignores can be ignored only for the whole file: a comment does not apply to a comment.
        silent = any(codes.UNUSED_IGNORE in one.codes and not one.line for one in mine)
        if reporter and not silent:
            levels = plan.severities_in(tree.source)
            unused += [diagnostic_of(reporter, one, tree.source, None, levels) for one in useless]
    return [d for d in found if id(d) not in dropped] + unused


def _by_place(found: Iterable[Diagnostic]) -> dict[tuple[str, int], list[int]]:
    """The `id`s of diagnostics by code and line; line 0 has those of all lines."""
    made: dict[tuple[str, int], list[int]] = {}
    for diagnostic in found:
        line, _ = diagnostic.source.place(diagnostic.span.start)
        for where in (0, line):
            made.setdefault((diagnostic.code, where), []).append(id(diagnostic))
    return made


def _unused(one: Suppression) -> Report:
    where = "here" if one.line else "in this file"
    return Report(one.span, one.flaw or f"nothing to ignore: {one.selector} finds nothing {where}")
