"""`textDocument/did...`: opening, editing, saving and closing documents."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.files import MAX_SOURCE_BYTES, too_large
from tesc.lsp.disk_changes import read_expected
from tesc.lsp.documents import Document
from tesc.lsp.indexing import check_sources, sources_changed, watches_files
from tesc.lsp.uris import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server


def _accepted(text: str) -> str:
    """A document's text, or '' if it is too large to be written by people."""
    return text if len(text) <= MAX_SOURCE_BYTES else ""


def _too_large(uri: str) -> str:
    return f"{path_of(uri)}: {too_large(uri).strerror}, so tesc does not read it"


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if len(document.text) > MAX_SOURCE_BYTES:
            ls.window_show_message(t.ShowMessageParams(t.MessageType.Warning, _too_large(document.uri)))
        opened = document.uri, document.language_id, document.version, _accepted(document.text)
        if ls.session.open(*opened):
            ls.publisher.soon(0)
        elif ls.sources.open(*opened):
            sources_changed(ls)

    @server.feature(t.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
        document = ls.workspace.get_text_document(params.text_document.uri)
        assert isinstance(document, Document)
        changed = params.text_document.uri, params.text_document.version, _accepted(document.text().text)
        if ls.session.change(*changed):
            ls.publisher.soon()
        elif ls.sources.change(*changed):
            sources_changed(ls)

    @server.feature(t.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
        read_expected(ls)
        if ls.session.save(params.text_document.uri):
            ls.publisher.soon(0)
        if not watches_files(ls):
            check_sources(ls)

    @server.feature(t.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
        if ls.session.close(params.text_document.uri):
            ls.publisher.forget(params.text_document.uri)
            ls.publisher.soon()
        elif ls.sources.close(params.text_document.uri):
            ls.publisher.forget(params.text_document.uri)
            sources_changed(ls)
