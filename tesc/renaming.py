"""Renaming an event: the edits in trace-events, C and Rust files for a new name.

The consequences of the new name are found by resolving the edited texts in memory: the changes of
events' effective names show what else to edit.
"""

from __future__ import annotations

import os
import re
from collections import Counter

from tesc import codes
from tesc.analysis.check import check
from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.fixing import edited
from tesc.analysis.selection import chosen
from tesc.analysis.visibility import Pasted
from tesc.files import relative, write_source
from tesc.records import record
from tesc.syntax.nodes import Disable
from tesc.syntax.source import Source
from tesc.units.disabling import disabled_by
from tesc.units.identifiers import c_function
from tesc.units.patterns import is_literal, pattern
from tesc.units.unknown_event import no_event
from tesc.uses.use import DECLARATION, PASTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Protocol

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.config.settings import Settings
    from tesc.files import Scope
    from tesc.syntax.nodes import Event, Tree, Word
    from tesc.units.unit import Unit, UnitEvent
    from tesc.uses.index import Index
    from tesc.uses.use import Use
    from tesc.workspace import Workspace

    class Checked(Protocol):
        """Units, and the findings of rules that do not read sources."""

        @property
        def units(self) -> Sequence[Unit]: ...

        @property
        def found_soon(self) -> dict[Source, list[Diagnostic]]: ...

    class Forkable(Checked, Protocol):
        """Files that can be checked with edits applied."""

        def forked(self, edits: Sequence[SourceEdit]) -> Checked: ...


# Findings, of any severity, that a renaming must not introduce.
_CLASHES = frozenset(
    {
        codes.DUPLICATE_EVENT,
        codes.NAMES_DIFFER_IN_CASE,
        codes.GENERATED_NAME_CLASH,
        codes.DUPLICATE_PARAMETER,
    }
)
_NAME = re.compile(r"[A-Za-z0-9_]+")


class RenamingRefused(Exception):
    """An impossible renaming; the message says why."""


@record
class Change:
    """An event whose effective name changes."""

    node: Event
    old: str
    new: str


def renamed_event(files: Files, uses: Index, old: str, new: str) -> list[SourceEdit]:
    """The edits that give the event with the effective name `old` the name `new`. Raises RenamingRefused."""
    named = {id(event.node): event for unit in files.units for event in unit.events if event.name == old}
    if not named:
        raise RenamingRefused(no_event(files.units, old))
    if len(named) > 1:
        places = " and ".join(f"{one.source.path}:{one.node.line}" for one in named.values())
        raise RenamingRefused(f"'{old}' is declared at {places}")
    [event] = named.values()
    prefix = old[: len(old) - len(event.node.name)]
    if not _NAME.fullmatch(new):
        raise RenamingRefused(f"'{new}' is not a name: letters, digits and underscores")
    if not new.startswith(prefix) or new == prefix:
        raise RenamingRefused(
            f"'{new}' must start with the prefix of its file, '{prefix}', followed by a name"
        )
    first = SourceEdit(event.source, event.node.name_span, new[len(prefix) :])
    edits, changes = declared_edits(files, first)
    for change in changes:
        edits += source_edits(files, uses, change)
    return edits


def declared_edits(files: Forkable, first: SourceEdit) -> tuple[list[SourceEdit], list[Change]]:
    """The edits of trace-events files that the first one requires, and the resulting changes of names.

    Raises RenamingRefused.
    """
    before = files.units
    after = files.forked([first])
    changes = _changes(before, after.units)
    edits = [first, *_patterns(before, after.units, changes)]
    if len(edits) > 1:
        after = files.forked(edits)
    _check_states(before, after.units)
    _check_found(files.found_soon, after.found_soon)
    return edits, changes


