from __future__ import annotations

import os
from collections import Counter

from tesc.analysis.callers import declared_in, related
from tesc.analysis.diagnostic import Fix
from tesc.analysis.headings import files_named, sections_of, spelled, written_in
from tesc.analysis.regrouping import moved, renamed_heading
from tesc.analysis.rule import LateRule, Report
from tesc.records import record
from tesc.syntax.source import Span
from tesc.uses.use import CALL, REFERENCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared, Place
    from tesc.analysis.headings import Section
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class FileComment(LateRule):
    """A comment names a source file that does not exist, or does not call the events below it.

    In QEMU's trace-events files a comment such as `# vl.c` is above the events of each source file. Files are
    renamed and split, but the comments stay as they were: readers look for an event's call in the wrong file,
    and new events are added in the wrong place. A path is relative to the folder of the trace-events file, or
    to one above it; `*/signal.c` names several files, and so do several comments directly below each other.
    An event that is called from several files may be below any of them. Events that nothing calls, and those
    that cross the guest tunnel, are not checked. The fix writes the file's new name into the comment if that
    is enough; otherwise it moves the events below the file's comment, or below a new one.

    Sources are searched only with `--sources` or the key `sources`.

    Wrong:

        # net/trace-events
        # net.c:
        net_send(int bytes) "bytes %d"
        tap_open(int fd) "fd %d"

        # net/net.c
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }

        # net/tap.c
        void tap_init(int fd)
        {
            trace_tap_open(fd);
        }

    Right:

        # net/trace-events
        # net.c:
        net_send(int bytes) "bytes %d"

        # tap.c:
        tap_open(int fd) "fd %d"

        # net/net.c
        void net_poll(int sent)
        {
            trace_net_send(sent);
        }

        # net/tap.c
        void tap_init(int fd)
        {
            trace_tap_open(fd);
        }
    """

    code = "TE702"
    name = "file-comment"
    severity = "information"
    fixable = True

    def steps(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report | None]:
        known = {id(one.node): one for one in declared_in(units, uses)}
        homes: dict[str, set[str]] = {}
        for one in known.values():
            for name in one.names:
                homes.setdefault(name, set()).add(one.source.file)
        shared = {name for name, files in homes.items() if len(files) > 1}
        real: dict[str, str] = {}
        trees = {id(tree): tree for unit in units for tree in unit.trees}
        for tree in trees.values():
            yield None
            yield from _File(tree, known, shared, uses, real).reports()


@record
class _Called:
    """An event of a section, its calls, and the files that contain them."""

    event: Event
    calls: tuple[Place, ...]
    files: frozenset[str]


