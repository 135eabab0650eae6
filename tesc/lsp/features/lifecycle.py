"""`initialize` and what follows it: reading folders, watching files and settings."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from lsprotocol import types as t

from tesc import git
from tesc.lsp.disk_changes import files_changed
from tesc.lsp.documents import Documents
from tesc.lsp.indexing import WATCHED as WATCHED_SOURCES
from tesc.lsp.indexing import (
    load_sources,
    watched_folders,
    watches_files,
)
from tesc.lsp.loading import load
from tesc.lsp.settings import settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tesc.lsp.server import Server

_SECTION = "tesc"
# In seconds: the interval of checks that the parent process still runs.
_PARENT_INTERVAL = 3.0
# In seconds: how long to wait for a client's settings before using the defaults.
_PATIENCE = 1.0
_WATCHED = (
    "**/trace-events",
    "**/*.trace-events",
    "**/tesc.toml",
    "**/pyproject.toml",
    "**/meson.build",
    "**/scripts/tracetool.py",
)


def register(server: Server) -> None:
    @server.feature(t.INITIALIZE)
    def initialize(ls: Server, params: t.InitializeParams) -> None:
        given = ls.workspace
        folders = list(given.folders.values())
        ls.protocol._workspace = Documents(
            given.root_uri, ls._text_document_sync_kind, folders, given.position_encoding
        )
        ls.session.encoding = t.PositionEncodingKind(given.position_encoding or "utf-16").value
        options = params.initialization_options
        ls.options = options if isinstance(options, dict) else {}
        # Clients without workspace trust ask the user before they start a server.
        git.trust(ls.options.get("trusted") is not False)
        _configure(ls, ls.options)
        uris = [folder.uri for folder in folders] or [uri for uri in (given.root_uri,) if uri]
        for uri in uris:
            ls.session.add_folder(uri)

    @server.feature(t.INITIALIZED)
    async def initialized(ls: Server, params: t.InitializedParams) -> None:
        if ls.process_id is not None:
            ls.keep(_end_with_parent(ls.process_id))
        await _fetch_settings(ls)
        ls.keep(_register(ls))
        await load(ls)
        ls.keep(_watch_folders(ls))
        await load_sources(ls)

    @server.feature(t.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: Server, params: t.DidChangeConfigurationParams) -> None:
        sent = params.settings.get(_SECTION) if isinstance(params.settings, dict) else None
        if not await _fetch_settings(ls) and isinstance(sent, dict):
            _configure(ls, sent)
        ls.changed()
        await load_sources(ls)

    @server.feature(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_folders(ls: Server, params: t.DidChangeWorkspaceFoldersParams) -> None:
        texts = ls.session.texts()
        for folder in params.event.removed:
            ls.session.remove_folder(folder.uri)
        for folder in params.event.added:
            ls.session.add_folder(folder.uri)
        for opened, text in texts:
            ls.session.open(opened.uri, "trace-events", opened.version, text)
        ls.sources.folders_changed()
        await load(ls)
        await load_sources(ls)

    @server.feature(t.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(ls: Server, params: t.DidChangeWatchedFilesParams) -> None:
        files_changed(ls, params.changes)


def _configure(ls: Server, section: Any) -> None:
    settings, wrong = settings_from(section)
    for message in wrong:
        ls.log(message, t.MessageType.Warning)
    if settings != ls.session.settings:
        before = ls.session.settings
        ls.session.configure(settings)
        if before.sources != settings.sources:
            ls.sources.configure()


async def _fetch_settings(ls: Server) -> bool:
    """Ask the client for its settings; false if it does not answer."""
    workspace = ls.client_capabilities.workspace
    if not workspace or not workspace.configuration:
        return False
    asked = ls.keep(_ask_for_settings(ls))
    done, _ = await asyncio.wait({asked}, timeout=_PATIENCE)
    # A later answer is still used.
    return await asked if done else True


async def _ask_for_settings(ls: Server) -> bool:
    items = [t.ConfigurationItem(section=_SECTION)]
    try:
        answer: Sequence[Any] = await ls.workspace_configuration_async(t.ConfigurationParams(items))
    except Exception as error:
        ls.log(f"the client does not report its settings: {error}", t.MessageType.Warning)
        return False
    # Clients without such a section answer null.
    if answer and answer[0]:
        _configure(ls, answer[0])
        ls.changed()
    return True


async def _register(ls: Server) -> None:
    """Ask the client to report changes of files and settings, if it can."""
    workspace = ls.client_capabilities.workspace
    if workspace is None:
        return
    wanted = []
    files, settings = workspace.did_change_watched_files, workspace.did_change_configuration
    if files and files.dynamic_registration:
        watchers = [t.FileSystemWatcher(pattern) for pattern in (*_WATCHED, *WATCHED_SOURCES)]
        options = t.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(t.Registration("tesc-files", t.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if settings and settings.dynamic_registration:
        section = t.DidChangeConfigurationRegistrationOptions(section=_SECTION)
        wanted.append(t.Registration("tesc-settings", t.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        try:
            await ls.client_register_capability_async(t.RegistrationParams(wanted))
        except Exception as error:
            ls.log(f"the client does not watch files: {error}", t.MessageType.Warning)


async def _watch_folders(ls: Server) -> None:
    """Ask the client to report deleted folders, if it can."""
    folders = watched_folders(ls)
    if not folders or not watches_files(ls):
        return
    pattern = f"**/{{{','.join(folders)}}}" if len(folders) > 1 else f"**/{folders[0]}"
    kind = t.WatchKind.Create | t.WatchKind.Delete
    options = t.DidChangeWatchedFilesRegistrationOptions([t.FileSystemWatcher(pattern, kind)])
    wanted = t.Registration("tesc-folders", t.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    try:
        await ls.client_register_capability_async(t.RegistrationParams([wanted]))
    except Exception as error:
        ls.log(f"the client does not watch folders: {error}", t.MessageType.Warning)


async def _end_with_parent(parent: int) -> None:
    """End the process when its parent has ended without sending `exit`."""
    if sys.platform == "win32":
        return  # on Windows, os.kill would end the parent
    while True:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            # Nothing else ends the thread that reads standard input.
            os.kill(os.getpid(), signal.SIGKILL)
        except OSError:
            pass
        await asyncio.sleep(_PARENT_INTERVAL)
