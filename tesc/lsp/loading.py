"""Reading the files of folders, a few at a time, so that the client is served meanwhile."""

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
    from tesc.lsp.project import Project
    from tesc.lsp.server import Server

# In seconds: how long the client may wait, and after how much reading it is told of progress.
_SLICE = 0.01
_PATIENCE = 0.2


async def load(server: Server) -> None:
    """Read all files of the folders that are not read yet, then publish what is found."""
    for project in server.session.projects:
        if not project.loaded:
            await _load(server, project)
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
    """Work-done progress that appears only where the work takes its time."""

    def __init__(self, server: Server, title: str) -> None:
        self._server = server
        self._title = title
        self._start = time.monotonic()
        self._token: str | None = None
        window = server.client_capabilities.window
        self._wanted = bool(window and window.work_done_progress)

    async def report(self, message: str, percentage: int) -> None:
        """Tell how far the work is, and let the server do other things."""
        if self._token is not None:
            value = t.WorkDoneProgressReport(message=message, percentage=percentage)
            self._server.work_done_progress.report(self._token, value)
        elif self._wanted and time.monotonic() - self._start > _PATIENCE:
            await self._begin(percentage)
        await asyncio.sleep(0)

    async def _begin(self, percentage: int) -> None:
        token = str(uuid4())
        try:
            await asyncio.wait_for(self._server.work_done_progress.create_async(token), _PATIENCE)
        except Exception:
            self._wanted = False  # the client says no
            return
        self._token = token
        value = t.WorkDoneProgressBegin(self._title, cancellable=True, percentage=percentage)
        self._server.work_done_progress.begin(token, value)

    @property
    def cancelled(self) -> bool:
        """Whether the user wants no more of it."""
        if self._token is None:
            return False
        return bool(self._server.work_done_progress.tokens[self._token].cancelled())

    def end(self, message: str) -> None:
        if self._token is not None:
            self._server.work_done_progress.end(self._token, t.WorkDoneProgressEnd(message=message))
            self._server.work_done_progress.tokens.pop(self._token, None)