class _File:
    """One trace-events file, and the calls of its events."""

    def __init__(
        self, tree: Tree, known: dict[int, Declared], shared: set[str], uses: Index, real: dict[str, str]
    ) -> None:
        self._tree = tree
        self._known = known
        self._shared = shared
        self._uses = uses
        self._real = real
        self._folder = os.path.dirname(os.path.abspath(tree.source.file))
        self._sections = [(section, *self._files_of(section)) for section in sections_of(tree)]

    def reports(self) -> Iterator[Report]:
        """The reports on the comments above events."""
        for section, named, missing in self._sections:
            yield from self._of_section(section, named, missing)

    def _of_section(
        self, section: Section, named: frozenset[str], missing: list[tuple[Span, str]]
    ) -> Iterator[Report]:
        called = [one for event in section.events for one in [self._called(event)] if one.files]
        strays = [one for one in called if named.isdisjoint(one.files)]
        for span, written in missing:
            common = frozenset.intersection(*[one.files for one in strays]) if strays else frozenset()
            new = self._most_calling(common, strays)
            edits = renamed_heading(self._tree, section, written, new) if new and len(missing) == 1 else ()
            yield Report(
                span,
                f"no file is called '{written}'",
                f"these events are called in {new}" if new else None,
                fix=Fix("safe", edits) if edits else None,
                source=self._tree.source,
            )
            if edits:
                return
        yield from self._strays(section, strays, len(strays) == len(called))

    def _strays(self, section: Section, strays: list[_Called], all_of_them: bool) -> Iterator[Report]:
        """The reports on events whose comments name the wrong file, grouped by the right one."""
        groups: dict[str, list[_Called]] = {}
        for one in strays:
            groups.setdefault(self._home(one, strays), []).append(one)
        written = [name for comment in section.comments for name in written_in(comment)]
        for home, group in groups.items():
            first = group[0].event
            more = f" and {len(group) - 1} more are" if len(group) > 1 else " is"
            where = self._shown(group, home)
            only = all_of_them and len(groups) == len(written) == 1
            yield Report(
                span=first.name_span,
                message=f"'{first.name}'{more} below '# {written[-1]}' but called in {where}",
                help=f"move {'them' if len(group) > 1 else 'it'} below '# {home}'",
                related=tuple(related(self._uses, ((one.calls[0], "called here") for one in group))),
                fix=self._fix(section, [one.event for one in group], home, written[0] if only else None),
                source=self._tree.source,
                event=self._known[id(first)].name,
            )

    def _fix(self, section: Section, events: list[Event], home: str, renamed: str | None) -> Fix | None:
        if any(self._known[id(event)].crosses for event in self._tree.events if id(event) in self._known):
            return None  # the order of a guest's events determines their IDs
        elsewhere = any(home in written_in(comment) for one, *_ in self._sections for comment in one.comments)
        if renamed and not elsewhere:
            return Fix("safe", renamed_heading(self._tree, section, renamed, home))
        edits = moved(self._tree, section, events, home)
        return Fix("safe", edits) if edits else None

    def _files_of(self, section: Section) -> tuple[frozenset[str], list[tuple[Span, str]]]:
        """The files that a section's comments name, and the spans and names of files that do not exist."""
        found: list[str] = []
        missing = []
        for comment in section.comments:
            at = comment.start
            for written in written_in(comment):
                at = self._tree.source.text.index(written, at)
                files = files_named(written, self._folder)
                found += files
                if not files:
                    missing.append((Span(at, at + len(written)), written))
        return frozenset(map(self._real_path, found)), missing

    def _real_path(self, path: str) -> str:
        return self._real.get(path) or self._real.setdefault(path, os.path.realpath(path))

    def _called(self, event: Event) -> _Called:
        one = self._known.get(id(event))
        if one is None or one.crosses:
            return _Called(event, (), frozenset())
        calls = []
        for name in one.names:
            for path, use in self._uses.uses_of(name):
                real = self._real_path(path)
                # If several events have this name, a source calls the one declared in its folder.
                near = name not in self._shared or real.startswith(os.path.join(self._folder, ""))
                if use.kind in (CALL, REFERENCE) and not use.dead and near:
                    calls.append((real, (path, use)))
        return _Called(event, tuple([place for _, place in calls]), frozenset([real for real, _ in calls]))

    def _home(self, one: _Called, strays: list[_Called]) -> str:
        """The file that an event should be listed under, as a comment spells it."""
        for _, named, _ in self._sections:
            if not named.isdisjoint(one.files):
                return spelled(min(named & one.files), self._folder)
        return self._most_calling(one.files, strays)

    def _most_calling(self, files: frozenset[str], strays: list[_Called]) -> str:
        """The file that calls most of the events, as a comment spells it; empty without files."""
        counts = Counter(file for one in strays for file in one.files if file in files)
        best = min(counts, key=lambda file: (-counts[file], file), default=None)
        return spelled(best, self._folder) if best else ""

    def _shown(self, group: list[_Called], home: str) -> str:
        others = sorted({spelled(file, self._folder) for one in group for file in one.files} - {home})
        if not others:
            return home
        return f"{home} and {others[0]}" if len(others) == 1 else f"{home} and {len(others)} more files"


RULE = FileComment()
