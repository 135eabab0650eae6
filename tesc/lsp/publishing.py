"""Sends diagnostics to the client: pushed a moment after the last edit, or pulled."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import time
from functools import lru_cache

from lsprotocol import types as t

from tesc import codes
from tesc.lsp.disk_changes import read_expected
from tesc.lsp.reports import Reporter, found_in_source, of_configuration
from tesc.lsp.transport import serve_first
from tesc.lsp.uris import uri_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.config.errors import ConfigError
    from tesc.lsp.server import Server
    from tesc.lsp.sources import SourceView
    from tesc.lsp.view import View

# In seconds: how long checking runs at a time, and how long messages are handled after it. Reading a message
# takes several steps of the event loop, so one step is not enough.
_SLICE = 0.004
_PAUSE = 0.001
# In seconds: the pause after which late rules run.
_LATE = 0.3
_BEFORE_PARENTHESIS = re.compile(r"\b(\w+)[ \t]*\(")


# Called after each edit with the same text, that of the last save.
@lru_cache(maxsize=8)
def _declared_in(saved: str) -> frozenset[str]:
    """The names before a parenthesis in a text, except in comments."""
    lines = (line for line in saved.split("\n") if not line.lstrip(" \t").startswith("#"))
    return frozenset(name for line in lines for name in _BEFORE_PARENTHESIS.findall(line))


def _is_new(one: Diagnostic, saved: str) -> bool:
    """Whether a finding is about an event added since its file was saved; its calls may still be written."""
    return one.source.text[one.span.start : one.span.end] not in _declared_in(saved)


class Publisher:
    """Publishes findings when the user stops typing, and only for documents whose findings changed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._reporter = Reporter(server.session)
        # The diagnostics published last, by document.
        self._sent: dict[str, list[t.Diagnostic]] = {}
        # By document and `id`: the diagnostics published last, with their JSON.
        self._written: dict[str, dict[int, tuple[t.Diagnostic, str]]] = {}
        self._waiting: asyncio.TimerHandle | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._working = False
        self._again = False
        self._asked_for_all = False

    @property
    def pulled(self) -> bool:
        """Whether the client pulls diagnostics of open documents."""
        capabilities = self._server.client_capabilities.text_document
        return capabilities is not None and capabilities.diagnostic is not None

    @property
    def _with_related(self) -> bool:
        document = self._server.client_capabilities.text_document
        publish = document.publish_diagnostics if document else None
        return self.pulled or bool(publish and publish.related_information)

    def soon(self, delay: float | None = None) -> None:
        """Publish after the server's debounce, or `delay` seconds; each call starts the wait again."""
        for timer in (self._waiting, self._settling):
            if timer is not None:
                timer.cancel()
        if delay is None:
            delay = self._server.session.settings.debounce / 1000
        self._waiting = asyncio.get_running_loop().call_later(delay, self._begin)

    def _begin(self) -> None:
        self._waiting = None
        self._again = self._working
        if not self._working:
            self._working = True
            self._server.keep(self._work())

    async def _work(self) -> None:
        """Check what changed and publish the findings; then run the late rules, unless more changes."""
        try:
            if not self._server.is_loading:  # while loading, turns take longer than a first check
                await serve_first()
            await self.checked()
            if not self._server.is_loading:
                await serve_first()
            self._now()
        finally:
            self._working = False
        if self._again:  # requested in the meantime, perhaps for a change already checked
            self._again = False
            self.soon(0)
            return
        loop = asyncio.get_running_loop()
        self._settling = loop.call_later(_LATE, lambda: self._server.keep(self._settle()))

    async def _settle(self) -> None:
        """Publish the findings of late rules, which also depend on files that are not open."""
        read_expected(self._server)
        for project in self._server.session.projects:
            if project.is_checked and not project.is_settled and not self._is_busy:
                await self._in_slices(project.settling())
                if not self._is_busy:
                    self._now()
        if not self._is_busy:
            gc.collect(1)

    @property
    def _is_busy(self) -> bool:
        return self._working or self._waiting is not None

    async def checked(self) -> None:
        """Check what changed in the projects, in short slices between messages of the client."""
        if not self._is_shown:
            return
        for project in self._server.session.projects:
            if project.is_ready and not project.is_checked:
                await self._in_slices(project.steps())

    @property
    def _is_shown(self) -> bool:
        """Whether the client shows any findings."""
        session = self._server.session
        return session.settings.everywhere or bool(session.opened or self._server.sources.opened)

    async def settled(self) -> None:
        """Check what changed in the projects, including by the late rules."""
        await self.checked()
        for project in self._server.session.projects:
            while project.is_ready and not project.is_settled:
                await self._in_slices(project.steps())
                await self._in_slices(project.settling())

    async def _in_slices(self, steps: Iterator[None]) -> None:
        turn = time.monotonic()
        for _ in steps:
            if time.monotonic() - turn > _SLICE:
                await asyncio.sleep(_PAUSE)
                turn = time.monotonic()

    def _now(self) -> None:
        """Publish what changed since the last time."""
        reports = {view.uri: self.of_view(view) for view in self._server.session.views()}
        reports.update((view.uri, self.of_source(view)) for view in self._server.sources.opened.values())
        if self.pulled:
            stale = any(self._sent.get(uri) != mine for uri, mine in reports.items())
            self._sent.update(reports)
            if stale:
                self._refresh()
            pushed: dict[str, list[t.Diagnostic]] = {}
        else:
            pushed = reports
        pushed.update(self._of_configurations())
        # A client that pulls the diagnostics of all files does not get them pushed as well.
        if self._server.session.settings.everywhere and not self._asked_for_all:
            for uri, mine in self._of_closed_files().items():
                pushed[uri] = [*pushed.get(uri, ()), *mine]
        for uri in self._sent.keys() - pushed.keys() - reports.keys():
            self._send(uri, [])
            self._drop(uri)
        for uri, mine in pushed.items():
            if self._sent.get(uri) != mine:
                self._send(uri, mine)
                self._sent[uri] = mine
        for follower in self._server.followers:
            follower()

    def forget(self, uri: str) -> None:
        """Stop reporting findings in a document that the client closed."""
        if self._sent.get(uri) and not self.pulled:
            self._send(uri, [])
        self._drop(uri)

    def _drop(self, uri: str) -> None:
        self._sent.pop(uri, None)
        self._written.pop(uri, None)
        self._reporter.forget(uri)

    def of_view(self, view: View) -> list[t.Diagnostic]:
        """The findings in an open document."""
        session = self._server.session
        document = session.opened[view.uri]
        if document.quiet:
            return []
        opened = [one.tree for one in session.views() if one.project is view.project]
        found = view.project.found_in(view.tree, opened)
        if document.edited:
            # While the last line is being typed, its line end may be missing; many editors add it on save.
            found = [one for one in found if one.code != codes.MISSING_LINE_END]
            found = [
                one for one in found if one.code != codes.UNUSED_EVENT or not _is_new(one, document.saved)
            ]
        return self._reporter.reported(view.uri, found, self._with_related)

    def of_source(self, view: SourceView) -> list[t.Diagnostic]:
        """The findings at calls in an open C or Rust document."""
        found = [
            one
            for project in self._server.session.projects
            if project.is_ready
            for one in found_in_source(project.found_soon, view.source)
        ]
        return self._reporter.reported(view.uri, found, self._with_related)

    def of_workspace(self) -> dict[str, list[t.Diagnostic]]:
        """The findings in all reported documents, by URI."""
        self._asked_for_all = True
        found = {view.uri: self.of_view(view) for view in self._server.session.views()}
        found.update((view.uri, self.of_source(view)) for view in self._server.sources.opened.values())
        if self._server.session.settings.everywhere:
            found = {**self._of_closed_files(), **found}
        return found

    def answered(self, uri: str, reports: list[t.Diagnostic]) -> None:
        """Note the diagnostics that the client pulled."""
        self._sent[uri] = reports

    def _of_closed_files(self) -> dict[str, list[t.Diagnostic]]:
        session = self._server.session
        reports: dict[str, list[t.Diagnostic]] = {}
        for project in session.projects:
            for source, found in project.found_soon.items() if project.is_ready else ():
                uri = uri_of(source.file)
                if not session.is_open(source.file) and uri not in self._server.sources.opened:
                    # A configuration has directives for several files.
                    reports.setdefault(uri, []).extend(
                        self._reporter.reported(uri, found, self._with_related)
                    )
        return reports

    def _of_configurations(self) -> dict[str, list[t.Diagnostic]]:
        errors: dict[str, list[ConfigError]] = {}
        for project in self._server.session.projects:
            for error in project.errors:
                uri = self._server.session.uri_of(os.path.abspath(error.path))
                if error not in errors.setdefault(uri, []):
                    errors[uri].append(error)
        encoding = self._server.session.encoding
        return {uri: of_configuration(mine, encoding) for uri, mine in errors.items()}

    def _send(self, uri: str, reports: list[t.Diagnostic]) -> None:
        server = self._server
        server.protocol.publish(uri, server.version_of(uri), self._texts(uri, reports))

    def _texts(self, uri: str, reports: list[t.Diagnostic]) -> list[str]:
        """A document's diagnostics as JSON; those published before are not serialized again."""
        before = self._written.pop(uri, {})
        converter = self._server.converter
        now = self._written[uri] = {}
        for one in reports:
            now[id(one)] = before.get(id(one)) or (one, json.dumps(converter.unstructure(one)))
        return [now[id(one)][1] for one in reports]

    def _refresh(self) -> None:
        workspace = self._server.client_capabilities.workspace
        if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self._server.workspace_diagnostic_refresh(None)
