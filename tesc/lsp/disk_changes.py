"""Changes of files on disk: those that the client reports, and those that it misses after a rename.

Clients that watch files miss some changes: Emacs reads its notifications only while it waits for keys, and a
watch may begin after the change. A renamed event would then have no callers.
"""

from __future__ import annotations

import os

from lsprotocol import types as t

from tesc.lsp.indexing import check_sources, files_below, take_changes
from tesc.lsp.uris import path_of, uri_of
from tesc.uses.sources import signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.lsp.server import Server

_CONFIGURING = ("tesc.toml", "pyproject.toml", "tracetool.py", "meson.build")


class ExpectedChanges:
    """The files of the last rename, as they were on disk before it."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, int] | None] = {}

    def expect(self, paths: Iterable[str]) -> None:
        """Note that these files will change; forget those noted before."""
        self._before = {path: signature(path) for path in paths}

    def take(self) -> list[str]:
        """The noted files that have changed since; they are no longer noted."""
        changed = [path for path, before in self._before.items() if signature(path) != before]
        for path in changed:
            del self._before[path]
        return changed


def read_expected(server: Server) -> None:
    """Read the files of the last rename that have changed since: after a save, and when typing pauses."""
    changed = server.expected.take()
    if changed:
        files_changed(server, [t.FileEvent(uri_of(path), t.FileChangeType.Changed) for path in changed])


def files_changed(server: Server, changes: Sequence[t.FileEvent]) -> None:
    """Handle the client's notification of changes on disk, for any kind of file."""
    others = take_changes(server, changes)
    for change in others:
        path = path_of(change.uri)
        if change.type != t.FileChangeType.Changed and not os.path.isfile(path):
            # Perhaps a folder, whose files are not reported.
            below = files_below(server, os.path.realpath(path))
            for one in below:
                server.session.reread(one)
            if below:
                check_sources(server)
        if os.path.basename(path) in _CONFIGURING:
            for project in server.session.projects:
                project.configure_again()
        else:
            server.session.reread(path)
    if others:
        server.changed()
