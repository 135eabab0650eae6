"""`workspace/will...Files` and `did...Files`: updating or removing includes with their files."""

from __future__ import annotations

import os

from lsprotocol import types as t

from tesc.lsp.indexing import check_sources, files_below
from tesc.lsp.moving import Move, edits_for_deletions, edits_for_moves
from tesc.lsp.uris import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server

_FILTERS = [
    t.FileOperationFilter(
        t.FileOperationPattern("**/{trace-events,*.trace-events}", t.FileOperationPatternKind.File), "file"
    ),
    t.FileOperationFilter(t.FileOperationPattern("**", t.FileOperationPatternKind.Folder), "file"),
]
_OPTIONS = t.FileOperationRegistrationOptions(_FILTERS)


def register(server: Server) -> None:
    @server.feature(t.WORKSPACE_WILL_RENAME_FILES, _OPTIONS)
    def will_rename(ls: Server, params: t.RenameFilesParams) -> t.WorkspaceEdit | None:
        moves = _moves(params)
        edits = [edit for one in ls.session.projects for edit in edits_for_moves(one, moves)]
        return ls.edit(edits) if edits else None

    @server.feature(t.WORKSPACE_DID_RENAME_FILES, _OPTIONS)
    def did_rename(ls: Server, params: t.RenameFilesParams) -> None:
        for move in _moves(params):
            for path in files_below(ls, move.old):
                ls.session.reread(path)
                ls.session.reread(move.of(path) or path)
        check_sources(ls)
        ls.changed()

    @server.feature(t.WORKSPACE_WILL_DELETE_FILES, _OPTIONS)
    def will_delete(ls: Server, params: t.DeleteFilesParams) -> t.WorkspaceEdit | None:
        gone = [_real(path_of(file.uri)) for file in params.files]
        edits = [edit for one in ls.session.projects for edit in edits_for_deletions(one, gone)]
        return ls.edit(edits) if edits else None

    @server.feature(t.WORKSPACE_DID_DELETE_FILES, _OPTIONS)
    def did_delete(ls: Server, params: t.DeleteFilesParams) -> None:
        for file in params.files:
            for path in files_below(ls, _real(path_of(file.uri))):
                ls.session.reread(path)
        check_sources(ls)
        ls.changed()


def _moves(params: t.RenameFilesParams) -> list[Move]:
    return [Move(_real(path_of(one.old_uri)), _real(path_of(one.new_uri))) for one in params.files]


def _real(path: str) -> str:
    """A path with its folder resolved; the file may be missing, or a symbolic link, which is not followed."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
