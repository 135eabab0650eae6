"""Odd texts and odd folders: findings are in the right places, and nothing blocks the server."""

from __future__ import annotations

import os
import sys

import pytest

from tests.lsp.client import span, wait_until
from tests.lsp.test_fuzz import INTERNAL_ERROR, PROVIDERS

WRONG = 'wrong(int a) "%s"\n'


def codes(client, uri):
    """The findings in a document, as pulled: lines from 0 and codes."""
    report = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return [(one["range"]["start"]["line"], one["code"]) for one in report["items"]]


@pytest.fixture
def pulling(lsp):
    """A function that starts a client that pulls, in some folders."""

    def start(*folders, **options):
        client = lsp()
        client.supported = client.initialize(
            *folders, capabilities={"textDocument": {"diagnostic": {}}}, **options
        )
        return client

    return start


@pytest.mark.parametrize(
    ("begin", "line"),
    [
        ("# \x0c a\n", 1),
        ("# \x0b\x1c\x1d\x1e a\n", 1),
        ("# \x85 \u2028 \u2029 a\n", 1),
        ("# a\r# b\r", 2),
        ("# a\r\n\r\n", 2),
        ("# a\r\r\n\n", 3),
        ("# \x00 a\n", 1),
        ("\ufeff# a\n", 1),
        ("", 0),
        pytest.param("# " + "x" * 1_000_000 + "\n", 1, id="a long line"),
        pytest.param("\n" * 20_000, 20_000, id="many lines"),
    ],
)
def test_lines_end_where_the_protocol_says(pulling, folder, begin, line):
    client = pulling(folder)
    for end in ("\n", ""):
        uri = client.open(folder / "trace-events", begin + WRONG[:-1] + end)
        assert (line, "TE415") in codes(client, uri)
        # Edits use the same lines.
        client.change(uri, 2, {"range": span(line, 15, 16), "text": "d"})
        assert "TE415" not in [code for _, code in codes(client, uri)]


@pytest.mark.parametrize(
    "text", ["", "\n", "\r", "\r\n", "\x00", "\ufeff", " ", "a", '"', "(" * 1000, "%" * 100_000]
)
def test_every_request_about_odd_texts_is_answered(pulling, folder, text):
    client = pulling(folder)
    uri = client.open(folder / "trace-events", text)
    for line, character in ((0, 0), (0, 1), (7, 7), (2**31 - 1, 2**31 - 1)):
        place = {"line": line, "character": character}
        params = {
            "textDocument": {"uri": uri},
            "position": place,
            "positions": [place],
            "range": {"start": {"line": 0, "character": 0}, "end": place},
            "ranges": [],
            "options": {"tabSize": 8, "insertSpaces": True},
            "ch": "\n",
            "newName": "x",
            "previousResultId": "1",
            "context": {
                "includeDeclaration": True,
                "diagnostics": [],
                "triggerKind": 1,
                "isRetrigger": False,
            },
        }
        started = {
            method: client.start(f"textDocument/{method}", params)
            for name, methods in PROVIDERS.items()
            if client.supported.get(name)
            for method in methods
        }
        for method, number in started.items():
            error = client.answer(number).get("error", {})
            assert error.get("code") != INTERNAL_ERROR, (method, error)


def test_untitled_documents(pulling, folder):
    client = pulling(folder)
    for uri in (
        "untitled:Untitled-1",
        "untitled:/a/b",
        "file://",
        "inmemory://model/1",
        "git:/x/trace-events?HEAD",
        "x",
    ):
        client.open(uri, WRONG)
        assert codes(client, uri) == [(0, "TE415")]
    # They declare the same events as files.
    file = client.open(folder / "trace-events", WRONG)
    assert codes(client, file) == codes(client, "untitled:Untitled-1") == [(0, "TE415")]
    # Also without any folder.
    client = pulling()
    client.open("untitled:Untitled-1", WRONG)
    assert codes(client, "untitled:Untitled-1") == [(0, "TE415")]


def test_the_text_of_the_client_counts_until_it_is_closed(pulling, folder):
    (folder / "more").write_text('good(int a) "%d"\n')
    (folder / "trace-events").write_text('include "more"\n')
    client = pulling(folder)
    uri = client.open(folder / "trace-events")
    client.open(folder / "more", WRONG)
    flat = {"command": "tesc.flatten", "arguments": [uri]}
    assert client.request("workspace/executeCommand", flat) == WRONG
    (folder / "more").unlink()
    changed = {"changes": [{"uri": (folder / "more").as_uri(), "type": 3}]}
    client.notify("workspace/didChangeWatchedFiles", changed)
    assert client.request("workspace/executeCommand", flat) == WRONG
    client.notify("textDocument/didClose", {"textDocument": {"uri": (folder / "more").as_uri()}})
    assert codes(client, uri) == [(0, "TE501")]


def test_nested_folders_are_each_checked_once(pulling, folder):
    inner = folder / "hw"
    inner.mkdir()
    (inner / "tesc.toml").write_text('ignore = ["TE415"]\n')
    client = pulling(folder, inner)
    outside = client.open(folder / "trace-events", WRONG)
    inside = client.open(inner / "trace-events", WRONG.replace("wrong", "other"))
    assert codes(client, outside) == [(0, "TE415")]
    assert codes(client, inside) == []