def source_edits(files: Files, uses: Index, change: Change) -> list[SourceEdit]:
    """The edits of C and Rust sources for a renamed event. Raises RenamingRefused."""
    pasted = Pasted(files.units, files.settings, uses)
    place = pasted.place_of((change.old,), change.node)
    if place is not None:
        path, use = place
        raise RenamingRefused(
            f"'{change.old}' may be pasted together at {relative(path)}:{use.line}: rename it by hand"
        )
    if uses.declares(change.new, capitals=False):
        raise RenamingRefused(f"a source declares '{c_function(change.new)}' by hand")
    edits: dict[tuple[str, int], SourceEdit] = {}
    sources: dict[str, Source | None] = {}
    for path, use in uses.uses_of(change.old):
        if path not in sources:
            sources[path] = uses.source(path)
        source = sources[path]
        word = use.renamed(change.new)
        if source is None or source.text[use.name_span.start : use.name_span.end] != use.word:
            raise RenamingRefused(f"{relative(path)} has changed in the meantime")
        if word is None:
            raise RenamingRefused(
                f"the macro {use.macro} forms the name at {relative(path)}:{use.line}: rename it by hand"
            )
        other = other_of_word(use, uses.uses_in(path))
        if other is not None:
            raise RenamingRefused(
                f"'{use.word}' at {relative(path)}:{use.line} makes '{other.name}', too: rename it by hand"
            )
        # A file may be found twice: through a link, and in a folder that was given by name.
        edits[os.path.realpath(path), use.start] = SourceEdit(source, use.name_span, word)
    return list(edits.values())


def other_of_word(use: Use, others: Sequence[Use]) -> Use | None:
    """A use of another event that the same word in a macro's call forms; None if there is none."""
    if use.macro is None:
        return None
    alike = (one for one in others if one.start == use.start and one.kind not in (PASTED, DECLARATION))
    return next((one for one in alike if one.name.lower() != use.name.lower()), None)


class Files:
    """The files of a workspace, and the findings in them, for renaming."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._found: dict[Source, list[Diagnostic]] | None = None

    @property
    def units(self) -> Sequence[Unit]:
        return self._workspace.units

    @property
    def settings(self) -> Settings:
        """The settings of the first file, which are used for the whole run."""
        return self._workspace.settings[self.units[0].trees[0].source]

    @property
    def found_soon(self) -> dict[Source, list[Diagnostic]]:
        """The findings of rules that do not read sources, by file."""
        if self._found is None:
            rules, levels = chosen(self._workspace.settings)
            self._found = {}
            for one in check(self.units, rules, self._workspace.settings, {}, levels):
                self._found.setdefault(one.source, []).append(one)
        return self._found

    def forked(self, edits: Sequence[SourceEdit]) -> Files:
        """The files with edits applied."""
        workspace = self._workspace.fork()
        for source, text in rewritten(edits).items():
            workspace.put_source(Source(source.path, text, source.file))
        workspace.resolve()
        return Files(workspace)


def rewritten(edits: Sequence[SourceEdit]) -> dict[Source, str]:
    """The new texts of the files that edits change."""
    by_source: dict[Source, list[SourceEdit]] = {}
    for edit in edits:
        by_source.setdefault(edit.source, []).append(edit)
    return {source: edited(source.text, mine) for source, mine in by_source.items()}


def write_all(texts: Mapping[Source, str], scope: Scope) -> None:
    """Write new texts into the files of sources: all of them, or none. Raises OSError."""
    written: list[Source] = []
    try:
        for source, text in texts.items():
            write_source(source.file, source.text, text, scope)
            written.append(source)
    except BaseException:
        for source in written:
            write_source(source.file, texts[source], source.text, scope)
        raise


def _paired(before: Sequence[Unit], after: Sequence[Unit]) -> Iterator[tuple[UnitEvent, UnitEvent]]:
    """The events before and after, in pairs. Raises RenamingRefused if they do not correspond."""
    if [len(unit.events) for unit in before] != [len(unit.events) for unit in after]:
        raise RenamingRefused("with this name, another include would declare the same events")
    for one, other in zip(before, after):
        yield from zip(one.events, other.events)


def _changes(before: Sequence[Unit], after: Sequence[Unit]) -> list[Change]:
    """The events whose names change, each name once."""
    found = {}
    for one, other in _paired(before, after):
        if one.name != other.name:
            found[id(one.node), one.name] = Change(one.node, one.name, other.name)
    return list(found.values())


def _patterns(
    before: Sequence[Unit], after: Sequence[Unit], changes: Sequence[Change]
) -> Iterator[SourceEdit]:
    """The literal patterns of renamed events, with the new names."""
    changed = {id(change.node) for change in changes}
    found: dict[tuple[Source, int], tuple[Word, set[str]]] = {}
    for unit, other in zip(before, after):
        if not any(id(event.node) in changed for event in unit.events):
            continue
        for tree, word in _literal(unit):
            for event in disabled_by(unit, tree.source, word):
                seen = _seen_then(unit, event, other.events[event.index], tree, word, other)
                found.setdefault((tree.source, word.start), (word, set()))[1].update(seen)
    for (source, _), (word, names) in found.items():
        if len(names) > 1:
            raise RenamingRefused(
                f"the pattern '{word.text}' in {source.path} would have to become several: edit it first"
            )
        [name] = names
        if name != word.text:
            yield SourceEdit(source, word.span, name)


def _literal(unit: Unit) -> Iterator[tuple[Tree, Word]]:
    for tree in unit.trees:
        for item in tree.items:
            if isinstance(item, Disable):
                yield from ((tree, word) for word in item.patterns if is_literal(word.text))


def _seen_then(
    unit: Unit, event: UnitEvent, then: UnitEvent, tree: Tree, word: Word, other: Unit
) -> Iterator[str]:
    """The new name, within a file, of an event that a pattern in the file matches now."""
    holders = [link.source for link in event.chain] + [event.source]
    for depth, source in enumerate(holders):
        if source is tree.source and event.name[len(_outer(unit, event, depth)) :] == word.text:
            yield then.name[len(_outer(other, then, depth)) :]


def _outer(unit: Unit, event: UnitEvent, depth: int) -> str:
    """The part of an event's prefix that is added outside of the file at this depth of its include chain."""
    includes = [link.include for link in event.chain[:depth]]
    return unit.ranges[0].prefix + "".join(one.prefix.text for one in includes if one.prefix)


