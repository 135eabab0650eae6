"""What several kinds of clients see: with pulled and with pushed diagnostics, in each encoding."""

from __future__ import annotations

import pytest

from tests.lsp.conftest import EDITORS

ASTRAL = 'a(int a) "\U0001f600 b %s"\n'
ENCODINGS = dict(zip(EDITORS, ("utf-8", "utf-16", "utf-16", "utf-16", "utf-32")))


@pytest.mark.asyncio
async def test_diagnostics_as_each_editor_takes_them(editor, folder):
    file = folder / "trace-events"
    file.write_text(ASTRAL, encoding="utf-8")
    await editor.start(folder)
    assert editor.encoding == ENCODINGS[editor.kind]
    assert editor.pulls == (editor.kind in ("neovim", "visual-studio-code (pulls)"))
    uri = editor.open(file)
    [found] = await editor.diagnostics(uri, "TE415")
    assert found.range.start.character == {"utf-8": 17, "utf-16": 15, "utf-32": 14}[editor.encoding]
    assert found.range.start.character == editor.column(ASTRAL, "%s")
    assert found.range.end.character == editor.column(ASTRAL, "%s", end=True)
    editor.change(uri, 2, ASTRAL.replace("%s", "%d"))
    assert await editor.diagnostics(uri) == []
    # Pulled diagnostics are not pushed as well.
    assert (uri in editor.client.diagnostics) != editor.pulls


@pytest.mark.asyncio
async def test_an_edit_in_an_included_file_shows_in_its_includer(editor, folder):
    (folder / "trace-events").write_text('include "more.trace-events"\nfirst(int a) "a=%d"\n')
    (folder / "more.trace-events").write_text('second(int a) "a=%d"\n')
    await editor.start(folder)
    root = editor.open(folder / "trace-events")
    more = editor.open(folder / "more.trace-events")
    await editor.diagnostics(root)
    await editor.diagnostics(more)
    editor.change(more, 2, 'first(int a) "a=%d"\n')
    await editor.diagnostics(root, "TE101")
    if "emacs" in editor.kind or editor.kind.startswith("visual"):
        methods = [one.method for one in editor.registered]
        assert "workspace/didChangeWatchedFiles" in methods