def test_files_outside_all_folders_are_by_themselves(pulling, folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "tesc.toml").write_text("")
    client = pulling(folder)
    mine = client.open(folder / "trace-events", 'event(int a) "%d"\n')
    its = client.open(elsewhere / "trace-events", 'event(int a) "%d"\n')
    assert codes(client, mine) == codes(client, its) == []


def test_folders_come_and_go(pulling, folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "trace-events").write_text('event(int a) "%d"\n')
    (other / "tesc.toml").write_text("")
    (other / "z.trace-events").write_text('event(int a) "%d"\n')
    client = pulling(folder)
    uri = client.open(other / "z.trace-events")
    assert codes(client, uri) == []
    entry = {"uri": other.as_uri(), "name": "other"}

    def tell(added, removed):
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added, "removed": removed}})

    for _ in range(2):
        tell([entry, entry], [])
        # The event is also declared in the folder's other file.
        wait_until(lambda: codes(client, uri) == [(0, "TE101")])
        tell([], [entry])
        wait_until(lambda: codes(client, uri) == [])
    tell([], [entry, {"uri": "file:///nowhere", "name": ""}])
    tell([{"uri": "file:///nowhere", "name": ""}, {"uri": "untitled:x", "name": ""}], [])
    assert codes(client, uri) == []


def test_files_in_another_encoding(pulling, folder):
    (folder / "trace-events").write_bytes(b'include "more"\n')
    (folder / "more").write_bytes('event(int a) "gr\xf6\xdfe %d"\n'.encode("latin-1"))
    (folder / "z.trace-events").write_bytes('other(int a) "gr\xf6\xdfe %d"\n'.encode("latin-1"))
    client = pulling(folder, options={"debounce": 0, "diagnostics": "workspace"})
    uri = client.open(folder / "trace-events")
    assert codes(client, uri) == [(0, "TE501")]
    wait_until(lambda: bool(client.diagnostics))
    other = (folder / "z.trace-events").as_uri()
    assert {(uri, one["code"]) for uri, found in client.diagnostics.items() for one in found} == {
        (other, "TE005")
    }


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_special_files_are_not_waited_for(pulling, folder):
    (folder / "a").mkdir()
    os.mkfifo(folder / "a" / "trace-events")
    (folder / "b.trace-events").symlink_to("/dev/zero")
    (folder / "c").mkdir()
    (folder / "c" / "trace-events").mkdir()
    (folder / "d.trace-events").symlink_to("d.trace-events")
    (folder / "loop").symlink_to(".")
    (folder / "gone.trace-events").symlink_to("nowhere")
    (folder / "z.trace-events").write_text('event(int a) "%d"\n')
    client = pulling(folder)
    # A file that includes such a file gets a finding.
    uri = client.open(
        folder / "trace-events", 'include "a/trace-events"\ninclude "c/trace-events"\nevent(int a) "%d"\n'
    )
    wait_until(lambda: (2, "TE101") not in codes(client, uri) and bool(codes(client, uri)))
    found = codes(client, uri)
    assert [code[:4] for _, code in found[:2]] == ["TE50", "TE50"]
    for name in ("a/trace-events", "b.trace-events", "d.trace-events", "z.trace-events"):
        change = {"changes": [{"uri": (folder / name).as_uri(), "type": 1}]}
        client.notify("workspace/didChangeWatchedFiles", change)
    assert codes(client, uri) == found


@pytest.mark.skipif(sys.platform == "win32", reason="modes of Unix")
def test_unreadable_folders(pulling, folder, bound_by_modes):
    secret = folder / "secret"
    secret.mkdir()
    (secret / "trace-events").write_text(WRONG)
    (folder / "closed.trace-events").write_text(WRONG)
    (folder / "closed.trace-events").chmod(0)
    secret.chmod(0)
    try:
        client = pulling(folder, secret)
        uri = client.open(folder / "trace-events", 'include "secret/trace-events"\n' + WRONG)
        assert (1, "TE415") in codes(client, uri)
        assert client.stop() == 0
    finally:
        secret.chmod(0o700)


def test_configurations_that_are_wrong_and_fixed(lsp, folder):
    configuration = folder / "tesc.toml"
    configuration.write_text('ignore = ["TE415"]\n')
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", WRONG)
    assert client.published(uri) == []

    def rewrite(text):
        configuration.write_text(text)
        change = {"changes": [{"uri": configuration.as_uri(), "type": 2}]}
        client.notify("workspace/didChangeWatchedFiles", change)

    for text, line in (
        ('ignore = ["TE415"\n', None),
        ("ignore = 3\n", 0),
        ("\n[nonsense]\n", 1),
    ):
        rewrite(text)
        found = client.published(configuration.as_uri())
        assert len(found) == 1 and found[0]["severity"] == 1
        assert line is None or found[0]["range"]["start"]["line"] == line
        # The last good configuration is still in effect.
        assert not client.diagnostics[uri]
    rewrite("")
    wait_until(lambda: bool(client.diagnostics[uri]))
    assert client.diagnostics[configuration.as_uri()] == []
    rewrite('ignore = ["TE415", "TE999"]\n')
    wait_until(lambda: not client.diagnostics[uri])
    assert "TE999" in client.diagnostics[configuration.as_uri()][0]["message"]
