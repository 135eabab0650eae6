"""The texts of open documents.

pygls 2.1 splits lines as `str.splitlines` does, including at form feeds and U+2028. The protocol has only
LF, CRLF and CR, so a client's edits would end up in the wrong line.
"""

from __future__ import annotations

from urllib.parse import unquote

from lsprotocol import types as t
from pygls.workspace import TextDocument, Workspace

from tesc.lsp.positions import offset_of
from tesc.syntax.reparsing import know_lines_by
from tesc.syntax.source import Source


class Document(TextDocument):
    """An open document; its text is what the client sent."""

    def text(self) -> Source:
        """The text, with its lines."""
        known: Source | None = getattr(self, "_text", None)
        if known is None or known.text is not self._source:
            known = self._text = Source(self.uri, self._source or "")
        return known

    def _apply_incremental_change(self, change: t.TextDocumentContentChangePartial) -> None:
        before = self.text()
        encoding = t.PositionEncodingKind(self.position_codec.encoding or "utf-16").value
        start = offset_of(before, change.range.start, encoding)
        end = offset_of(before, change.range.end, encoding)
        self._source = before.text[:start] + change.text + before.text[max(start, end) :]
        # Finding all line ends would take longer than everything else for an edit of a large file.
        self._text = Source(self.uri, self._source)
        know_lines_by(before, self._text)


class Documents(Workspace):
    """The open documents of a client."""

    def update_text_document(
        self, text_doc: t.VersionedTextDocumentIdentifier, change: t.TextDocumentContentChangeEvent
    ) -> None:
        """Apply a change to an open document.

        Documents that are not open are left alone: VS Code reverts an untitled document after closing it.
        """
        if unquote(text_doc.uri) in self._text_documents:
            super().update_text_document(text_doc, change)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Document:
        return Document(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )
