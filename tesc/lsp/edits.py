"""Edits of sources in the protocol's form."""

from __future__ import annotations

from difflib import SequenceMatcher

from lsprotocol import types as t

from tesc.analysis.diagnostic import SourceEdit
from tesc.lsp.positions import range_of
from tesc.syntax.source import Source, Span, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def text_edits(edits: Iterable[SourceEdit], encoding: str) -> list[t.TextEdit]:
    """Edits of one source, sorted by position; edits at the same position keep their order."""
    ordered = sorted(map(_whole_line_ends, edits), key=lambda edit: edit.span.start)
    return [t.TextEdit(range_of(edit.source, edit.span, encoding), edit.text) for edit in ordered]


def _whole_line_ends(edit: SourceEdit) -> SourceEdit:
    """An edit extended to whole line ends, since the protocol has no position inside a CR LF."""
    text = edit.source.text
    start, end, new = edit.span.start, edit.span.end, edit.text
    if start and text[start - 1 : start + 1] == "\r\n":
        start, new = start - 1, f"\r{new}"
    if end and text[end - 1 : end + 1] == "\r\n":
        end, new = end + 1, f"{new}\n"
    return SourceEdit(edit.source, Span(start, end), new)


def workspace_edit(
    edits: Iterable[SourceEdit],
    document_of: Callable[[str], tuple[str, int | None]],
    encoding: str,
    versioned: bool,
) -> t.WorkspaceEdit | None:
    """Edits of any sources; `versioned` is true if the client supports versioned edits.

    `document_of` returns the client's URI of a file, and its version if it is open. None if an edit's text
    cannot be sent because it has bytes that are not UTF-8.
    """
    documents: dict[tuple[str, int | None], list[SourceEdit]] = {}
    for edit in edits:
        if not _sendable(edit.text):
            return None
        documents.setdefault(document_of(edit.source.file), []).append(edit)
    if not versioned:
        return t.WorkspaceEdit(
            changes={uri: text_edits(mine, encoding) for (uri, _), mine in documents.items()}
        )
    return t.WorkspaceEdit(
        document_changes=[
            t.TextDocumentEdit(
                t.OptionalVersionedTextDocumentIdentifier(uri, version), list(text_edits(mine, encoding))
            )
            for (uri, version), mine in documents.items()
        ]
    )


def _sendable(text: str) -> bool:
    return not any("\ud800" <= char < "\ue000" for char in text)


def difference(source: Source, text: str) -> list[SourceEdit]:
    """Small edits that turn a source's text into another; inside lines, if only parts of them change."""
    old, new = _lines(source.text), _lines(text)
    if len(old) == len(new):
        changed = [(at, at + 1, at, at + 1) for at in range(len(old)) if old[at] != new[at]]
    else:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        changed = [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return [_trimmed(source, starts[a], "".join(old[a:b]), "".join(new[c:d])) for a, b, c, d in changed]


def _lines(text: str) -> list[str]:
    starts = [start for start, _ in split_lines(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]


def _trimmed(source: Source, start: int, old: str, new: str) -> SourceEdit:
    """The edit that replaces `old` at `start` by `new`, without their common beginning and end."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    most -= head
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    return SourceEdit(source, Span(start + head, start + len(old) - tail), new[head : len(new) - tail])
