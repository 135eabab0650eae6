"""Edits of several documents, and edits that cannot be sent to a client."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.analysis.diagnostic import SourceEdit
from tesc.lsp.edits import workspace_edit
from tesc.lsp.session import Session
from tesc.lsp.uris import uri_of
from tesc.syntax.source import Source, Span


def test_of_several_documents(tmp_path):
    session = Session()
    opened = str(tmp_path / "trace-events")
    session.open(uri_of(opened), "trace-events", 7, "a(void)\nb(void)\n")
    one = session.view(uri_of(opened)).source
    other = Source("other", "c(void)\n", str(tmp_path / "other.trace-events"))
    edits = [
        SourceEdit(one, Span(8, 9), "y"),
        SourceEdit(other, Span(0, 1), "z"),
        SourceEdit(one, Span(0, 1), "x"),
    ]

    def document_of(path):
        uri = uri_of(path)
        return uri, session.opened[uri].version if uri in session.opened else None

    made = workspace_edit(edits, document_of, "utf-16", True)
    first, second = made.document_changes
    assert first.text_document == t.OptionalVersionedTextDocumentIdentifier(uri_of(opened), 7)
    assert [(e.range.start.line, e.new_text) for e in first.edits] == [(0, "x"), (1, "y")]
    # A document that is not open has no version.
    assert second.text_document == t.OptionalVersionedTextDocumentIdentifier(uri_of(other.file), None)
    assert workspace_edit(edits, document_of, "utf-16", False).changes.keys() == {
        uri_of(opened),
        uri_of(other.file),
    }


def test_bytes_that_are_not_text_are_not_sent(tmp_path):
    source = Source("f", "a(void)\n", str(tmp_path / "f"))
    assert (
        workspace_edit(
            [SourceEdit(source, Span(0, 1), "\udcff")], lambda path: (uri_of(path), None), "utf-8", True
        )
        is None
    )


def test_the_unused_event_of_sources_is_disabled(tmp_path):
    from tesc.analysis.diagnostic import Diagnostic
    from tesc.lsp.offers import QUICK, offers

    session = Session()
    uri = uri_of(str(tmp_path / "trace-events"))
    session.open(uri, "trace-events", 1, "prefix p_\n\na(void)\n")
    view = session.view(uri)
    span = Span(11, 12)
    found = [Diagnostic("TE601", "unused-event", "warning", "", view.source, span, "p_a", None, (), None)]
    offer = offers(view, found, found, False)[0]
    assert offer.title == "Disable 'a' by a pattern in this file"
    assert offer.kind == QUICK
    assert [(edit.span, edit.text) for edit in offer.edits] == [(Span(10, 10), "\ndisable p_a\n")]
