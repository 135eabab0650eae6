"""What the server knows about its client: folders, open documents, settings."""

from __future__ import annotations

import os
import re

from lsprotocol import types as t

from tesc.files import is_trace_events
from tesc.lsp.positions import range_of
from tesc.lsp.project import Project
from tesc.lsp.settings import ClientSettings
from tesc.lsp.uris import is_file, path_of, uri_of
from tesc.lsp.view import View
from tesc.records import record, replace
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Span

LANGUAGE = "trace-events"
_HALVES = re.compile("[\ud800-\udfff]")


@record
class Opened:
    """An open trace-events document.

    `quiet` is true if it is excluded, so nothing is reported. `edited` is true if it changed since it was
    opened or saved; `saved` is its text at that time.
    """

    uri: str
    path: str
    version: int | None
    quiet: bool
    edited: bool = False
    saved: str = ""


class Session:
    """The projects of a client's folders, and of the files that it opened outside of them."""

    def __init__(self) -> None:
        self.settings = ClientSettings()
        self.encoding: str = t.PositionEncodingKind.Utf16
        self.opened: dict[str, Opened] = {}
        self._folders: dict[str, Project] = {}
        # Files outside of all folders, each as a separate project.
        self._single: dict[str, Project] = {}
        self._uris: dict[str, str] = {}
        # Paths of documents without a file.
        self._fileless: set[str] = set()

    @property
    def projects(self) -> list[Project]:
        return [*self._folders.values(), *self._single.values()]

    @property
    def folders(self) -> Collection[Project]:
        """The projects of folders."""
        return self._folders.values()

    def add_folder(self, uri: str) -> Project | None:
        """Add a folder that the client opened; None if it is already there, or has no path on disk."""
        path = os.path.realpath(path_of(uri))
        if path in self._folders or not os.path.isdir(path):
            return None
        project = self._folders[path] = Project(path, self.settings)
        return project

    def remove_folder(self, uri: str) -> None:
        """Forget a folder; its open documents become separate projects."""
        self._folders.pop(os.path.realpath(path_of(uri)), None)
        for opened, text in self.texts():
            self.open(opened.uri, LANGUAGE, opened.version, text)

    def texts(self) -> list[tuple[Opened, str]]:
        """The open documents and their texts."""
        texts = []
        for opened in self.opened.values():
            tree = self._tree(opened.path)
            if tree is not None:
                texts.append((opened, tree.source.text))
        return texts

    def configure(self, settings: ClientSettings) -> None:
        """Apply new client settings."""
        self.settings = settings
        for project in self.projects:
            project.configure_again(settings)

    def open(self, uri: str, language: str, version: int | None, text: str) -> bool:
        """Add a document that the client opened; false if it is not a trace-events file."""
        path = self._path(uri)
        if language != LANGUAGE and not is_trace_events(os.path.basename(path)):
            return False
        real = os.path.realpath(path)
        self._uris[real] = uri
        if not is_file(uri):
            self._fileless.add(real)
        project = self.project_of(path)
        project.workspace.add_source(Source(project.shown(path), _whole(text), path))
        project.touch()
        self.opened[uri] = Opened(uri=uri, path=path, version=version, quiet=self._excluded(path), saved=text)
        return True

    def change(self, uri: str, version: int | None, text: str) -> bool:
        """Update a document's text; false if it is not a trace-events file."""
        before = self.opened.get(uri)
        if before is None:
            return False
        self.opened[uri] = replace(before, version=version, edited=True)
        project = self.project_of(before.path)
        project.workspace.put_source(Source(project.shown(before.path), _whole(text), before.path))
        project.touch()
        return True

    def save(self, uri: str) -> bool:
        """Note that a document was saved; false if it is not a trace-events file."""
        before = self.opened.get(uri)
        if before is None:
            return False
        tree = self._tree(before.path)
        self.opened[uri] = replace(before, edited=False, saved=tree.source.text if tree else before.saved)
        return True

    def close(self, uri: str) -> bool:
        """Forget an open document: the file on disk counts again."""
        opened = self.opened.pop(uri, None)
        if opened is None:
            return False
        real = os.path.realpath(opened.path)
        self._uris.pop(real, None)
        self._fileless.discard(real)
        if self._single.pop(real, None) is None:
            self.reread(opened.path)
        return True

    def reread(self, path: str) -> None:
        """Read a file, or forget it if it no longer exists; open files are left alone."""
        if self.is_open(path):
            return
        for project in self._folders.values():
            if not self._within(project, path):
                if project.workspace.tree_of(path) is not None:
                    project.workspace.remove(path)
                    project.touch()
                continue
            project.workspace.remove(path)
            project.workspace.look_again()
            if project is self.project_of(path) and is_trace_events(os.path.basename(path)):
                self.read(project, path)
            project.touch()
        for project in self._single.values():
            project.workspace.remove(path)
            project.workspace.look_again()
            project.touch()

    def read(self, project: Project, path: str) -> None:
        """Read a file of a project's folder, unless it is open, excluded or not a file."""
        if not self.is_open(path) and os.path.isfile(path) and not project.workspace.excludes(path):
            project.workspace.add_file(path)
            project.touch()

    def is_open(self, path: str) -> bool:
        """Whether a file is open, so the client's text counts."""
        return os.path.realpath(path) in self._uris

    def project_of(self, path: str) -> Project:
        """The project that a file belongs to: that of the innermost folder, or a separate one.

        A document without a file, such as an older version of a file, is separate: it would repeat the file's
        declarations.
        """
        real = os.path.realpath(path)
        within = [one for one in self._folders.values() if self._within(one, path)]
        project = max(within, key=lambda one: len(one.folder or ""), default=None)
        if project is not None and real not in self._fileless and not project.workspace.excludes(path):
            self._single.pop(real, None)  # it was separate before its folder was added
            return project
        if real not in self._single:
            self._single[real] = Project(None, self.settings)
        return self._single[real]

    def _excluded(self, path: str) -> bool:
        within = [one for one in self._folders.values() if self._within(one, path)]
        return bool(within) and all(one.workspace.excludes(path) for one in within)

    @staticmethod
    def _within(project: Project, path: str) -> bool:
        return project.folder is not None and os.path.realpath(path).startswith(
            os.path.join(project.folder, "")
        )

    def _path(self, uri: str) -> str:
        return path_of(uri, next(iter(self._folders), None))

    def _tree(self, path: str) -> Tree | None:
        found = (project.workspace.tree_of(path) for project in self.projects)
        return next((tree for tree in found if tree is not None), None)

    def view(self, uri: str) -> View | None:
        """The view of an open document; None if it is not a trace-events file."""
        opened = self.opened.get(uri)
        if opened is None:
            return None
        project = self.project_of(opened.path)
        tree = project.workspace.tree_of(opened.path)
        return None if tree is None else View(uri, tree, project, self.encoding)

    def views(self) -> Iterator[View]:
        """All open documents."""
        for uri in list(self.opened):
            view = self.view(uri)
            if view is not None:
                yield view

    def uri_of(self, path: str) -> str:
        """The client's URI of a file, open or not."""
        return self._uris.get(os.path.realpath(path)) or uri_of(path)

    def location(self, source: Source, span: Span) -> t.Location:
        """A span of any file in the protocol's form."""
        return t.Location(self.uri_of(source.file), range_of(source, span, self.encoding))


def _whole(text: str) -> str:
    """A client's text without lone surrogates, which JSON can contain but a file cannot."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)
