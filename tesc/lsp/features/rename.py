"""`textDocument/prepareRename` and `textDocument/rename`: events, parameters and prefixes."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.naming import declarations_of
from tesc.lsp.protocol import Refused
from tesc.lsp.renaming import check_renamable, edits_for, name_at, renaming_from, renaming_of
from tesc.lsp.targets import target_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.diagnostic import SourceEdit
    from tesc.lsp.server import Server


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(ls: Server, params: t.PrepareRenameParams) -> t.PrepareRenamePlaceholder | None:
        # Trial edits find reasons that rule out any new name, so that they are reported before one is typed.
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            found = declarations_of(ls.sources, source.path, use) if use else []
            if use is None or not found:
                return None
            check_renamable(
                ls.sources,
                found[0].name,
                lambda name: renaming_from(ls.sources, source.path, use, name),
            )
            return t.PrepareRenamePlaceholder(ls.sources.range(source.source, use.name_span), found[0].name)
        view = ls.view(params.text_document)
        named = name_at(view, target_at(view, view.offset(params.position))) if view else None
        if view is None or named is None:
            return None
        target = target_at(view, view.offset(params.position))
        check_renamable(ls.sources, named[1], lambda name: (view.project, renaming_of(view, target, name)))
        return t.PrepareRenamePlaceholder(view.range(named[0]), named[1])

    @server.feature(t.TEXT_DOCUMENT_RENAME)
    def rename(ls: Server, params: t.RenameParams) -> t.WorkspaceEdit | None:
        name = params.new_name.strip()
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            if use is None:
                raise Refused("there is no name of an event here")
            project, renaming = renaming_from(ls.sources, source.path, use, name)
            return _edit(ls, edits_for(ls.sources, project, renaming))
        view = ls.view(params.text_document)
        if view is None:
            return None
        renaming = renaming_of(view, target_at(view, view.offset(params.position)), name)
        return _edit(ls, edits_for(ls.sources, view.project, renaming))


def _edit(server: Server, edits: list[SourceEdit]) -> t.WorkspaceEdit | None:
    server.expected.expect({edit.source.file for edit in edits})
    return server.edit(edits)
