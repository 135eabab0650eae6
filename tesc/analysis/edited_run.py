"""What the rules find after edits of a few files, derived from what they found before."""

from __future__ import annotations

from bisect import bisect_left

from tesc.analysis.moved_diagnostics import Move, Touched
from tesc.analysis.per_unit_cache import PerUnitCache
from tesc.analysis.rule import EventRule, FileRule, LateRule, SourcesRule
from tesc.analysis.spellings import SharedSpellings
from tesc.analysis.stepwise import at_once
from tesc.records import record, replace
from tesc.syntax.nodes import Tree
from tesc.syntax.reparsing import changed_lines, first_item
from tesc.units.plain_events import is_simple, names_in, nodes_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.analysis.rechecking import Given, State
    from tesc.analysis.rule import Rule
    from tesc.syntax.reparsing import Changed
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit, UnitEvent


@record
class Edit:
    """A one-file unit before and after an edit, and the events in the changed lines before and after."""

    old: Unit
    new: Unit
    changed: Changed
    removed: tuple[UnitEvent, ...]
    added: tuple[UnitEvent, ...]

    @property
    def before(self) -> Tree:
        return self.old.roots[0]

    @property
    def after(self) -> Tree:
        return self.new.roots[0]


def edits_between(last: State, given: Given) -> list[Edit] | None:
    """The edits between the last input and this one; None if more than one-file units changed."""
    before = last.given
    if before.uses is not given.uses or len(before.units) != len(given.units):
        return None
    edits = []
    for old, new in zip(before.units, given.units):
        if old is not new:
            if not (is_simple(old) and is_simple(new)):
                return None
            mine, other = old.roots[0].source, new.roots[0].source
            if mine.file != other.file or before.settings[mine] != given.settings[other]:
                return None
            changed = changed_lines(mine, other)
            removed = _within(old, changed.first, changed.old_lines)
            added = _within(new, changed.first, changed.new_lines)
            edits.append(Edit(old=old, new=new, changed=changed, removed=removed, added=added))
    return edits


def _within(unit: Unit, first: int, lines: int) -> tuple[UnitEvent, ...]:
    """The events in some lines of a one-file unit."""
    nodes = nodes_in(unit)
    return unit.events[first_item(nodes, first) : first_item(nodes, first + lines)]


def recheck(last: State, given: Given, edits: Sequence[Edit], names: Collection[str]) -> State | None:
    """The findings after some edits; None if everything has to be checked again.

    `names` are the events, in capitals, whose uses in sources have changed.
    """
    try:
        return _Recheck(last, given, edits, names).state()
    except Touched:
        return None


