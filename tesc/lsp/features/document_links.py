"""`textDocument/documentLink`: included files, and the sources that headings name."""

from __future__ import annotations

import os

from lsprotocol import types as t

from tesc.analysis.blocks import title_of
from tesc.analysis.headings import file_named
from tesc.lsp.targets import path_of
from tesc.syntax.nodes import Comment, Include
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.lsp.server import Server
    from tesc.lsp.view import View


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_LINK)
    def document_link(ls: Server, params: t.DocumentLinkParams) -> list[t.DocumentLink] | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        return [t.DocumentLink(view.range(span), ls.document_of(path)[0]) for span, path in links(view)]


def links(view: View) -> Iterator[tuple[Span, str]]:
    """The spans of links, and their files."""
    folder = os.path.dirname(os.path.abspath(view.source.file))
    for item in view.tree.items:
        if isinstance(item, Include):
            tree = view.project.included(view.source, item)
            # During start-up the file may not be read yet.
            file = tree.source.file if tree else os.path.join(folder, item.path)
            if tree or os.path.isfile(file):
                yield path_of(item), file
        elif isinstance(item, Comment):
            title = title_of(item)
            path = file_named(title, folder, view.project.folder or folder)
            if path is not None:
                start = item.start + item.text.index(title)
                yield Span(start, start + len(title.split()[0].rstrip(":,"))), path
