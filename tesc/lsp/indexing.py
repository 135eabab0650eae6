"""Reads the C and Rust sources of folders, a few at a time, between messages of the client."""

from __future__ import annotations

import asyncio
import gc
import os
import time

from lsprotocol import types as t

from tesc.lsp.loading import Progress
from tesc.lsp.uris import path_of
from tesc.lsp.uses import JoinedUses
from tesc.uses.reading import Reader
from tesc.uses.scan import is_compiled, language_of, suffixes
from tesc.uses.sources import find_sources
from tesc.workspace import declaring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.lsp.project import Project
    from tesc.lsp.server import Server
    from tesc.uses.index import Index

WATCHED = (f"**/*.{{{','.join(suffixes())}}}",)
# In seconds: how long reading runs at a time, and how long messages are handled after it. Reading a message
# takes several steps of the event loop, so one step is not enough.
_SLICE = 0.004
_PAUSE = 0.001
# In seconds: changes within this time are read together.
_GATHER = 0.3


async def load_sources(server: Server) -> None:
    """Read the sources of all folders that are not read yet, unless the client's settings disable it."""
    missing = [one for one in server.session.projects if one.folder is not None and not one.indexed]
    for project in sorted(missing, key=lambda one: not one.awaits_uses):
        await _index(server, project)


def check_sources(server: Server) -> None:
    """Check the folders' sources for changes, after a short delay."""
    for project in server.session.projects:
        if project.indexed:
            server.keep(_later(server, project))


def take_changes(server: Server, changes: Iterable[t.FileEvent]) -> list[t.FileEvent]:
    """Handle the changes on disk of sources; returns the others."""
    others: list[t.FileEvent] = []
    changed: list[str] = []
    unknown: dict[str, Project] = {}
    for change in changes:
        path = path_of(change.uri)
        if language_of(path) is None or _is_trace_events(server, path):
            others.append(change)
            continue
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        project = server.sources.project_at(path)
        if project is None or project.folder is None:
            continue
        if not project.indexed and project.folder not in server.indexing:
            continue  # its folder is read later, or not at all
        if path in project.sources:
            changed.append(path)
        else:
            # unless git ignores it
            unknown[project.folder] = project
    if changed:
        server.keep(_reread(server, changed))
    for project in unknown.values():
        server.keep(_later(server, project))
    return others


def files_below(server: Server, path: str) -> list[str]:
    """The real paths of the trace-events files that are known at a path or below it."""
    below = os.path.join(path, "")
    found = (
        os.path.realpath(tree.source.file)
        for project in server.session.projects
        for tree in project.workspace.trees
    )
    return list(dict.fromkeys(one for one in found if one == path or one.startswith(below)))


def watched_folders(server: Server) -> list[str]:
    """The folders with trace-events files and those above them, relative to their workspace folders.

    Many clients report only the folder when one is deleted or moved.
    """
    found: set[str] = set()
    for project in server.session.folders:
        for tree in project.workspace.trees:
            folder = os.path.dirname(project.shown(tree.source.file))
            while folder and not os.path.isabs(folder) and not folder.startswith(".."):
                found.add(folder)
                folder = os.path.dirname(folder)
    return sorted(found)


def _is_trace_events(server: Server, path: str) -> bool:
    return any(project.workspace.tree_of(path) is not None for project in server.session.projects)


def watches_files(server: Server) -> bool:
    """Whether the client reports changes on disk."""
    workspace = server.client_capabilities.workspace
    files = workspace.did_change_watched_files if workspace else None
    return bool(files and files.dynamic_registration)


def sources_changed(server: Server) -> None:
    """Update the client after sources have changed."""
    if server.sources.news:
        server.sources.news = False
        server.publisher.soon()
        refresh_lenses(server)
    elif server.sources.moved:
        server.publisher.soon()
    server.sources.moved = False


def refresh_lenses(server: Server) -> None:
    """Ask the client to refresh code lenses."""
    workspace = server.client_capabilities.workspace
    if workspace and workspace.code_lens and workspace.code_lens.refresh_support:
        server.workspace_code_lens_refresh(None)


async def _later(server: Server, project: Project) -> None:
    assert project.folder is not None
    if project.folder in server.to_index:
        return
    server.to_index.add(project.folder)
    await asyncio.sleep(_GATHER)
    while project.folder in server.indexing:
        await asyncio.sleep(_GATHER)
    server.to_index.discard(project.folder)
    await _index(server, project)