class _Recheck:
    def __init__(self, last: State, given: Given, edits: Sequence[Edit], names: Collection[str]) -> None:
        self._last = last
        self._given = given
        self._edits = edits
        self._moves = [Move(one.before.source, one.after.source, one.changed) for one in edits]
        self._state = last.copy()
        self._dirty: set[Source] = {one.after.source for one in edits}
        self._names = {event.name.upper() for one in edits for event in (*one.removed, *one.added)}
        self._names.update(names)
        self._shared = False
        self._named: list[Unit] | None = None

    def state(self) -> State | None:
        """The findings; None if everything has to be checked again. Raises Touched."""
        state = self._state
        state.given = self._given
        for edit in self._edits:
            # The settings are the same, so the levels are too.
            state.levels[edit.after.source] = state.levels.pop(edit.before.source, {})
            del state.trees[edit.before.source]
            state.trees[edit.after.source] = edit.after
        for edit, move in zip(self._edits, self._moves):
            self._recheck_file(edit, move)
        self._count_spellings()
        for rule in state.rules:
            if not isinstance(rule, (EventRule, FileRule)):
                found = self._run_on_units(rule)
                if found is None:
                    return None
                state.of_runs[rule.code] = found
        for move in self._moves:
            state.found.pop(move.old, None)
        state.late = tuple(rule for rule in state.rules if isinstance(rule, LateRule))
        state.collect(self._dirty)
        return state

    # Single files.

    def _recheck_file(self, edit: Edit, move: Move) -> None:
        state, source, tree = self._state, edit.after.source, edit.after
        first = first_item(tree.items, edit.changed.first)
        last = first_item(tree.items, edit.changed.first + edit.changed.new_lines)
        part = Tree(source, tree.items[first:last], ())
        for_events = [rule for rule in state.rules if isinstance(rule, EventRule)]
        new = state.run_on_file(part, for_events, _Seen(part))
        state.of_events[source] = _joined(state.of_events.pop(edit.before.source), new, edit, move)
        state.of_files[source] = self._look_at_lines(edit, move, part)

    def _look_at_lines(self, edit: Edit, move: Move, part: Tree) -> list[Diagnostic]:
        """The findings of the rules on files; some rules look at one line at a time."""
        state, before, after = self._state, edit.before, edit.after
        found = state.of_files.pop(before.source)
        by_lines = [rule for rule in state.rules if isinstance(rule, FileRule) and rule.scope == "lines"]
        whole = [rule for rule in state.rules if isinstance(rule, FileRule) and rule.scope != "lines"]
        lines = _lines_to_look_at(edit)
        items = {item.line: item for item in part.items}
        for line in lines:
            at = first_item(after.items, line)
            if at < len(after.items) and after.items[at].line == line:
                items[line] = after.items[at]
        looked = Tree(after.source, tuple(items[line] for line in sorted(items)), after.errors)
        new = state.run_on_file(looked, by_lines, _Seen(looked))
        codes = {rule.code for rule in by_lines}
        kept = [move.moved(one) for one in found if one.code in codes and not move.touches(one)]
        return [
            *(one for one in kept if after.source.place(one.span.start)[0] not in lines),
            *(one for one in new if after.source.place(one.span.start)[0] in lines),
            *state.run_on_file(after, whole, _Seen(after)),
        ]

    # Across files.

    def _count_spellings(self) -> None:
        """Find out whether an added or removed event shares an identifier with another one."""
        first = self._last.first
        if not self._edits or first is None:
            return
        if self._last.spellings is None:
            self._last.spellings = at_once(SharedSpellings.counted(self._last.given.units, first))
        counts = self._state.spellings = self._last.spellings.copy()
        for edit in self._edits:
            shared = counts.remove(event.name for event in edit.removed)
            self._shared = shared or self._shared
        for edit in self._edits:
            shared = counts.add(event.name for event in edit.added)
            self._shared = shared or self._shared

    def _run_on_units(self, rule: Rule) -> list[Diagnostic] | None:
        """The findings of a rule on all units; None if everything has to be checked again."""
        before = self._state.of_runs[rule.code]
        scope = rule.scope
        if scope == "event" and not all(rule.is_local(edit.after) for edit in self._edits):
            scope = "run"
        if scope == "spelling":
            scope = "run" if self._shared else "files"
        if scope == "late":
            return self._kept(before)
        if scope == "files" or (scope in ("event", "rare", "run") and not self._concerns(rule)):
            return self._moved(before)
        if scope == "rare" and not before and not self._of_events(rule, before):
            return []
        if scope == "event":
            return self._of_events(rule, before)
        if scope == "name":
            return self._of_names(rule, before)
        found = self._state.run_on_units(rule, self._given.units)
        self._dirty.update(one.source for one in (*before, *found))
        return found

    def _concerns(self, rule: Rule) -> bool:
        return bool(self._edits) or isinstance(rule, SourcesRule)

    def _moved(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """The findings, moved to their places in the new texts. Raises Touched."""
        moved = []
        for one in found:
            for move in self._moves:
                if move.mentions(one):
                    one = move.moved(one)
                    self._dirty.add(one.source)
            moved.append(one)
        return moved

    def _kept(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """A late rule's findings that still have a place; the rule runs again when the user stops typing."""
        kept = []
        for one in found:
            try:
                kept += self._moved([one])
            except Touched:
                self._dirty.add(one.source)
        return kept

    def _of_events(self, rule: Rule, before: Sequence[Diagnostic]) -> list[Diagnostic]:
        kept = [one for one in before if not any(move.touches(one) for move in self._moves)]
        units = [replace(edit.new, events=edit.added) for edit in self._edits]
        new = []
        for one in self._state.run_on_units(rule, units):
            edit = next(edit for edit in self._edits if edit.after.source is one.source)
            if edit.changed.holds_new(one.span.start):
                new.append(one)
        return [*self._moved(kept), *new]

    def _of_names(self, rule: Rule, before: Sequence[Diagnostic]) -> list[Diagnostic] | None:
        units = self._with_names()
        if units is None:
            return None
        gone = [one for one in before if one.event is not None and one.event.upper() in self._names]
        dropped = set(map(id, gone))
        new = self._state.run_on_units(rule, units)
        self._dirty.update(one.source for one in (*gone, *new))
        return [*self._moved([one for one in before if id(one) not in dropped]), *new]

    def _with_names(self) -> list[Unit] | None:
        """The units reduced to the events with changed names; None if others may be affected."""
        if self._named is None:
            self._named = []
            edited = {id(edit.new) for edit in self._edits}
            others = iter(_names_of([unit for unit in self._given.units if id(unit) not in edited]))
            for unit in self._given.units:
                if id(unit) not in edited and next(others).isdisjoint(self._names):
                    self._named.append(replace(unit, events=()) if unit.events else unit)
                    continue
                events = tuple([unit.events[at] for at in _where(names_in(unit), self._names)])
                if any(event.crosses or event.chain for event in events):
                    return None
                self._named.append(replace(unit, events=events))
        return self._named


def _lines_to_look_at(edit: Edit) -> set[int]:
    """The changed lines, and those that have or had syntax errors, where lines depend on each other."""
    changed = edit.changed
    first, end = changed.first, changed.first + changed.old_lines
    before = {edit.before.source.place(error.span.start)[0] for error in edit.before.errors}
    wrong = {edit.after.source.place(error.span.start)[0] for error in edit.after.errors}
    wrong |= {line if line < first else line + changed.lines for line in before if not first <= line < end}
    beside = {line + by for line in wrong for by in (-1, 0, 1)}
    return beside.union(range(first, first + changed.new_lines))


_names_of = PerUnitCache(lambda unit: frozenset(map(str.upper, names_in(unit))))


def _where(names: Sequence[str], wanted: Collection[str]) -> list[int]:
    """The positions of the names whose upper-case form is wanted."""
    text = "\n".join(["", *names, ""]).upper()
    found = []
    for name in wanted:
        at = text.find(f"\n{name}\n")
        while at >= 0:
            found.append(text.count("\n", 0, at))
            at = text.find(f"\n{name}\n", at + 1)
    return sorted(found)


class _Seen:
    """The names of a file's events, none of which crosses; computed only if needed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        return ((event.name, False) for event in self._tree.events)


def _joined(
    before: Sequence[Diagnostic], new: Sequence[Diagnostic], edit: Edit, move: Move
) -> list[Diagnostic]:
    """The findings in a file's events: the earlier ones outside the changed lines, new ones inside."""
    starts = [one.span.start for one in before]
    head = before[: bisect_left(starts, edit.changed.start)]
    tail = before[bisect_left(starts, edit.changed.end) :]
    return [*map(move.moved, head), *new, *map(move.moved, tail)]
