"""C and Rust sources: open documents, and the uses of events in folders."""

from __future__ import annotations

import os
from collections import OrderedDict

from lsprotocol import types as t

from tesc.lsp.positions import offset_of, range_of
from tesc.lsp.uris import path_of, uri_of
from tesc.lsp.uses import CachingIndex
from tesc.records import record
from tesc.syntax.source import Source, Span
from tesc.units.identifiers import ENABLED
from tesc.uses.scan import is_compiled, language_of
from tesc.uses.sources import read_bytes, signature
from tesc.uses.use import PASTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tesc.lsp.project import Project
    from tesc.lsp.session import Session
    from tesc.uses.index import Index
    from tesc.uses.use import Use

# The number of files whose texts are kept, since positions need their lines.
_KEPT = 64
# Clients' IDs of the indexed languages, with the suffixes of their files.
_ENDINGS = {"c": ".c", "cpp": ".cc", "objective-c": ".m", "objective-cpp": ".mm", "rust": ".rs"}


@record
class SourceView:
    """An open C or Rust document; `path` is its path in the indexes."""

    uri: str
    path: str
    version: int | None
    source: Source


@record
class UseAt:
    """A use of an event, and its source."""

    source: Source
    use: Use

    @property
    def same(self) -> bool:
        """Whether the source still has the text in which the use was found."""
        use = self.use
        return self.source.text[use.name_start : use.end].startswith(use.word)


