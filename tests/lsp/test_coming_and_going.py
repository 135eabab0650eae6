"""Files and folders that appear and disappear, clients that never answer, and partial results."""

from __future__ import annotations

import pytest

from tests.lsp.client import Client, wait_until
from tests.lsp.navigation import indexed

TEXT = 'usb_on(int port) "port %d"\n'
WATCHED = "workspace/didChangeWatchedFiles"
DELETED = 3


def names(client, query="usb"):
    """The events of the workspace."""
    return sorted(one["name"] for one in client.request("workspace/symbol", {"query": query}))


@pytest.fixture
def client(lsp, tmp_path):
    for folder in ("hw/usb", "hw/net", "net"):
        (tmp_path / folder).mkdir(parents=True)
        name = folder.replace("/", "_")
        (tmp_path / folder / "trace-events").write_text(TEXT.replace("usb_on", f"usb_{name}"))
    supported = {
        "workspace": {
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "fileOperations": {"didDelete": True},
        }
    }
    client = lsp()
    client.supported = client.initialize(tmp_path, capabilities=supported)
    wait_until(lambda: len(names(client)) == 3)
    return client


def remove(folder):
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def test_for_a_deleted_folder_clients_name_only_the_folder(client, tmp_path):
    remove(tmp_path / "hw")
    client.notify(WATCHED, {"changes": [{"uri": (tmp_path / "hw").as_uri(), "type": DELETED}]})
    wait_until(lambda: names(client) == ["usb_net"])


def test_a_folder_that_the_user_deletes_in_the_editor(client, tmp_path):
    assert "didDelete" in client.supported["workspace"]["fileOperations"]
    remove(tmp_path / "hw" / "usb")
    client.notify("workspace/didDeleteFiles", {"files": [{"uri": (tmp_path / "hw" / "usb").as_uri()}]})
    wait_until(lambda: names(client) == ["usb_hw_net", "usb_net"])


def test_the_client_watches_the_folders_that_hold_files(client):
    def folders():
        wanted = (
            one
            for request in client.requests
            if request["method"] == "client/registerCapability"
            for one in request["params"]["registrations"]
        )
        return [one["registerOptions"]["watchers"] for one in wanted if one["id"] == "tesc-folders"]

    wait_until(folders)
    assert folders() == [[{"globPattern": "**/{hw,hw/net,hw/usb,net}", "kind": 5}]]


def told_of_folders(client, folder, *changes):
    entry = {"uri": folder.as_uri(), "name": ""}
    for change in changes:
        event = {"added": [], "removed": [], change: [entry]}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})


def test_an_added_folder_takes_its_open_files(client, tmp_path):
    client.open(tmp_path / "net" / "trace-events")
    told_of_folders(client, tmp_path, "removed")
    wait_until(lambda: names(client) == ["usb_net"])
    told_of_folders(client, tmp_path, "added")
    wait_until(lambda: names(client) == ["usb_hw_net", "usb_hw_usb", "usb_net"])


def test_folders_added_while_others_are_read(lsp, tmp_path):
    for one in "ab":
        for number in range(200):
            folder = tmp_path / one / str(number)
            folder.mkdir(parents=True)
            lines = (TEXT.replace("usb_on", f"usb_{one}_{number}_{line}") for line in range(40))
            (folder / "trace-events").write_text("".join(lines))
        (tmp_path / one / "tesc.toml").write_text("")
        (tmp_path / one / "x.c").write_text("void f(void)\n{\n    trace_usb_on(1);\n}\n")
    client = lsp()
    client.initialize()
    for one in "ab":
        told_of_folders(client, tmp_path / one, "added")
    for one in "ab":
        indexed(client, client.open(tmp_path / one / "0" / "trace-events"))
    told = [client.notifications.get() for _ in range(client.notifications.qsize())]
    assert not [one["params"]["message"] for one in told if one["method"] == "window/logMessage"]


def test_a_folder_added_again_while_its_sources_are_read(lsp, tmp_path):
    (tmp_path / "tesc.toml").write_text("")
    (tmp_path / "trace-events").write_text(TEXT)
    for number in range(600):
        (tmp_path / f"{number}.c").write_text("void f(void)\n{\n    trace_usb_on(1);\n}\n" * 60)
    client = lsp()
    client.initialize(tmp_path)
    uri = client.open(tmp_path / "trace-events")
    for _ in range(3):
        wait_until(lambda: names(client) == ["usb_on"])
        told_of_folders(client, tmp_path, "removed", "added")
    indexed(client, uri)


