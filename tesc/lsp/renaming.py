"""Renaming: computes the edits in trace-events, C and Rust files for a new name.

The consequences of the new name are found by trial: the edited texts are resolved in memory, and the
changes of events' effective names show what else to edit.
"""

from __future__ import annotations

import re

from tesc.analysis.diagnostic import SourceEdit
from tesc.lsp.naming import declarations_of, matched, uses_by
from tesc.lsp.protocol import Refused
from tesc.lsp.targets import EventName, ParameterPlace, PatternPlace, PrefixPlace
from tesc.records import record
from tesc.renaming import Change, RenamingRefused, declared_edits, other_of_word
from tesc.syntax.source import Source, Span
from tesc.units.patterns import is_literal, pattern
from tesc.units.reserved import C_KEYWORDS
from tesc.uses.use import DECLARATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Callable

    from tesc.lsp.project import Project
    from tesc.lsp.sources import Sources
    from tesc.lsp.targets import Target
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event, Word
    from tesc.units.unit import UnitEvent
    from tesc.uses.use import Use

_NAME = re.compile(r"[A-Za-z0-9_]+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALL = "trace_"


@record
class Renaming:
    """One name in a trace-events file, and its new name."""

    source: Source
    span: Span
    text: str


def name_at(view: View, target: Target | None) -> tuple[Span, str] | None:
    """What can be renamed at a place: its span and name; None if nothing can."""
    if isinstance(target, (EventName, PrefixPlace)):
        return target.span, view.text[target.span.start : target.span.end]
    if isinstance(target, ParameterPlace) and not target.conversion:
        return target.span, target.node.parameters[target.parameters[0]].name
    if isinstance(target, PatternPlace) and _single(view, target.word) is not None:
        return target.span, target.word.text
    return None


def check_renamable(sources: Sources, name: str, named: Callable[[str], tuple[Project, Renaming]]) -> None:
    """Raise Refused if `name` cannot be renamed at all; `named` returns the renaming to a given name.

    Patterns and macros may need the same beginning or end, so several names are tried.
    """
    first: Refused | None = None
    for probe in _probes(name, sources):
        try:
            edits_for(sources, *named(probe))
            return
        except Refused as refused:
            first = first or refused
    if first is not None:
        raise first


def _probes(name: str, sources: Sources) -> Iterator[str]:
    """Names that no event has and that begin or end like `name`."""
    word = "renamed"
    while any(project.events_named(f"{name}_{word}") for project in sources.projects):
        word += "_"
    yield f"{name}_{word}"
    yield f"{word}_{name}"
    head, _, tail = name.partition("_")
    yield f"{head}_{word}_{tail}"


def _single(view: View, word: Word) -> UnitEvent | None:
    """The event that a literal pattern matches, if it matches exactly one."""
    found = matched(view.project, view.source, word) if is_literal(word.text) else []
    return found[0] if len(found) == 1 else None


def renaming_of(view: View, target: Target | None, name: str) -> Renaming:
    """The renaming of a target in a trace-events document. Raises Refused."""
    if isinstance(target, ParameterPlace) and not target.conversion:
        if not _IDENTIFIER.fullmatch(name):
            raise Refused(f"'{name}' is not a name for a parameter: letters, digits and underscores")
        if name in C_KEYWORDS:
            raise Refused(f"'{name}' is a word of the C language")
        return Renaming(view.source, target.span, name)
    if isinstance(target, (EventName, PrefixPlace)):
        if isinstance(target, EventName):
            name = _bare(name, target.node.name)
        _check_name(name)
        return Renaming(view.source, target.span, name)
    event = _single(view, target.word) if isinstance(target, PatternPlace) else None
    if event is None or not isinstance(target, PatternPlace):
        raise Refused("there is no name to rename here")
    seen = target.word.text
    return Renaming(event.source, event.node.name_span, _own_name(event.node, seen, name))


def renaming_from(sources: Sources, path: str, use: Use, name: str) -> tuple[Project, Renaming]:
    """The renaming of an event that a C or Rust source uses. Raises Refused."""
    found = declarations_of(sources, path, use)
    if not found:
        raise Refused(f"no event is called '{use.name}'")
    if len(found) > 1:
        places = " and ".join(f"{one.source.path}:{one.node.line}" for one in found)
        raise Refused(f"'{found[0].name}' is declared at {places}: rename it there")
    [event] = found
    name = _bare(name, event.name)
    if use.capitals and name.isupper() and event.name.islower():
        name = name.lower()
    own = _own_name(event.node, event.name, name)
    return event.project, Renaming(event.source, event.node.name_span, own)


def _bare(name: str, before: str) -> str:
    """A new name without the `trace_` of calls: some clients offer it, and users copy it from C."""
    calls = name.startswith(_CALL) and not before.startswith(_CALL)
    return name[len(_CALL) :] if calls else name


def _own_name(node: Event, seen: str, name: str) -> str:
    """An event's own name from one with prefixes. Raises Refused."""
    _check_name(name)
    prefix = seen[: len(seen) - len(node.name)]
    if not name.startswith(prefix) or name == prefix:
        raise Refused(f"'{name}' must consist of the prefix '{prefix}', which the file adds, and a name")
    return name[len(prefix) :]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Refused(f"'{name}' is not a name: letters, digits and underscores")


def edits_for(sources: Sources, project: Project, renaming: Renaming) -> list[SourceEdit]:
    """The edits of a renaming, those in trace-events files first. Raises Refused if it is not possible."""
    if not project.loaded:
        raise Refused("the folder's files are still being read: try again shortly")
    first = SourceEdit(renaming.source, renaming.span, renaming.text)
    try:
        edits, changes = declared_edits(project, first)
        return [*edits, *_in_sources(sources, project, changes)]
    except RenamingRefused as refused:
        raise Refused(str(refused)) from None


def _in_sources(sources: Sources, project: Project, changes: Sequence[Change]) -> list[SourceEdit]:
    """The edits of C and Rust sources. Raises Refused if it is uncertain which event they use."""
    if not changes or not sources.wanted:
        return []
    if not sources.complete:
        raise Refused("not all C and Rust sources are read yet: try again shortly")
    edits: dict[tuple[str, int], SourceEdit] = {}
    for change in changes:
        uses = list(uses_by(sources, project, change.node, change.old))
        _check_pasted(sources, change, bool(uses))
        _check_taken(sources, change)
        for path, use in uses:
            found = sources.located(path, use)
            if found is None:
                raise Refused(f"{project.shown(path)} is being changed: try again shortly")
            word = use.renamed(change.new)
            if word is None:
                place = f"{project.shown(path)}:{use.line}"
                raise Refused(f"the macro {use.macro} forms the name at {place}: rename it by hand")
            edits[path, use.start] = SourceEdit(found.source, use.name_span, word)
            _check_word(sources, path, use)
    return list(edits.values())


def _check_word(sources: Sources, path: str, use: Use) -> None:
    """Raise Refused if a macro's argument also forms another event's name."""
    for _, index in sources.indexes():
        other = other_of_word(use, index.uses_in(path))
        if other is not None:
            place = f"{sources.shown(path)}:{use.line}"
            raise Refused(f"'{use.word}' at {place} also forms the name '{other.name}': rename it by hand")


def _check_pasted(sources: Sources, change: Change, used: bool) -> None:
    """Raise Refused if only the preprocessor knows whether the event is used."""
    for path, use in sources.pasted():
        name = change.old.upper() if use.capitals else change.old
        # A paste after a bare `trace_` may form any event's name: it counts only for events without other
        # uses.
        anything = not use.name.strip("*")
        if pattern(use.name).fullmatch(name) and not (anything and used):
            place = f"{sources.shown(path)}:{use.line}"
            raise Refused(f"'{name}' may be pasted together at {place}: rename it by hand")


def _check_taken(sources: Sources, change: Change) -> None:
    """Raise Refused if a source itself declares a function with the new name."""
    for _, index in sources.indexes():
        for path, use in index.uses_of(change.new):
            if use.kind == DECLARATION:
                place = f"{sources.shown(path)}:{use.line}"
                raise Refused(f"'{_CALL}{change.new}' is declared by hand at {place}")
