"""`textDocument/diagnostic`: what is found, for clients that ask for it."""

from __future__ import annotations

from hashlib import sha256

from lsprotocol import types as t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server

_OPTIONS = t.DiagnosticOptions(identifier="tesc", inter_file_dependencies=True, workspace_diagnostics=False)


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_DIAGNOSTIC, _OPTIONS)
    async def diagnostic(ls: Server, params: t.DocumentDiagnosticParams) -> t.DocumentDiagnosticReport:
        await ls.publisher.settled()
        view = ls.view(params.text_document)
        source = ls.source_view(params.text_document)
        reports = ls.publisher.of_view(view) if view else ls.publisher.of_source(source) if source else []
        result = sha256(repr(reports).encode("utf-8", "replace")).hexdigest()
        if view is not None or source is not None:
            ls.publisher.answered(params.text_document.uri, reports)
        if result == params.previous_result_id:
            return t.RelatedUnchangedDocumentDiagnosticReport(result)
        return t.RelatedFullDocumentDiagnosticReport(reports, result_id=result)
