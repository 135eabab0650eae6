"""Includes follow renamed and moved files, and are removed with deleted ones."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.navigation import applied, until

WILL, DID = "workspace/willRenameFiles", "workspace/didRenameFiles"
ROOT = '# \U0001f600\r\ninclude "hw/esp.trace-events" prefix a_\r\ninclude "lib.trace-events"\r\n'
ESP = 'include "deep/dma.trace-events"\ninclude "lib.trace-events" prefix b_\nesp(int a) "%d"\n'


@pytest.fixture
def tree(folder):
    (folder / "hw" / "deep").mkdir(parents=True)
    (folder / "include").mkdir()
    (folder / "tesc.toml").write_text('include-path = ["include"]\n')
    (folder / "trace-events").write_bytes(ROOT.encode())
    (folder / "hw" / "esp.trace-events").write_text(ESP)
    (folder / "hw" / "deep" / "dma.trace-events").write_text('dma(int a) "%d"\n')
    (folder / "include" / "lib.trace-events").write_text('lib(int a) "%d"\n')
    return folder


@pytest.fixture
def client(lsp, tree):
    client = lsp()
    client.initialize(tree, capabilities={"workspace": {"workspaceEdit": {"documentChanges": True}}})
    client.open(tree / "trace-events")
    assert until(lambda: len(client.request("workspace/symbol", {"query": ""})) == 4)
    return client


def edited(client, tree, *moves):
    """The texts that change when files or folders are moved, by their old paths."""
    files = [{"oldUri": (tree / old).as_uri(), "newUri": (tree / new).as_uri()} for old, new in moves]
    return texts_after(client, tree, client.request(WILL, {"files": files}))


def texts_after(client, tree, edit):
    texts = {}
    for change in edit["documentChanges"] if edit else ():
        path = change["textDocument"]["uri"][len(tree.as_uri()) + 1 :]
        texts[path] = applied((tree / path).read_bytes().decode(), change["edits"])
    return texts


def test_a_renamed_file(client, tree):
    assert edited(client, tree, ("hw/esp.trace-events", "hw/scsi.trace-events")) == {
        "trace-events": ROOT.replace("hw/esp", "hw/scsi")
    }


def test_a_moved_file_takes_its_own_includes_with_it(client, tree):
    assert edited(client, tree, ("hw/esp.trace-events", "esp.trace-events")) == {
        "trace-events": ROOT.replace("hw/esp", "esp"),
        "hw/esp.trace-events": ESP.replace("deep/", "hw/deep/"),
    }


def test_a_folder(client, tree):
    # Files that move together still find each other.
    assert edited(client, tree, ("hw", "devices/hw")) == {
        "trace-events": ROOT.replace("hw/esp", "devices/hw/esp")
    }
    assert edited(client, tree, ("hw/deep", "deep")) == {
        "hw/esp.trace-events": ESP.replace("deep/dma", "../deep/dma")
    }


def test_what_the_include_path_finds(client, tree):
    assert edited(client, tree, ("include/lib.trace-events", "include/std/lib.trace-events")) == {
        "trace-events": ROOT.replace('"lib', '"std/lib'),
        "hw/esp.trace-events": ESP.replace('"lib', '"std/lib'),
    }
    assert edited(client, tree, ("include/lib.trace-events", "lib/lib.trace-events")) == {
        "trace-events": ROOT.replace('"lib', '"lib/lib'),
        "hw/esp.trace-events": ESP.replace('"lib', '"../lib/lib'),
    }


def test_deleted_files_and_folders_are_no_longer_included(client, tree):
    def after(*paths):
        files = [{"uri": (tree / path).as_uri()} for path in paths]
        return texts_after(client, tree, client.request("workspace/willDeleteFiles", {"files": files}))

    assert after("hw/esp.trace-events") == {
        "trace-events": ROOT.replace('include "hw/esp.trace-events" prefix a_\r\n', "")
    }
    assert after("include/lib.trace-events") == {
        "trace-events": ROOT.replace('include "lib.trace-events"\r\n', ""),
        "hw/esp.trace-events": ESP.replace('include "lib.trace-events" prefix b_\n', ""),
    }
    # A file that is deleted itself is not edited.
    assert after("hw") == {"trace-events": ROOT.replace('include "hw/esp.trace-events" prefix a_\r\n', "")}
    assert after("hw/deep", "include")["hw/esp.trace-events"] == 'esp(int a) "%d"\n'
    assert after("tesc.toml") == {}


def test_nothing_to_do(client, tree):
    assert edited(client, tree, ("vl.c", "main.c")) == {}
    assert edited(client, tree, ("nowhere", "somewhere")) == {}


def test_the_server_takes_files_where_they_are_now(client, tree):
    old, new = tree / "hw" / "deep", tree / "hw" / "deeper"
    old.rename(new)
    (tree / "hw" / "esp.trace-events").write_text(ESP.replace("deep/", "deeper/"))
    client.notify(DID, {"files": [{"oldUri": old.as_uri(), "newUri": new.as_uri()}]})
    change = {"uri": (tree / "hw" / "esp.trace-events").as_uri(), "type": 2}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})

    def places():
        found = client.request("workspace/symbol", {"query": "a_dma"})
        return [one["location"]["uri"] for one in found]

    assert until(lambda: places() == [(new / "dma.trace-events").as_uri()])


@pytest.mark.asyncio
async def test_each_editor_that_supports_it_gets_the_edits(editor, tree):
    supported = await editor.start(tree)
    root = editor.open(tree / "trace-events")
    await editor.diagnostics(root, "TE006")
    operations = editor.client.capabilities.workspace.file_operations
    if not operations or not operations.will_rename:
        return
    [files, folders] = supported.workspace.file_operations.will_rename.filters
    assert files.pattern.glob == "**/{trace-events,*.trace-events}"
    assert folders.pattern.matches == t.FileOperationPatternKind.Folder
    moved = t.FileRename((tree / "hw").as_uri(), (tree / "dev").as_uri())
    edit = await editor.client.workspace_will_rename_files_async(t.RenameFilesParams([moved]))
    [change] = edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == (root, 1)
    assert [one.new_text for one in change.edits] == ["dev/esp.trace-events"]
