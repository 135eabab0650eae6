"""Diagnostics over the protocol: pushed, for unsaved text, across files, for configurations."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tesc.lsp.publishing import Publisher
from tests.lsp.client import span, wait_until
from tests.lsp.wire import messages

GOOD = 'good(int a) "a=%d"\n'
WRONG = 'wrong(int a) "a=%s"\n'


def test_pushed_for_unsaved_text(lsp, folder):
    file = folder / "trace-events"
    file.write_text(GOOD)
    client = lsp()
    client.initialize(folder)
    uri = client.open(file, WRONG)
    [found] = client.published(uri)
    assert found["code"] == "TE415"
    assert found["range"] == span(0, 16, 18)
    assert found["source"] == "tesc"
    assert found["codeDescription"]["href"].endswith("/TE415.md")
    assert found["relatedInformation"][0]["location"] == {"uri": uri, "range": span(0, 6, 9)}
    client.change(uri, 2, {"range": span(0, 17, 18), "text": "d"})
    assert client.published(uri) == []
    assert client.stop() == 0


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 17), ("utf-16", 15), ("utf-32", 14)])
def test_columns_are_in_the_encoding_that_was_agreed_on(lsp, folder, encoding, column):
    client = lsp()
    assert client.initialize(folder, encodings=[encoding])["positionEncoding"] == encoding
    uri = client.open(folder / "trace-events", 'a(int a) "\U0001f600 b %s"\n')
    [found] = client.published(uri)
    assert found["range"] == span(0, column, column + 2)
    client.change(uri, 2, {"range": span(0, column + 1, column + 2), "text": "d"})
    assert client.published(uri) == []


def test_an_edit_in_an_included_file_updates_what_includes_it(lsp, folder):
    (folder / "guest.inc").write_text('ping(int a) "%d"\n')
    host = folder / "trace-events"
    host.write_text('ping(int b) "b=%d"\ninclude "guest.inc"\n')
    client = lsp()
    client.initialize(folder)
    uri = client.open(host)
    assert [one["code"] for one in client.published(uri)] == []
    included = client.open(folder / "guest.inc")
    [found] = client.published(included)
    assert (found["code"], found["range"]) == ("TE101", span(0, 0, 4))
    where = [one["location"] for one in found["relatedInformation"]]
    assert where == [{"uri": uri, "range": span(0, 0, 4)}, {"uri": uri, "range": span(1, 8, 19)}]
    client.change(included, 2, 'pong(int a) "%d"\n')
    assert client.published(included) == []
    # The findings about a directive change with the file that it names.
    client.change(uri, 2, 'disable pon*\ninclude "guest.inc"\n')
    client.change(included, 3, 'ping(int a) "%d"\n')
    [found] = client.published(uri)
    assert (found["code"], found["range"], found["tags"]) == ("TE504", span(0, 8, 12), [1])
    client.change(included, 4, 'pong(int a) "%d"\n')
    assert client.published(uri) == []


def test_a_folder_is_checked_as_a_whole(lsp, folder):
    (folder / "other").mkdir()
    (folder / "other" / "trace-events").write_text(GOOD)
    (folder / "trace-events").write_text('good(long b) "b=%ld"\n')
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events")
    [found] = client.published(uri) or client.published(uri)
    assert (found["code"], found["range"]) == ("TE101", span(0, 0, 4))
    assert found["relatedInformation"][0]["location"]["uri"] == (folder / "other/trace-events").as_uri()
    # Nothing is published for a file that is not open.
    assert list(client.diagnostics) == [uri]


def test_files_that_are_not_open_if_the_client_wants_them(lsp, folder):
    (folder / "trace-events").write_text(WRONG)
    client = lsp()
    client.initialize(folder, options={"debounce": 0, "diagnostics": "workspace"})
    uri = (folder / "trace-events").as_uri()
    [found] = client.published(uri)
    assert found["code"] == "TE415"
    client.open(folder / "trace-events", GOOD)
    assert client.published(uri) == []
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert [one["code"] for one in client.published(uri)] == ["TE415"]


def test_diagnostics_go_with_their_document(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", WRONG)
    assert len(client.published(uri)) == 1
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.published(uri) == []


def test_many_edits_at_once_end_with_the_findings_of_the_last(lsp, folder):
    client = lsp()
    client.initialize(folder, options={"debounce": 200})
    uri = client.open(folder / "trace-events", GOOD)
    assert client.published(uri) == []
    client.send_bytes(
        messages(
            *(
                {
                    "method": "textDocument/didChange",
                    "params": {
                        "textDocument": {"uri": uri, "version": version},
                        "contentChanges": [{"text": "\n" * version + WRONG}],
                    },
                }
                for version in range(2, 30)
            )
        )
    )
    # How often diagnostics are published depends on the machine's load, but the last ones do not.
    [found] = client.published(uri, 29)
    assert (found["code"], found["range"]) == ("TE415", span(29, 16, 18))
    assert client.quiet("textDocument/publishDiagnostics")


class Clock:
    """An event loop that only records its timers: (seconds, whether cancelled)."""

    def __init__(self):
        self.timers = []

    def call_later(self, delay, _):
        timer = SimpleNamespace(delay=delay, cancelled=False)
        timer.cancel = lambda: setattr(timer, "cancelled", True)
        self.timers.append(timer)
        return timer


def test_each_edit_starts_the_debounce_time_again(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("asyncio.get_running_loop", lambda: clock)
    session = SimpleNamespace(settings=SimpleNamespace(debounce=250))
    publisher = Publisher(SimpleNamespace(session=session))
    for _ in range(5):
        publisher.soon()
    assert [(one.delay, one.cancelled) for one in clock.timers] == [(0.25, True)] * 4 + [(0.25, False)]


PULLS = {"textDocument": {"diagnostic": {"relatedDocumentSupport": True}}}


def test_pulled(lsp, folder):
    client = lsp()
    provider = client.initialize(folder, capabilities=dict(PULLS))["diagnosticProvider"]
    assert provider["interFileDependencies"]
    uri = client.open(folder / "trace-events", WRONG)
    asked = {"textDocument": {"uri": uri}}
    report = client.request("textDocument/diagnostic", asked)
    assert (report["kind"], [one["code"] for one in report["items"]]) == ("full", ["TE415"])
    again = client.request("textDocument/diagnostic", {**asked, "previousResultId": report["resultId"]})
    assert again == {"kind": "unchanged", "resultId": report["resultId"]}
    client.change(uri, 2, GOOD)
    after = client.request("textDocument/diagnostic", {**asked, "previousResultId": report["resultId"]})
    assert (after["kind"], after["items"]) == ("full", [])
    # Diagnostics that are pulled are not published as well.
    assert client.quiet("textDocument/publishDiagnostics")


def test_pulling_clients_refresh_when_another_file_matters(lsp, folder):
    supported = {**PULLS, "workspace": {"diagnostics": {"refreshSupport": True}}}
    (folder / "b.inc").write_text("")
    client = lsp()
    client.initialize(folder, capabilities=supported)
    uri = client.open(folder / "trace-events", 'include "b.inc"\ndisable x\n')
    other = client.open(folder / "b.inc", "")
    asked = {"textDocument": {"uri": uri}}
    assert len(client.request("textDocument/diagnostic", asked)["items"]) == 1
    client.requests.clear()
    client.change(other, 2, 'x(int a) "%d"\n')
    wait_until(lambda: any(one["method"] == "workspace/diagnostic/refresh" for one in client.requests))
    assert client.request("textDocument/diagnostic", asked)["items"] == []


def test_a_wrong_configuration_is_shown_in_its_file(lsp, folder):
    toml = folder / "tesc.toml"
    toml.write_text('profile = "qemu"\nmax-args = "ten"\n')
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", WRONG)
    [found] = client.published(toml.as_uri())
    assert found["range"]["start"] == {"line": 1, "character": 11}
    assert [one["code"] for one in client.diagnostics[uri]] == ["TE415"]
    toml.write_text('ignore = ["TE415"]\n')
    changed = {"changes": [{"uri": toml.as_uri(), "type": 2}]}
    client.notify("workspace/didChangeWatchedFiles", changed)
    assert client.published(uri) == []
    assert client.diagnostics[toml.as_uri()] == []
    # A broken configuration leaves the last good one in effect.
    toml.write_text('ignore = ["TE415"\n')
    client.notify("workspace/didChangeWatchedFiles", changed)
    assert len(client.published(toml.as_uri())) == 1
    assert client.diagnostics[uri] == []


def test_directives_of_a_configuration_are_reported_in_it(lsp, folder):
    toml = folder / "tesc.toml"
    toml.write_text(
        'disable = ["no"]\nignore = ["TE999"]\n[[unit]]\npath = "trace-events"\ninclude = ["nowhere"]\n'
        '[[unit]]\npath = "other.trace-events"\ninclude = ["nor"]\n'
    )
    for name in ("trace-events", "other.trace-events"):
        (folder / name).write_text(f"{name[:5]}(int x)\n")
    client = lsp()
    client.initialize(folder, options={"debounce": 0, "diagnostics": "workspace"})
    client.published((folder / "trace-events").as_uri())
    found = client.diagnostics[toml.as_uri()]
    assert sorted((one["range"]["start"]["line"], one.get("code")) for one in found if one.get("code")) == [
        (0, "TE504"),
        (4, "TE501"),
        (7, "TE501"),
    ]
    assert len(found) == 4
    # The file that the directives belong to keeps its own.
    for name in ("trace-events", "other.trace-events"):
        codes = {one["code"] for one in client.diagnostics[(folder / name).as_uri()]}
        assert "TE412" in codes
        assert not codes & {"TE501", "TE504"}


def test_unknown_rules(lsp, folder):
    (folder / "tesc.toml").write_text('ignore = ["TE415", "TE999"]\n')
    client = lsp()
    client.initialize(folder, options={"debounce": 0, "ignore": ["nonsense"]})
    assert "nonsense" in client.wait_for("window/logMessage")["message"]
    uri = client.open(folder / "trace-events", WRONG)
    [found] = client.published((folder / "tesc.toml").as_uri())
    assert "TE999" in found["message"]
    assert found["range"] == span(0, 19, 26)
    assert client.diagnostics.get(uri, []) == []


def test_a_root_file_that_does_not_exist(lsp, folder):
    """Also shown in the configuration, until the file exists or is open."""
    toml = folder / "tesc.toml"
    toml.write_text('guest-files = ["sub/trace-events"]\n[[unit]]\npath = "sub/other"\n')
    client = lsp()
    client.initialize(folder)
    client.open(folder / "trace-events", GOOD)
    found = client.published(toml.as_uri())
    assert [(one["range"], one["message"]) for one in found] == [
        (span(0, 15, 33), "'sub/trace-events': no such file"),
        (span(2, 7, 18), "'sub/other': no such file"),
    ]
    (folder / "sub").mkdir()
    (folder / "sub" / "trace-events").write_text("")
    created = {"changes": [{"uri": (folder / "sub" / "trace-events").as_uri(), "type": 1}]}
    client.notify("workspace/didChangeWatchedFiles", created)
    [found] = client.published(toml.as_uri())
    assert found["message"] == "'sub/other': no such file"
    client.open(folder / "sub" / "other", "")
    assert client.published(toml.as_uri()) == []


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 18), ("utf-16", 16), ("utf-32", 15)])
def test_a_wrong_configuration_is_shown_at_its_place(lsp, folder, encoding, column):
    (folder / "tesc.toml").write_text('unknown = 1\r\ntypes = [ "🙂", 12 ]\r\nmax-args = [\n1\n]\n')
    client = lsp()
    client.initialize(folder, encodings=[encoding])
    client.open(folder / "trace-events", GOOD)
    found = client.published((folder / "tesc.toml").as_uri())
    ranges = [one["range"] for one in found]
    assert span(0, 0, 7) in ranges
    assert span(1, column, column + 2) in ranges
    assert {"start": {"line": 2, "character": 11}, "end": {"line": 4, "character": 1}} in ranges


def test_an_invalid_value(lsp, folder):
    (folder / "tesc.toml").write_text("profile = qemu # x\n")
    client = lsp()
    client.initialize(folder)
    client.open(folder / "trace-events", GOOD)
    [found] = client.published((folder / "tesc.toml").as_uri())
    assert found["range"] == span(0, 10, 14)


def test_the_last_line_need_not_end_while_it_is_typed(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", GOOD.rstrip())
    assert [one["code"] for one in client.published(uri)] == ["TE002"]
    client.change(uri, 2, WRONG.rstrip())
    assert [one["code"] for one in client.published(uri)] == ["TE415"]
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert sorted(one["code"] for one in client.published(uri)) == ["TE002", "TE415"]


def test_changes_on_disk(lsp, folder):
    other = folder / "other.trace-events"
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", GOOD)
    assert client.published(uri) == []
    other.write_text('good(int b) "%d"\n')
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other.as_uri(), "type": 1}]})
    [found] = client.published(uri)
    assert found["code"] == "TE101"
    other.unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other.as_uri(), "type": 3}]})
    assert client.published(uri) == []


def test_settings_of_the_client(lsp, folder):
    client = lsp(answers={"workspace/configuration": [{"debounce": 0, "ignore": ["TE415"]}]})
    client.initialize(folder, capabilities={"workspace": {"configuration": True}})
    uri = client.open(folder / "trace-events", WRONG)
    client.answers["workspace/configuration"] = [{"debounce": 0}]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    [found] = client.published(uri) or client.published(uri)
    assert found["code"] == "TE415"
    client.answers["workspace/configuration"] = [{"debounce": 0, "ignore": ["TE415"]}]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert client.published(uri) == []


# How fast a machine reads a tree should not matter, so here all work counts as slow.
IMPATIENT = """
from tesc.lsp import loading
from tesc.cli.main import main
loading._PATIENCE = loading._SLICE = 0
main()
"""


def test_progress_while_a_large_tree_is_read(lsp, tmp_path):
    (tmp_path / "tesc.toml").write_text("")
    lines = "".join(f'event_FOLDER_{number}(int a) "a=%d"\n' for number in range(1000))
    for number in range(60):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "trace-events").write_text(lines.replace("FOLDER", str(number)))
    client = lsp(program=("-c", IMPATIENT))
    client.initialize(tmp_path, capabilities={"window": {"workDoneProgress": True}})
    values = []
    while not values or values[-1]["kind"] != "end":
        values.append(client.wait_for("$/progress")["value"])
    assert values[0]["kind"] == "begin" and values[0]["cancellable"]
    done = [value["percentage"] for value in values[:-1]]
    assert done == sorted(done) and done[0] >= 0 and done[-1] <= 100
    assert values[-1]["message"] == "60 files"