async def _reread(server: Server, paths: Sequence[str]) -> None:
    turn = time.monotonic()
    for path in paths:
        server.sources.reread(path)
        if time.monotonic() - turn > _SLICE:
            await asyncio.sleep(_PAUSE)
            turn = time.monotonic()
    sources_changed(server)


async def _index(server: Server, project: Project) -> None:
    """Read new and changed sources of a folder, and forget removed ones."""
    folder = project.folder
    if folder in server.indexing:
        return
    if folder is None or not server.session.settings.sources:
        project.awaits_uses = False
        return
    server.indexing.add(folder)
    index = project.uses
    try:
        # Files named like sources may declare events, such as esp.inc.
        held = declaring(project.units)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(server.thread_pool, find_sources, folder, held)
        # Files that any tesc command has read are cached.
        first = None if project.indexed else await loop.run_in_executor(None, Reader, folder, found)
        await _read(server, project, found, first)
        if first is not None and project.indexed:
            await loop.run_in_executor(None, first.save)
    finally:
        server.indexing.discard(folder)
        if project.awaits_uses:  # waiting for them ends if reading was cancelled
            project.awaits_uses = False
            server.publisher.soon(0)
        if _is_stale(server, project, index):
            # The folder was removed and added again, or its sources were switched off and on.
            server.keep(load_sources(server))


def _is_stale(server: Server, project: Project, index: Index) -> bool:
    """Whether the client's folders no longer need the index that was read."""
    return project.uses is not index or project not in server.session.projects


async def _read(server: Server, project: Project, found: Sequence[str], first: Reader | None) -> None:
    index = project.uses
    for gone in project.sources.difference(found):
        if not server.sources.take_open(gone, index):
            index.remove(gone)
    progress = Progress(server, f"tesc: reading sources in {project.folder}")
    changed = False
    turn = time.monotonic()
    for number, path in enumerate(found):
        # A folder inside this one may also be a workspace folder.
        if server.sources.project_at(path) is project and not server.sources.take_open(path, index):
            read = first.read(path) if first is not None and not index.calls_macros else None
            changed = (index.reread(path) if read is None else index.take(path, read)) or changed
        if time.monotonic() - turn > _SLICE:
            await progress.report(f"{number + 1} of {len(found)} files", 100 * number // len(found))
            await asyncio.sleep(_PAUSE)
            if progress.cancelled:
                progress.end("cancelled: uses of events are not known")
                return
            if _is_stale(server, project, index):
                progress.end("no longer needed")
                return
            turn = time.monotonic()
    if first is not None and index.calls_macros:
        index.read_again()
        await _read(server, project, found, None)
        return
    project.sources = set(found)
    await _look_up_uses(project)
    progress.end(f"{len(found)} files")
    if changed or not project.indexed:
        project.indexed = True
        project.awaits_uses = False
        project.all_uses = JoinedUses(server.sources, project) if _is_whole(project) else None
        # Nearly all of the memory stays in use; garbage collections would take longer than all other work.
        gc.freeze()
        server.sources.touch()
        server.publisher.soon(0)
        refresh_lenses(server)


async def _look_up_uses(project: Project) -> None:
    """Look up the uses of all events, so that the rules get them from memory."""
    turn = time.monotonic()
    for unit in project.units:
        for event in unit.events:
            project.uses.uses_of(event.name)
            if time.monotonic() - turn > _SLICE:
                await asyncio.sleep(_PAUSE)
                turn = time.monotonic()


def _is_whole(project: Project) -> bool:
    """Whether a folder contains everything that may use its events: it is a whole project, with sources.

    Without a checkout or a tesc.toml, headers alone are not a program.
    """
    if project.folder is None or not project.sources:
        return False
    if not _is_root(project.folder) and not any(map(is_compiled, project.sources)):
        return False
    above = os.path.dirname(project.folder)
    while True:
        if _is_root(above):
            return False
        if above == os.path.dirname(above):
            return True
        above = os.path.dirname(above)


def _is_root(folder: str) -> bool:
    """Whether a folder is a project: a checkout, or one with a configuration."""
    return any(os.path.exists(os.path.join(folder, name)) for name in (".git", "tesc.toml"))
