"""Reads the files of folders, a few at a time, between messages of the client."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from lsprotocol import types as t

from tesc.analysis.registry import all_rules
from tesc.files import find_files
from tesc.uses.reading import is_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Any

    from tesc.lsp.project import Project
    from tesc.lsp.server import Server

# In seconds: how long the client may wait, and how long reading runs between progress reports.
_SLICE = 0.01
_PATIENCE = 0.2


async def load(server: Server) -> None:
    """Read all files of the folders that are not read yet, then publish findings."""
    # Another call may begin during this one, with its own future.
    loading = server.loading = asyncio.get_running_loop().create_future()
    try:
        for project in server.session.projects:
            if not project.loaded:
                await _load(server, project)
    finally:
        loading.set_result(None)
    server.publisher.soon(0)


async def _load(server: Server, project: Project) -> None:
    assert project.folder is not None
    loop = asyncio.get_running_loop()
    files = await loop.run_in_executor(server.thread_pool, find_files, project.folder)
    progress = Progress(server, f"tesc: reading {project.folder}")
    turn = time.monotonic()
    for number, file in enumerate(files):
        server.session.read(project, file)
        if time.monotonic() - turn > _SLICE:
            await progress.report(f"{number + 1} of {len(files)} files", 100 * number // len(files))
            if progress.cancelled:
                progress.end("cancelled: only open files are checked")
                return
            turn = time.monotonic()
    await asyncio.sleep(0)
    all_rules()
    await asyncio.sleep(0)
    project.loaded = True
    project.awaits_uses = server.session.settings.sources and not project.indexed and is_kept(project.folder)
    project.touch()
    progress.end(f"{len(files)} files")


class Progress:
    """Work-done progress that appears only if the work takes more than a moment.

    The work continues while the client is asked to show it; if the client declines, or does not answer,
    nothing is reported.
    """

    def __init__(self, server: Server, title: str) -> None:
        self._server = server
        self._title = title
        self._start = time.monotonic()
        self._token = str(uuid4())
        self._asked: Future[Any] | None = None
        self._appears = False
        window = server.client_capabilities.window
        self._wanted = bool(window and window.work_done_progress)

    async def report(self, message: str, percentage: int) -> None:
        """Report progress, and let the server do other work."""
        progress = self._server.work_done_progress
        if self._appears:
            report = t.WorkDoneProgressReport(message=message, percentage=percentage)
            progress.report(self._token, report)
        elif self._asked is None:
            if self._wanted and time.monotonic() - self._start > _PATIENCE:
                self._asked = progress.create(self._token)
        elif self._asked.done() and not self._asked.cancelled() and self._asked.exception() is None:
            self._appears = True
            begin = t.WorkDoneProgressBegin(self._title, cancellable=True, percentage=percentage)
            progress.begin(self._token, begin)
        await asyncio.sleep(0)

    @property
    def cancelled(self) -> bool:
        """Whether the user has cancelled the work."""
        return self._appears and bool(self._server.work_done_progress.tokens[self._token].cancelled())

    def end(self, message: str) -> None:
        if self._appears:
            self._server.work_done_progress.end(self._token, t.WorkDoneProgressEnd(message=message))
            self._server.work_done_progress.tokens.pop(self._token, None)
