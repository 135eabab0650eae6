"""Renaming events, parameters and prefixes, and reasons to refuse it."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.navigation import (
    ESP,
    ROOT,
    RUST,
    VL,
    applied,
    ask,
    extent,
    indexed,
    place,
    read,
    until,
    write_tree,
)

PREPARE = "textDocument/prepareRename"


@pytest.fixture
def tree(folder):
    write_tree(folder)
    return folder


def session(lsp, folder, encoding="utf-16", versioned=True):
    client = lsp()
    supported = {"workspace": {"workspaceEdit": {"documentChanges": versioned}}}
    client.initialize(folder, encodings=[encoding], capabilities=supported)
    uri = client.open(folder / "trace-events")
    indexed(client, uri)
    return client, uri


def renamed(client, folder, uri, where, name, encoding="utf-16"):
    """The texts of the files that a rename changes, by path."""
    edit = ask(client, "textDocument/rename", uri, where, newName=name)
    texts = {}
    for change in edit["documentChanges"]:
        path = change["textDocument"]["uri"][len(folder.as_uri()) + 1 :]
        text = (folder / path).read_bytes().decode("utf-8")
        texts[path] = applied(text, change["edits"], encoding)
    return texts


def refused_before(client, uri, where):
    """Why prepareRename is refused; None where it is not."""
    answer = client.answer(client.start(PREPARE, {"textDocument": {"uri": uri}, "position": where}))
    return answer["error"]["message"] if "error" in answer else None


def refusal(client, uri, where, name):
    place = {"textDocument": {"uri": uri}, "position": where}
    answer = client.answer(client.start("textDocument/rename", {**place, "newName": name}))
    assert answer["error"]["code"] == -32803
    return answer["error"]["message"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_event_everywhere(lsp, tree, encoding):
    client, root = session(lsp, tree, encoding)
    expected = {
        "trace-events": ROOT.replace("main_loop", "turn"),
        "poll.rs": RUST.replace("main_loop", "turn"),
        "vl.c": VL.replace("main_loop", "turn").replace("MAIN_LOOP", "TURN"),
    }
    where = place(ROOT, "main_loop", encoding)
    assert ask(client, PREPARE, root, where) == {
        "range": extent(ROOT, "main_loop", encoding),
        "placeholder": "main_loop",
    }
    assert renamed(client, tree, root, where, "turn", encoding) == expected
    vl = client.open(tree / "vl.c", language="c")
    for part in ("main_loop", "MAIN_LOOP"):
        where = place(VL, part, encoding)
        assert ask(client, PREPARE, vl, where) == {
            "range": extent(VL, part, encoding),
            "placeholder": "main_loop",
        }
        assert renamed(client, tree, vl, where, "turn", encoding) == expected
    # Clients without prepareRename offer the whole identifier.
    assert (
        renamed(client, tree, vl, place(VL, "trace_main_loop", encoding), "trace_turn", encoding) == expected
    )
    # People copy the whole function name.
    where = place(ROOT, "main_loop", encoding)
    assert renamed(client, tree, root, where, "trace_turn", encoding) == expected


@pytest.mark.parametrize("follows", ["save", "edit"])
def test_a_client_that_misses_what_it_wrote(lsp, tree, follows):
    """It watches files, but does not report a changed one, so the event would have no callers."""
    supported = {
        "workspace": {
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "workspaceEdit": {"documentChanges": True},
        }
    }
    client = lsp()
    client.initialize(tree, capabilities=supported)
    root = client.open(tree / "trace-events")
    indexed(client, root)
    texts = renamed(client, tree, root, place(ROOT, "main_loop"), "turn")
    client.change(root, 2, texts["trace-events"])
    uses = (tree / "vl.c").as_uri(), (tree / "poll.rs").as_uri()
    where = {"position": place(texts["trace-events"], "turn"), "context": {"includeDeclaration": False}}
    asked = {"textDocument": {"uri": root}, **where}
    assert client.request("textDocument/references", asked) == []
    for path in ("vl.c", "poll.rs"):
        (tree / path).write_text(texts[path])
    if follows == "save":
        client.notify("textDocument/didSave", {"textDocument": {"uri": root}})
    else:
        client.change(root, 3, texts["trace-events"] + "# edited\n")
    assert until(lambda: {one["uri"] for one in client.request("textDocument/references", asked)} == {*uses})


def test_the_prefixes_stay(lsp, tree):
    client, root = session(lsp, tree)
    (tree / "hw" / "reset.c").write_text("void f(void) { trace_bios_esp_reset(1); }\n")
    client.open(tree / "hw" / "reset.c", language="c")
    esp = client.open(tree / "hw" / "esp.trace-events")
    expected = {
        "hw/esp.trace-events": ESP.replace("reset", "restart"),
        "trace-events": ROOT.replace("esp_reset", "esp_restart"),
        "hw/reset.c": "void f(void) { trace_bios_esp_restart(1); }\n",
    }
    assert renamed(client, tree, esp, place(ESP, "reset"), "restart") == expected
    word = place(ROOT, "bios_esp_reset")
    assert ask(client, PREPARE, root, word)["placeholder"] == "bios_esp_reset"
    assert renamed(client, tree, root, word, "bios_esp_restart") == expected
    told = refusal(client, root, word, "esp_restart")
    assert told == "'esp_restart' must consist of the prefix 'bios_esp_', which the file adds, and a name"


def test_a_prefix_renames_all_its_events(lsp, tree):
    client, root = session(lsp, tree)
    assert renamed(client, tree, root, place(ROOT, "bios_"), "uefi_") == {
        "trace-events": ROOT.replace("prefix bios_", "prefix uefi_").replace("bios_esp", "uefi_esp"),
        "vl.c": VL.replace("bios_", "uefi_"),
    }
    esp = client.open(tree / "hw" / "esp.trace-events")
    assert renamed(client, tree, esp, place(ESP, "esp_"), "scsi_") == {
        "hw/esp.trace-events": ESP.replace("esp_", "scsi_"),
        "trace-events": ROOT.replace("bios_esp", "bios_scsi"),
        "vl.c": VL.replace("bios_esp", "bios_scsi"),
    }


def test_a_parameter_but_not_its_label(lsp, tree):
    client, root = session(lsp, tree)
    text = renamed(client, tree, root, place(ROOT, "reason"), "why")
    assert text == {"trace-events": ROOT.replace("int reason", "int why")}
    assert ask(client, PREPARE, root, place(ROOT, "%d")) is None
    assert ask(client, PREPARE, root, place(ROOT, "vm_*")) is None
    assert ask(client, PREPARE, root, place(ROOT, "const")) is None


def test_each_way_in_which_an_event_is_included(lsp, tree):
    root_text = ROOT.replace(
        "disable", 'include "hw/esp.trace-events" prefix efi_\ndisable efi_esp_raise_irq,'
    )
    (tree / "trace-events").write_text(root_text, encoding="utf-8")
    code = "void g(void) { trace_efi_esp_raise_irq(); trace_raise_irq(); }\n"
    (tree / "efi.c").write_text(code)
    client, root = session(lsp, tree)
    esp = client.open(tree / "hw" / "esp.trace-events")
    assert renamed(client, tree, esp, place(ESP, "raise_irq"), "irq") == {
        "hw/esp.trace-events": ESP.replace("raise_irq", "irq"),
        "trace-events": root_text.replace("raise_irq", "irq"),
        "vl.c": VL.replace("raise_irq", "irq"),
        "efi.c": code.replace("efi_esp_raise_irq", "efi_esp_irq"),
    }
    # An identical include would be skipped.
    told = refusal(client, root, place(root_text, "efi_"), "bios_")
    assert told == "with this name, another include would declare the same events"


def test_what_the_configuration_disables(lsp, tree):
    (tree / "tesc.toml").write_text('disable = ["main_loop"]\n')
    client, root = session(lsp, tree)
    told = refusal(client, root, place(ROOT, "main_loop"), "turn")
    why = "the pattern 'main_loop' in tesc.toml:1 decides that"
    assert told == f"'turn' would no longer be disabled: {why}"
    assert why in refused_before(client, root, place(ROOT, "main_loop"))


def test_unsaved_text_counts_and_has_its_version(lsp, tree):
    client, root = session(lsp, tree)
    uri = client.open(tree / "vl.c", language="c")
    client.change(uri, 7, "/* new */ void f(void) { trace_vm_start(1, 2); }\n")
    edit = ask(client, "textDocument/rename", root, place(ROOT, "main_loop"), newName="turn")
    documents = [one["textDocument"] for one in edit["documentChanges"]]
    assert {"uri": root, "version": 1} in documents
    assert {"uri": (tree / "poll.rs").as_uri(), "version": None} in documents
    assert uri not in [one["uri"] for one in documents]
    edit = ask(client, "textDocument/rename", root, place(ROOT, "vm_start"), newName="vm_begin")
    assert {"uri": uri, "version": 7} in [one["textDocument"] for one in edit["documentChanges"]]


def test_clients_without_versions(lsp, tree):
    client, root = session(lsp, tree, versioned=False)
    edit = ask(client, "textDocument/rename", root, place(ROOT, "reason"), newName="why")
    assert edit == {"changes": {root: [{"range": extent(ROOT, "reason"), "newText": "why"}]}}


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        ("main_loop", "two words", "'two words' is not a name: letters, digits and underscores"),
        ("main_loop", "", "'' is not a name: letters, digits and underscores"),
        (
            "main_loop",
            "bios_esp_raise_irq",
            "with this name, event 'bios_esp_raise_irq' is declared twice (TE101, trace-events:7)",
        ),
        (
            "main_loop",
            "bios_esp_Raise_irq",
            "both define _TRACE_BIOS_ESP_RAISE_IRQ_EVENT (TE102, trace-events:7)",
        ),
        ("main_loop", "vm_loop", "'vm_loop' would be disabled: the pattern 'vm_*' in trace-events:3"),
        ("vm_start", "start", "'start' would no longer be disabled: the pattern 'vm_*'"),
        ("reason", "who", "(TE304, trace-events:6)"),
        ("reason", "while", "'while' is a word of the C language"),
        ("reason", "int", "(TE307, trace-events:6)"),
        ("reason", "1st", "'1st' is not a name for a parameter"),
        ("manual", "x", "there is no name to rename here"),
    ],
)
def test_refused(lsp, tree, part, name, told):
    client, root = session(lsp, tree)
    assert told in refusal(client, root, place(ROOT, part), name)


def test_refused_where_sources_are_not_what_they_seem(lsp, tree):
    (tree / "paste.c").write_text("#define T(x) trace_main_ ## x(0)\nvoid f(void) { T(loop); }\n")
    (tree / "stub.c").write_text("void trace_bios_esp_idle(void);\n")
    client, root = session(lsp, tree)
    told = refusal(client, root, place(ROOT, "main_loop"), "turn")
    assert told == "the macro T forms the name at paste.c:2: rename it by hand"
    # Another name that begins with main_ is possible.
    assert refused_before(client, root, place(ROOT, "main_loop")) is None
    esp = client.open(tree / "hw" / "esp.trace-events")
    told = refusal(client, esp, place(ESP, "raise_irq"), "idle")
    assert told == "'trace_bios_esp_idle' is declared by hand at stub.c:1"


def test_reasons_against_any_name_are_reported_first(lsp, tree):
    (tree / "paste.c").write_text("#define T(x) trace_vm_ ## x(0)\nvoid f(int y) { T(y + 1); }\n")
    client, root = session(lsp, tree)
    where = place(ROOT, "vm_start")
    told = refused_before(client, root, where)
    assert told == "'vm_start' may be pasted together at paste.c:1: rename it by hand"
    assert refusal(client, root, where, "vm_go") == told
    uri = client.open(tree / "call.c", "void g(void) { trace_vm_start(1, 0); }\n", "c")
    assert refused_before(client, uri, {"line": 0, "character": 17}) == told
    assert refused_before(client, root, place(ROOT, "main_loop")) is None


def test_refused_from_c(lsp, tree):
    client, _ = session(lsp, tree)
    uri = client.open(tree / "other.c", "void f(void) { trace_nobody(1); }\n", "c")
    assert ask(client, PREPARE, uri, {"line": 0, "character": 22}) is None
    assert refusal(client, uri, {"line": 0, "character": 22}, "x") == "no event is called 'nobody'"
    assert refusal(client, uri, {"line": 0, "character": 1}, "x") == "there is no name of an event here"
    assert client.stop() == 0


@pytest.mark.asyncio
async def test_each_editor_renames(editor, tree):
    await editor.start(tree)
    root = editor.open(tree / "trace-events")
    vl = editor.open(tree / "vl.c", language="c")
    await read(editor, root)
    params = t.RenameParams(t.TextDocumentIdentifier(root), t.Position(6, 2), "turn")
    edit = await editor.client.text_document_rename_async(params)
    if edit.document_changes is not None:
        changes = {one.text_document.uri: one.edits for one in edit.document_changes}
        versions = {one.text_document.uri: one.text_document.version for one in edit.document_changes}
        assert versions == {root: 1, vl: 1, (tree / "poll.rs").as_uri(): None}
    else:
        changes = edit.changes
    column = editor.column(VL.splitlines()[3], "main_loop")
    assert changes[vl][0].range.start == t.Position(3, column)
    assert [one.new_text for one in changes[vl]] == ["turn", "TURN", "turn"]
