"""`workspace/executeCommand`: the commands for editors."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tesc.codegen.qemu import BACKENDS, FORMATS

INVALID_PARAMS = -32602
REQUEST_FAILED = -32803


def run(client, command, *arguments):
    return client.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def refused(client, command, *arguments):
    """Code and message of a command's error."""
    number = client.start("workspace/executeCommand", {"command": command, "arguments": list(arguments)})
    error = client.answer(number)["error"]
    return error["code"], error["message"]


def tesc(folder, *arguments):
    """The output of a command line that must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "tesc", *arguments], cwd=folder, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tree(folder):
    """A folder with a file that includes another."""
    (folder / "hw").mkdir()
    (folder / "hw/trace-events").write_text(
        '# Devices.\ninclude "usb.trace-events" prefix usb_\ndisable usb_slow*\npci_on(int slot) "slot %d"\n'
    )
    (folder / "hw/usb.trace-events").write_text('slow(void) "slow"\nplug(int port) "port %d"\n')
    return folder


def test_they_are_advertised(lsp, folder):
    commands = lsp().initialize(folder)["executeCommandProvider"]["commands"]
    assert {"tesc.flatten", "tesc.generate", "tesc.outputs", "tesc.explain"} <= set(commands)


def test_flatten_is_what_the_command_line_prints(lsp, tree):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events")
    flat = run(client, "tesc.flatten", uri)
    assert flat == tesc(tree, "flatten", "hw/trace-events")
    assert 'disable usb_slow(void) "slow"\nusb_plug(int port) "port %d"\n' in flat


def test_flatten_takes_unsaved_texts(lsp, tree):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events")
    client.open(tree / "hw/usb.trace-events", 'unplug(int port) "gone: %d"\n')
    assert run(client, "tesc.flatten", uri) == (
        '# Devices.\nusb_unplug(int port) "gone: %d"\npci_on(int slot) "slot %d"\n'
    )


def test_flatten_says_what_is_wrong_and_where(lsp, tree):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events", 'include "nowhere"\nevent(int\n')
    code, message = refused(client, "tesc.flatten", uri)
    assert code == REQUEST_FAILED
    first, second, *_ = message.splitlines()
    assert first.startswith("hw/trace-events:1:9: error[TE501]: ")
    assert second.startswith("hw/trace-events:2:7: error[TE307]: ")


@pytest.mark.parametrize("form", FORMATS)
def test_generated_text_is_tracetools(lsp, tree, form):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events")
    made = run(client, "tesc.generate", uri, "pci_on", "log,simple,dtrace,ust", form)
    expected = tesc(
        tree,
        *("tracetool", f"--format={form}", "--backends=log,simple,dtrace,ust", "--group=hw"),
        *("--binary=qemu", "--probe-prefix=qemu", "hw/trace-events", "out"),
    )
    expected = (tree / "out").read_text()
    names = {"rs": "rs", "c": "c", "d": "d", "h": "h", "ust-events-c": "c", "ust-events-h": "h"}
    assert made["text"] == expected.replace('"out"', f'"trace-hw.{names.get(form, "stp")}"')


@pytest.mark.parametrize(
    ("form", "line", "language"),
    [
        ("h", "static inline void trace_pci_on(int slot)", "c"),
        ("c", "TraceEvent _TRACE_PCI_ON_EVENT = {", "c"),
        ("rs", "pub fn trace_pci_on(_slot: std::ffi::c_int)", "rust"),
        ("d", "probe pci_on(int slot);", "c"),
        ("stap", 'probe qemu.pci_on = process("qemu").mark("pci_on")', "plaintext"),
        ("log-stap", "probe qemu.log.pci_on = qemu.pci_on ?", "plaintext"),
        ("simpletrace-stap", "probe qemu.simpletrace.pci_on = qemu.pci_on ?", "plaintext"),
        ("ust-events-h", "   pci_on,", "c"),
    ],
)
def test_the_line_of_the_event_is_found(lsp, tree, form, line, language):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events")
    made = run(client, "tesc.generate", uri, "pci_on", "log,dtrace", form)
    assert made["text"].split("\n")[made["line"]] == line
    assert made["languageId"] == language


def test_an_included_event_is_found_by_its_own_name_and_the_effective_one(lsp, tree):
    client = lsp()
    client.initialize(tree)
    root = client.open(tree / "hw/trace-events")
    included = client.open(tree / "hw/usb.trace-events")
    for uri, event in ((included, "plug"), (included, "usb_plug"), (root, "usb_plug")):
        made = run(client, "tesc.generate", uri, event, "log", "h")
        assert made["text"].split("\n")[made["line"]] == "static inline void trace_usb_plug(int port)"
    assert run(client, "tesc.generate", root, "plug", "log", "h")["line"] is None
    assert run(client, "tesc.generate", root, None, "log", "h")["line"] is None


def test_a_name_that_begins_another_is_not_mistaken(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'a_b(void) "x"\na(void) "y"\n')
    for form in FORMATS:
        if form == "ust-events-c":
            continue  # has no events' names
        made = run(client, "tesc.generate", uri, "a", "log,dtrace", form)
        other = run(client, "tesc.generate", uri, "a_b", "log,dtrace", form)
        assert made["line"] > other["line"]


@pytest.mark.parametrize(
    ("backends", "form", "message"),
    [
        ("nope", "h", "unknown backend: nope"),
        ("log,", "h", "unknown backend: "),
        ("log", "nope", "unknown format: nope"),
        ("log", "", "unknown format: "),
        ("log", "../x", "unknown format: ../x"),
    ],
)
def test_unknown_outputs_are_refused_as_tracetool_does(lsp, tree, backends, form, message):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events")
    assert refused(client, "tesc.generate", uri, None, backends, form) == (REQUEST_FAILED, message)


def test_what_cannot_be_generated_is_reported_with_its_place(lsp, tree):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events", 'fine(void) "x"\nbad(struct foo x) "%d"\n')
    code, message = refused(client, "tesc.generate", uri, None, "log", "h")
    assert code == REQUEST_FAILED
    assert message.startswith("hw/trace-events:2:5: error[TE302]: type 'struct foo' is not allowed")


def test_long_lists_of_mistakes_are_cut(lsp, tree):
    client = lsp()
    client.initialize(tree)
    uri = client.open(tree / "hw/trace-events", "event\n" * 500)
    for command in (("tesc.flatten", uri), ("tesc.generate", uri, None, "log", "h")):
        lines = refused(client, *command)[1].splitlines()
        assert len(lines) == 11 and lines[-1] == "and 490 more"


@pytest.mark.parametrize(
    ("file", "configuration", "group"),
    [
        ("trace-events", "tesc.toml", "root"),
        ("hw/usb/trace-events", "tesc.toml", "hw_usb"),
        ("hw/usb/trace-events", "hw/tesc.toml", "usb"),
        ("hw/usb/trace-events", None, "hw_usb"),
    ],
)
def test_groups_are_called_by_their_place_in_the_tree(lsp, tmp_path, file, configuration, group):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    if configuration:
        (tmp_path / configuration).write_text("")
    client = lsp()
    client.initialize(tmp_path)
    uri = client.open(tmp_path / file, 'event(void) "x"\n')
    assert f"*{group}_trace_events[]" in run(client, "tesc.generate", uri, None, "nop", "c")["text"]


def test_outputs(lsp, folder):
    client = lsp()
    client.initialize(folder)
    made = run(client, "tesc.outputs")
    assert made == {"backends": list(BACKENDS), "formats": list(FORMATS)}
    assert run(client, "tesc.outputs") == client.request(
        "workspace/executeCommand", {"command": "tesc.outputs"}
    )


@pytest.mark.parametrize("name", ["TE401", "format-type-mismatch"])
def test_explain_gives_the_page(lsp, folder, name):
    client = lsp()
    client.initialize(folder)
    page = run(client, "tesc.explain", name)
    assert page.startswith("# TE401 format-type-mismatch\n\n*severity: ")
    assert "Wrong:" in page


def test_explain_rejects_unknown_rules(lsp, folder):
    client = lsp()
    client.initialize(folder)
    code, message = refused(client, "tesc.explain", "TE999")
    assert code == REQUEST_FAILED and "TE999" in message


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("tesc.flatten", [], "tesc.flatten takes uri, not 0 arguments"),
        ("tesc.flatten", [None], "tesc.flatten: uri must be a string"),
        ("tesc.flatten", [{"uri": "x"}], "tesc.flatten: uri must be a string"),
        ("tesc.outputs", [1], "tesc.outputs takes nothing, not 1 arguments"),
        (
            "tesc.generate",
            ["x", "y", "log"],
            "tesc.generate takes uri, event, backends, format, not 3 arguments",
        ),
        ("tesc.generate", ["x", 3, "log", "h"], "tesc.generate: event must be a string"),
        ("tesc.explain", [["TE401"]], "tesc.explain: code must be a string"),
    ],
)
def test_wrong_arguments_are_refused(lsp, folder, command, arguments, message):
    client = lsp()
    client.initialize(folder)
    assert refused(client, command, *arguments) == (INVALID_PARAMS, message)


@pytest.mark.parametrize("uri", ["file:///nowhere/trace-events", "", "untitled:1", "file://["])
def test_documents_that_are_not_open_are_refused(lsp, folder, uri):
    client = lsp()
    client.initialize(folder)
    for arguments in (("tesc.flatten", uri), ("tesc.generate", uri, None, "log", "h")):
        assert refused(client, *arguments) == (
            REQUEST_FAILED,
            f"{uri}: not an open trace-events document",
        )


def test_unknown_commands_are_refused(lsp, folder):
    client = lsp()
    client.initialize(folder)
    assert refused(client, "tesc.nothing")[0] == INVALID_PARAMS
