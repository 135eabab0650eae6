"""`textDocument/diagnostic`: findings, for clients that pull them."""

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
        result = _number(reports)
        if view is not None or source is not None:
            ls.publisher.answered(params.text_document.uri, reports)
        if result == params.previous_result_id:
            return t.RelatedUnchangedDocumentDiagnosticReport(result)
        return t.RelatedFullDocumentDiagnosticReport(reports, result_id=result)

    @server.feature(t.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(
        ls: Server, params: t.WorkspaceDiagnosticParams
    ) -> t.WorkspaceDiagnosticReport:
        await ls.publisher.settled()
        known = {one.uri: one.value for one in params.previous_result_ids}
        found = ls.publisher.of_workspace()
        # A file that no longer has findings needs an empty report.
        found = {**{uri: [] for uri in known if uri not in found}, **found}
        items: list[t.WorkspaceDocumentDiagnosticReport] = []
        for uri, reports in found.items():
            result, version = _number(reports), ls.version_of(uri)
            if known.get(uri) == result:
                items.append(
                    t.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=result, version=version)
                )
            else:
                items.append(
                    t.WorkspaceFullDocumentDiagnosticReport(
                        uri=uri, items=reports, version=version, result_id=result
                    )
                )
        return t.WorkspaceDiagnosticReport(items)


def _number(reports: list[t.Diagnostic]) -> str:
    """The result ID for some diagnostics."""
    return sha256(repr(reports).encode("utf-8", "replace")).hexdigest()