class Sources:
    """The indexes of a session's folders, and the open documents in them.

    Open documents count with the client's text. Those outside of all folders share one index.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.opened: dict[str, SourceView] = {}
        # Paths in the indexes by real path, for files behind symbolic links.
        self._names: dict[str, str] = {}
        self._open: dict[str, SourceView] = {}
        self._loose = CachingIndex()
        self._outside: set[str] = set()
        self._texts: OrderedDict[str, tuple[tuple[int, int], Source]] = OrderedDict()
        # Whether uses of events have changed since the client was last updated.
        self.news = False
        # Whether findings in an open document may have moved.
        self.moved = False

    # Documents.

    def open(self, uri: str, language: str, version: int | None, text: str) -> bool:
        """Add a document that the client opened; false if it is not a C or Rust source."""
        path = path_of(uri)
        if language_of(path) is None:
            if language not in _ENDINGS:
                return False
            path += _ENDINGS[language]
        real = os.path.realpath(path)
        path = self._names.get(real, real)
        view = SourceView(uri, path, version, Source(path, text))
        self.opened[uri] = self._open[real] = view
        self._update(view)
        # Its findings must refer to the client's text.
        self.moved = True
        self.touch()
        return True

    def change(self, uri: str, version: int | None, text: str) -> bool:
        """Update a document's text; false if it is not an open source."""
        before = self.opened.get(uri)
        if before is None:
            return False
        view = SourceView(uri, before.path, version, Source(before.path, text))
        self.opened[uri] = self._open[os.path.realpath(before.path)] = view
        self._update(view)
        return True

    def close(self, uri: str) -> bool:
        """Forget an open document: the file on disk counts again."""
        view = self.opened.pop(uri, None)
        if view is None:
            return False
        self._open.pop(os.path.realpath(view.path), None)
        project = self.project_at(view.path)
        index = project.uses if project else self._loose
        before = _named(index, view.path)
        self._outside.discard(view.path)
        known = project is not None and (view.path in project.sources or not project.indexed)
        if not known or not self.wanted:
            index.remove(view.path)
        else:
            index.reread(view.path)
        self._touch(before != _named(index, view.path), None)
        return True

    def view(self, uri: str) -> SourceView | None:
        """An open C or Rust document; None if it is not one."""
        return self.opened.get(uri)

    def _update(self, view: SourceView) -> None:
        project = self.project_at(view.path)
        index = project.uses if project else self._loose
        if project is None:
            self._outside.add(view.path)
        before, headers, uses = (
            _named(index, view.path),
            index.headers_in(view.path),
            index.uses_in(view.path),
        )
        changed = index.update(view.path, view.source.text)
        names = _names((*uses, *index.uses_in(view.path)))
        local = names is not None and headers == index.headers_in(view.path) and is_compiled(view.path)
        if before != _named(index, view.path):
            self.news = True
        elif changed and not self.news:
            self.moved = True
        if changed:
            self.touch(names if local else None)

    def _touch(self, different: bool, names: Collection[str] | None) -> None:
        if different:
            self.news = True
            self.touch(names)

    def touch(self, names: Collection[str] | None = None) -> None:
        """Note that uses of events changed in all folders: those of the events `names`, or of any."""
        for project in self.projects:
            project.touch_uses(names)

    # Indexes.

    def take_open(self, path: str, index: Index) -> bool:
        """Add a path found in a folder to the index if it is an open document; returns whether it is."""
        if not self._open:
            return False
        real = os.path.realpath(path)
        view = self._open.get(real)
        if view is None:
            return False
        if view.path != path:
            self.index_at(view).remove(view.path)
            self._outside.discard(view.path)
            self._names[real] = path
            view = SourceView(view.uri, path, view.version, Source(path, view.source.text))
            self.opened[view.uri] = self._open[real] = view
        index.update(path, view.source.text)
        return True

    def reread(self, path: str) -> None:
        """Read a source from disk, unless it is open."""
        project = self.project_at(path)
        if project is None or self.take_open(path, project.uses):
            return
        before, uses = _named(project.uses, path), project.uses.uses_in(path)
        headers = project.uses.headers_in(path)
        project.uses.reread(path)
        names = _names((*uses, *project.uses.uses_in(path)))
        local = names is not None and headers == project.uses.headers_in(path) and is_compiled(path)
        self._touch(before != _named(project.uses, path), names if local else None)

    def configure(self) -> None:
        """Apply the client's current settings: without `sources`, only open documents count."""
        if not self._session.settings.sources:
            for project in self._session.projects:
                project.forget_uses()
        self.folders_changed()

    def folders_changed(self) -> None:
        """Add open documents again: their folders may have changed."""
        self._loose = CachingIndex()
        self._outside = set()
        for view in self.opened.values():
            self._update(view)

    def project_at(self, path: str) -> Project | None:
        """The project of the innermost folder that contains a path; None if there is none."""
        within = [
            project
            for project in self._session.projects
            if project.folder is not None and path.startswith(os.path.join(project.folder, ""))
        ]
        return max(within, key=lambda one: len(one.folder or ""), default=None)

    @property
    def projects(self) -> list[Project]:
        """All projects of the session."""
        return self._session.projects

    @property
    def alone(self) -> bool:
        """Whether there is only one folder, and nothing is open outside of it."""
        return not self._outside and len(self._session.folders) == 1

    def uses_named(self, project: Project, name: str) -> list[tuple[str, Use]]:
        """The uses of a project's event by its effective name, in all folders."""
        found = project.uses.uses_of(name)
        for other in self._session.folders:
            # Sources of another folder use its own event of that name, if it has one.
            if other is not project and not other.events_named(name):
                found = [*found, *other.uses.uses_of(name)]
        return [*found, *self._loose.uses_of(name)] if self._outside else found

    @property
    def wanted(self) -> bool:
        """Whether the client wants the sources of folders to be read."""
        return self._session.settings.sources

    @property
    def complete(self) -> bool:
        """Whether the sources of all folders are read."""
        return all(project.indexed for project in self._session.folders)

    def pasted(self) -> list[tuple[str, Use]]:
        """The uses whose names only a preprocessor can complete, as (path, use)."""
        return [found for _, index in self.indexes() for found in index.pasted]

    def shown(self, path: str) -> str:
        """A path for messages."""
        project = self.project_at(path)
        return project.shown(path) if project else path

    def indexes(self) -> Iterator[tuple[Project | None, Index]]:
        """All indexes, each with its project; None is the index of documents outside of all folders."""
        for project in self._session.folders:
            yield project, project.uses
        yield None, self._loose

    def index_at(self, view: SourceView) -> Index:
        """The index with an open document's uses."""
        project = self.project_at(view.path)
        return project.uses if project else self._loose

    @property
    def loose(self) -> Index:
        """The index of documents outside of all folders."""
        return self._loose

    # Places.

    def use_at(self, view: SourceView, position: t.Position) -> Use | None:
        """The use of an event at a position in an open document, or ending there; None if there is none."""
        offset = offset_of(view.source, position, self._session.encoding)
        for use in self.uses_in(view):
            if use.start <= offset <= use.end and use.kind != PASTED:
                return use
        return None

    def uses_in(self, view: SourceView) -> tuple[Use, ...]:
        """The uses of events in an open document, in the order of its text."""
        return self.index_at(view).uses_in(view.path)

    def located(self, path: str, use: Use) -> UseAt | None:
        """A use with its source; None if the file no longer exists or has changed."""
        source = self.text_of(path)
        if source is None:
            return None
        found = UseAt(source, use)
        return found if found.same else None

    def text_of(self, path: str) -> Source | None:
        """The text of a source: the client's if it is open."""
        view = self._open.get(os.path.realpath(path)) if self._open else None
        if view is not None:
            return view.source
        signed = signature(path)
        kept = self._texts.get(path)
        if kept is not None and kept[0] == signed:
            self._texts.move_to_end(path)
            return kept[1]
        read = read_bytes(path)
        if read is None:
            return None
        source = Source.from_bytes(path, read[0])
        self._texts[path] = (read[1], source)
        if len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        return source

    def uri_of(self, path: str) -> str:
        """The client's URI of a source, open or not."""
        view = self._open.get(os.path.realpath(path)) if self._open else None
        return view.uri if view else uri_of(path)

    def version_of(self, path: str) -> int | None:
        """The version of an open source."""
        view = self._open.get(os.path.realpath(path)) if self._open else None
        return view.version if view else None

    def locations(self, uses: Iterable[tuple[str, Use]]) -> list[t.Location]:
        """The locations of uses for the client."""
        found = (self.located(path, use) for path, use in uses)
        return [self.location(one) for one in found if one is not None]

    def location(self, use: UseAt) -> t.Location:
        return t.Location(self.uri_of(use.source.file), self.range(use.source, use.use.span))

    def range(self, source: Source, span: Span) -> t.Range:
        return range_of(source, span, self._session.encoding)


def _named(index: Index, path: str) -> list[tuple[str, str]]:
    """The names and kinds of a file's uses, which determine the counts of callers."""
    return sorted((use.name, use.kind) for use in index.uses_in(path))


def _names(uses: Iterable[Use]) -> set[str] | None:
    """The names of the events that uses may refer to; None if only a preprocessor knows."""
    names: set[str] = set()
    for use in uses:
        if use.kind == PASTED or use.macro:
            return None
        # Rust's trace_NAME_enabled() may call an event named NAME_enabled.
        names |= {use.name, use.name_if_called}
        if use.capitals:
            names.add(use.name.removesuffix(ENABLED))
    return names