def _check_states(before: Sequence[Unit], after: Sequence[Unit]) -> None:
    """Raise RenamingRefused if an event would become disabled or enabled."""
    for one, other in _paired(before, after):
        if one.disabled != other.disabled:
            becomes = "be disabled" if other.disabled else "no longer be disabled"
            pattern_ = _differing(before, one if one.disabled else other)
            raise RenamingRefused(f"'{other.name}' would {becomes}: {pattern_}")


def _differing(units: Sequence[Unit], event: UnitEvent) -> str:
    """Words for the pattern that decides whether an event is disabled."""
    for unit in units:
        for tree in (*unit.trees, *unit.directives):
            for item in tree.items:
                for word in item.patterns if isinstance(item, Disable) else ():
                    means = pattern(word.text).fullmatch
                    if any(means(event.name[at:]) for at in range(len(event.name))):
                        place = f"{tree.source.path}:{item.line}"
                        return f"the pattern '{word.text}' in {place} decides that"
    return "a pattern decides that"


def _check_found(before: dict[Source, list[Diagnostic]], after: dict[Source, list[Diagnostic]]) -> None:
    """Raise RenamingRefused if the rules find a new clash or error."""

    def counted(found: dict[Source, list[Diagnostic]]) -> Counter[tuple[str, str]]:
        return Counter((one.code, one.source.file) for mine in found.values() for one in mine)

    fresh = counted(after)
    fresh.subtract(counted(before))
    known = {one.message for mine in before.values() for one in mine}
    for one in (one for mine in after.values() for one in mine):
        # The sources are not edited yet, so their calls look undeclared.
        if one.code.startswith("TE6"):
            continue
        grave = one.severity == "error" or one.code in _CLASHES
        if grave and fresh[one.code, one.source.file] > 0 and one.message not in known:
            line, _ = one.source.place(one.span.start)
            raise RenamingRefused(f"with this name, {one.message} ({one.code}, {one.source.path}:{line})")
