"""`textDocument/did...`: documents are opened, edited, saved and closed."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.documents import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if ls.session.open(document.uri, document.language_id, document.version, document.text):
            ls.publisher.soon(0)

    @server.feature(t.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
        document = ls.workspace.get_text_document(params.text_document.uri)
        assert isinstance(document, Document)
        if ls.session.change(params.text_document.uri, params.text_document.version, document.text().text):
            ls.publisher.soon()

    @server.feature(t.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri in ls.session.opened:
            ls.publisher.soon(0)

    @server.feature(t.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
        if ls.session.close(params.text_document.uri):
            ls.publisher.forget(params.text_document.uri)
            ls.publisher.soon()