class Silent(Client):
    """A client that answers nothing."""

    def _take(self, message):
        if "method" in message and "id" in message:
            self.requests.append(message)
        else:
            super()._take(message)


def test_a_client_that_never_answers_is_served_with_the_defaults(tmp_path):
    (tmp_path / "trace-events").write_text(TEXT)
    supported = {
        "window": {"workDoneProgress": True},
        "workspace": {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True}},
    }
    client = Silent()
    try:
        client.initialize(tmp_path, capabilities=supported)
        wait_until(lambda: names(client) == ["usb_on"])
        uri = client.open(tmp_path / "trace-events", 'usb_on(int x) "%s"\n')
        assert [one["code"] for one in client.published(uri)] == ["TE415"]
    finally:
        assert client.stop() == 0
        for stream in (client.process.stdin, client.process.stdout, client.process.stderr):
            stream.close()


def test_an_event_is_declared_where_it_is_defined(client, tmp_path):
    uri = client.open(tmp_path / "net" / "trace-events", "disable usb_n*\n" + TEXT.replace("on", "net"))
    at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 10}}
    found = client.request("textDocument/declaration", at)
    assert found and found == client.request("textDocument/definition", at)


def test_references_and_symbols_come_in_parts(client, tmp_path):
    many = "".join(f'usb_many_{number}(int x) "%d"\n' for number in range(150))
    client.open(tmp_path / "net" / "trace-events", many)
    assert client.request("workspace/symbol", {"query": "usb_many", "partialResultToken": "p"}) == []
    parts = []
    while len(parts) < 2:
        progress = client.wait_for("$/progress")
        if progress["token"] == "p":
            parts.append(progress["value"])
    assert [len(part) for part in parts] == [100, 50]
    assert all(one["name"].startswith("usb_many") and one["location"]["range"] for one in parts[0])
    uri = (tmp_path / "net" / "trace-events").as_uri()
    asked = {
        "textDocument": {"uri": uri},
        "position": {"line": 3, "character": 2},
        "context": {"includeDeclaration": True},
    }
    whole = client.request("textDocument/references", asked)
    assert client.request("textDocument/references", {**asked, "partialResultToken": 7}) == []
    assert client.wait_for("$/progress") == {"token": 7, "value": whole}


@pytest.mark.parametrize("everywhere", [False, True])
def test_findings_in_the_workspace(lsp, tmp_path, everywhere):
    for name in ("a", "b"):
        (tmp_path / f"{name}.trace-events").write_text(f'{name}(int x) "%s"\n')
    options = {"debounce": 0, "diagnostics": "workspace" if everywhere else "open"}
    client = lsp()
    supported = client.initialize(
        tmp_path, capabilities={"textDocument": {"diagnostic": {}}}, options=options
    )
    assert supported["diagnosticProvider"]["workspaceDiagnostics"] is True
    wait_until(lambda: len(names(client, "")) == 2)
    a, b = (client.open if name == "a" else _uri for name in "ab")
    a = a(tmp_path / "a.trace-events", 'a(int x) "%s"\n')
    b = b(tmp_path / "b.trace-events")

    def report(known=()):
        asked = {"previousResultIds": [{"uri": uri, "value": value} for uri, value in known]}
        return {one["uri"]: one for one in client.request("workspace/diagnostic", asked)["items"]}

    found = report()
    assert sorted(found) == ([a, b] if everywhere else [a])
    assert all([d["code"] for d in one["items"]] == ["TE415"] for one in found.values())
    assert found[a]["version"] == 1
    again = report([(uri, one["resultId"]) for uri, one in found.items()])
    assert {one["kind"] for one in again.values()} == {"unchanged"}
    client.change(a, 2, 'a(int x) "%d"\n')
    now = report([(uri, one["resultId"]) for uri, one in found.items()])
    assert (now[a]["kind"], now[a]["items"], now[a]["version"]) == ("full", [], 2)


def _uri(path):
    return path.as_uri()


def test_a_closed_document_is_not_changed(lsp, tmp_path):
    """VS Code sends the change that reverts an untitled document after it has closed it."""
    client = lsp()
    client.initialize(tmp_path)
    uri = client.open("untitled:Untitled-1", "a(int\n")
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    client.change(uri, 2, "")
    assert client.at("textDocument/hover", uri, 0, 0) is None
    assert client.quiet("window/logMessage")
