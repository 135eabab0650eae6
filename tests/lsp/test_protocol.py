"""The protocol below the features: how sessions begin and end, and what clients may get wrong."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.lsp.conftest import PATIENCE, span

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002
SERVER = [sys.executable, "-m", "tesc", "lsp"]
HOVERED = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}


def error_of(client, method, params):
    """Code and message of the error that a request is answered with."""
    error = client.answer(client.start(method, params))["error"]
    return error["code"], error["message"]


def alive(client):
    """Whether a server still does its work, asked after everything sent before."""
    return client.request("workspace/executeCommand", {"command": "tesc.outputs"}) is not None


def send_body(client, body):
    client.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


def gone(pid):
    """Whether a process that is not a child of ours is no more, or is one that nobody waited for."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


# How sessions end.


def test_shutdown_and_exit(lsp, folder):
    client = lsp()
    client.initialize(folder)
    assert client.stop() == 0
    assert client.process.stderr.read() == b""


def test_exit_without_shutdown(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client.notify("exit", None)
    assert client.process.wait(PATIENCE) == 1


def test_exit_before_everything(lsp):
    client = lsp()
    client.notify("exit", None)
    assert client.process.wait(PATIENCE) == 1


def test_shutdown_before_initialize_is_refused(lsp):
    client = lsp()
    assert error_of(client, "shutdown", None)[0] == NOT_INITIALIZED


@pytest.mark.parametrize("shut", [False, True])
def test_the_end_of_input_ends_the_server(lsp, folder, shut):
    client = lsp()
    client.initialize(folder)
    client.open(folder / "trace-events", "a(int\n")
    if shut:
        client.request("shutdown", None)
    client.process.stdin.close()
    assert client.process.wait(PATIENCE) == (0 if shut else 1)
    assert client.process.stderr.read() == b""


def test_input_that_ends_within_a_message_ends_the_server(lsp):
    client = lsp()
    client.send_bytes(b"Content-Length: 100\r\n\r\n{")
    client.process.stdin.close()
    assert client.process.wait(PATIENCE) == 1
    assert client.process.stderr.read() == b""


def test_output_that_nobody_reads_ends_the_server(folder):
    process = subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    with process.stdin, process.stderr:
        process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.flush()
        assert process.wait(PATIENCE) == 1
        assert process.stderr.read() == b""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no /proc")
def test_the_end_of_the_parent_ends_the_server(tmp_path):
    """The parent is gone without a word, and somebody else still holds the pipes."""
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import json, os, subprocess, sys\n"
        "reader, writer = map(int, sys.argv[1:])\n"
        f"server = subprocess.Popen({SERVER!r}, stdin=reader, stdout=writer, stderr=writer)\n"
        "print(server.pid, os.getpid(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    reader, to_server = os.pipe()
    from_server, writer = os.pipe()
    command = [sys.executable, str(editor), str(reader), str(writer)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(reader, writer), text=True
    ) as parent:
        pid, parent_id = map(int, parent.stdout.readline().split())
        for method, number, params in (
            ("initialize", 1, {"processId": parent_id, "rootUri": None, "capabilities": {}}),
            ("initialized", None, {}),
        ):
            message = {"jsonrpc": "2.0", "method": method, "params": params}
            body = json.dumps(message if number is None else {**message, "id": number}).encode()
            os.write(to_server, b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert os.read(from_server, 20).startswith(b"Content-Length")
        parent.kill()
    try:
        end = time.monotonic() + PATIENCE
        while not gone(pid) and time.monotonic() < end:
            time.sleep(0.1)
        assert gone(pid)
    finally:
        if not gone(pid):
            os.kill(pid, signal.SIGKILL)
        for descriptor in (reader, to_server, from_server, writer):
            os.close(descriptor)


def test_a_parent_that_is_gone_already_ends_the_server(lsp):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    client = lsp()
    params = {"processId": ended.pid, "rootUri": None, "capabilities": {}}
    client.request("initialize", params)
    client.notify("initialized", {})
    assert client.process.wait(PATIENCE) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_the_server_without_a_word(lsp, folder, number, interrupt):
    client = lsp()
    client.initialize(folder)
    alive(client)
    if number == signal.SIGINT:
        client.process.send_signal(number)
        # The thread that reads ends with its input.
        time.sleep(0.2)
        client.process.stdin.close()
    else:
        client.process.send_signal(number)
    client.process.wait(PATIENCE)
    assert b"Traceback" not in client.process.stderr.read()


# What comes at the wrong time.


def test_requests_before_initialize_are_refused(lsp):
    client = lsp()
    # Those with invalid parameters, too.
    for method in ("textDocument/formatting", "textDocument/semanticTokens/full", "no/such"):
        code, message = error_of(client, method, HOVERED)
        assert (code, message) == (NOT_INITIALIZED, f"'{method}' came before 'initialize'")
    # Notifications are dropped.
    client.open("untitled:1", "a(int\n")
    client.initialize()
    assert client.quiet("textDocument/publishDiagnostics")


def test_requests_after_shutdown_are_refused(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client.request("shutdown", None)
    code, message = error_of(client, "textDocument/hover", HOVERED)
    assert (code, message) == (INVALID_REQUEST, "'textDocument/hover' came after 'shutdown'")
    assert error_of(client, "shutdown", None)[0] == INVALID_REQUEST
    client.open("untitled:1", "a(int\n")
    client.notify("exit", None)
    assert client.process.wait(PATIENCE) == 0


def test_a_second_initialize_is_refused(lsp, folder):
    client = lsp()
    client.initialize(folder)
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    code, message = error_of(client, "initialize", params)
    assert (code, message) == (INVALID_REQUEST, "'initialize' came a second time")
    assert alive(client)


# What makes no sense.


def test_unknown_methods(lsp, folder):
    client = lsp()
    client.initialize(folder)
    for method in ("no/such", "textDocument/prepareTypeHierarchy", "$/unknown"):
        assert error_of(client, method, HOVERED)[0] == METHOD_NOT_FOUND
    client.notify("no/such", {})
    client.notify("$/unknown", None)
    assert alive(client)


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"textDocument": None},
        {"textDocument": {"uri": 3}},
        {"textDocument": {"uri": "x"}, "options": "x"},
        "x",
        7,
    ],
)
def test_params_that_make_no_sense(lsp, folder, params):
    client = lsp()
    client.initialize(folder)
    code, message = error_of(client, "textDocument/formatting", params)
    assert code == INVALID_PARAMS and message
    assert alive(client)


def test_initialize_with_params_that_make_no_sense_can_be_said_again(lsp, folder):
    client = lsp()
    assert error_of(client, "initialize", {"capabilities": 3})[0] == INVALID_PARAMS
    assert client.initialize(folder)["textDocumentSync"]


@pytest.mark.parametrize("options", [7, [1], "x", {"debounce": "soon"}, {"select": 3, "inlayHints": 4}])
def test_options_that_make_no_sense(lsp, folder, options):
    client = lsp()
    client.initialize(folder, options=options)
    uri = client.open(folder / "trace-events", 'a(int x) "%s"\n')
    assert [one["code"] for one in client.published(uri)] == ["TE415"]


def test_what_fails_makes_no_pop_up(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", "a(void)\n")
    for method, params in (
        ("textDocument/didOpen", {"textDocument": 3}),
        ("textDocument/didOpen", None),
        ("textDocument/didChange", {"textDocument": {"uri": uri}}),
        ("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [3]}),
        ("textDocument/didClose", {"textDocument": {"uri": "untitled:nothing"}}),
        ("textDocument/didSave", {"textDocument": {"uri": "untitled:nothing"}}),
        ("workspace/didChangeConfiguration", {"settings": 3}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file://[", "type": 9}]}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "\0", "type": 1}]}),
        ("workspace/didChangeWorkspaceFolders", {"event": {"added": [{"uri": "x", "name": ""}]}}),
        ("$/cancelRequest", {"id": 12345}),
        ("$/setTrace", {"value": "everything"}),
        ("window/workDoneProgress/cancel", {"token": 4}),
    ):
        client.notify(method, params)
    assert alive(client)
    seen = []
    while not client.notifications.empty():
        seen.append(client.notifications.get()["method"])
    assert "window/showMessage" not in seen
    assert client.process.poll() is None


def test_a_change_of_a_document_that_is_not_open(lsp, folder):
    client = lsp()
    client.initialize(folder)
    (folder / "trace-events").write_text("a(int\n")
    uri = (folder / "trace-events").as_uri()
    client.change(uri, 2, "b(int\n")
    client.change(uri, 3, {"range": span(0, 0, 1), "text": "x"})
    client.change("untitled:9", 3, {"range": span(0, 0, 1), "text": "x"})
    assert alive(client)
    assert client.open(folder / "trace-events", "a(void)\n") == uri
    assert client.published(uri)  # of the text that was opened: it has no format


def test_a_document_may_be_opened_twice_and_closed_twice(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'a(int x) "%d"\n')
    client.open(folder / "trace-events", 'a(int x) "%s"\n')
    while not client.diagnostics.get(uri):
        client.published(uri)
    assert [one["code"] for one in client.diagnostics[uri]] == ["TE415"]
    for _ in range(2):
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert alive(client)


def test_lone_surrogates(lsp, folder):
    client = lsp()
    client.initialize(folder, encodings=["utf-8"])
    uri = client.open(folder / "trace-events", 'a(int x) "\udc80 \ud83d %s"  \n# \udfff\n')
    found = client.published(uri)
    assert "TE415" in [one["code"] for one in found]
    for one in found:
        json.dumps(one).encode("utf-8")
    client.change(uri, 2, {"range": span(0, 0, 1), "text": "\ud800"})
    client.change(uri, 3, 'b(int x) "\ude00"\n')
    document = {"textDocument": {"uri": uri}}
    client.request("textDocument/formatting", {**document, "options": {"tabSize": 1, "insertSpaces": True}})
    client.request("textDocument/semanticTokens/full", document)
    for command, *arguments in (
        ("tesc.flatten", uri),
        ("tesc.generate", uri, "b", "log", "h"),
        ("tesc.explain", "\ud800"),
    ):
        number = client.start("workspace/executeCommand", {"command": command, "arguments": arguments})
        answer = client.answer(number)
        assert answer.get("error", {"code": -32803})["code"] == -32803
        json.dumps(answer, ensure_ascii=False).encode("utf-8")
    for odd in ("file:///\ud800", "untitled:\udc00", "\ud800"):
        client.open(odd, "a(int\n")
    assert alive(client)


@pytest.mark.parametrize("name", ["id", "method", "jsonrpc", "params"])
def test_messages_that_are_none(lsp, folder, name):
    client = lsp()
    client.initialize(folder)
    client._answers.update({odd: queue.Queue() for odd in (77, None, "x")})
    for value in (None, [], {}, 3.5, True, "x"):
        message = {"jsonrpc": "2.0", "id": 77, "method": "no/such", "params": {}}
        message[name] = value
        send_body(client, json.dumps(message).encode())
        assert alive(client)
        # What has no number of its own is answered without one.
        number = {"params": 77, "id": "x" if value == "x" else None}.get(name)
        if (name, value) == ("method", "x"):
            number = 77
        code = METHOD_NOT_FOUND if number is not None else INVALID_REQUEST
        assert client._answers[number].get_nowait()["error"]["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", PARSE_ERROR),
        (b"{", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[[[[" * 9000, PARSE_ERROR),
        *((body, INVALID_REQUEST) for body in (b"null", b"[]", b"3", b'"x"', b"{}", b'{"jsonrpc":"2.0"}')),
    ],
)
def test_bodies_that_are_no_messages(lsp, folder, body, code):
    client = lsp()
    client.initialize(folder)
    client._answers[None] = queue.Queue()
    send_body(client, body)
    assert client.answer(None)["error"]["code"] == code
    assert alive(client)


def test_a_batch_is_answered_message_by_message(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client._answers.update({number: queue.Queue() for number in (501, 502)})
    outputs = {"command": "tesc.outputs"}
    batch = [
        {"jsonrpc": "2.0", "id": 501, "method": "workspace/executeCommand", "params": outputs},
        {"jsonrpc": "2.0", "method": "no/such"},
        {"jsonrpc": "2.0", "id": 502, "method": "no/such"},
    ]
    send_body(client, json.dumps(batch).encode())
    assert "backends" in client.answer(501)["result"]
    assert client.answer(502)["error"]["code"] == METHOD_NOT_FOUND


def test_answers_that_nobody_asked_for(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client.send({"id": 99, "result": 3})
    client.send({"id": "x", "error": {"code": 1, "message": "no"}})
    client.send({"id": "y", "error": 3})
    client.send({"id": None, "result": None})
    client.send({"error": {"code": 1, "message": "no"}})
    client.send({"id": [], "result": {}})
    assert alive(client)


# Headers.


def test_headers_in_any_case_and_with_others_beside_them(lsp):
    client = lsp()
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    for number, header in enumerate(
        (
            b"content-length: %d\r\n\r\n",
            b"CONTENT-LENGTH:%d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
            b"X-Other: 1\r\nContent-Length : %d \r\n\r\n",
            b"Content-Length: %d\n\n",
            b"\r\nContent-Length: %d\r\n\r\n",
        )
    ):
        client._answers[number + 50] = queue.Queue()
        message = {"jsonrpc": "2.0", "id": number + 50, "method": "initialize", "params": params}
        body = json.dumps(message).encode()
        client.send_bytes(header % len(body) + body)
        assert "result" in client.answer(number + 50) or number


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 99999999999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n{}",
        b"Content-Length: ten\r\n\r\n{}",
        b"Content-Length: 0x10\r\n\r\n{}",
        "Content-Length: \u0663\r\n\r\n{}".encode(),
        pytest.param(b"Content-Type: text/plain\r\n\r\n" * 80, id="no length"),
        pytest.param(b"hello\r\n" * 100, id="no fields"),
        pytest.param(b"\0" * 300_000 + b"\n" * 100, id="zeros"),
    ],
)
def test_what_is_no_header_ends_the_server_with_a_word(lsp, folder, data):
    client = lsp()
    client.initialize(folder)
    alive(client)
    client.send_bytes(data)
    assert client.process.wait(PATIENCE) == 1
    said = client.process.stderr.read().decode()
    assert re.fullmatch(r"tesc lsp: not? [^\n]+\n", said)


def test_garbage_before_a_header_is_read_over(lsp):
    client = lsp()
    client.send_bytes(b"warning: something\r\n\r\n")
    assert client.initialize()["textDocumentSync"]


# What the process itself does.


PRINTING = """
import subprocess
import sys
from tesc.analysis.rules import te401_format_type_mismatch as rule
def check(*arguments):
    print("a rule prints", flush=True)
    sys.__stdout__.write("and writes\\n")
    sys.__stdout__.flush()
    subprocess.run("cat; echo and its child", shell=True)
    return []
rule.RULE.check = check
from tesc.cli.main import main
sys.argv = ["tesc", "lsp"]
sys.exit(main())
"""


def messages(*sent):
    """Messages as bytes."""
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in sent]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def session_in(folder, *more):
    """The messages of a short session with one document, whose last answer has the number 9."""
    text = {"languageId": "trace-events", "version": 1, "text": 'a(int x) "%s"\n'}
    able = {"textDocument": {"diagnostic": {}}}
    params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": able}
    document = {"uri": (folder / "trace-events").as_uri()}
    return messages(
        {"id": 1, "method": "initialize", "params": params},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": {**document, **text}}},
        {"id": 2, "method": "textDocument/diagnostic", "params": {"textDocument": document}},
        *more,
        {"id": 9, "method": "shutdown"},
        {"method": "exit"},
    )


def read_strictly(data):
    """The messages in some bytes, between which nothing else may be."""
    found = []
    while data:
        header = re.match(rb"Content-Length: (\d+)\r\n(Content-Type: [^\r]+\r\n)?\r\n", data)
        assert header, data[:100]
        end = header.end() + int(header[1])
        found.append(json.loads(data[header.end() : end]))
        data = data[end:]
    return found


def test_what_is_printed_does_not_reach_the_client(folder):
    data = session_in(folder)
    end = data.rindex(b"Content-Length", 0, data.index(b'"shutdown"'))
    process = subprocess.Popen(
        [sys.executable, "-c", PRINTING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    process.stdin.write(data[:end])
    sent = b""
    while b'"id": 2,' not in sent:
        sent += process.stdout.read(1 << 16) or pytest.fail("it ended")
    rest, printed = process.communicate(data[end:], PATIENCE)
    assert process.returncode == 0, printed
    assert read_strictly(sent + rest)[-1]["id"] == 9
    assert b"a rule prints\nand writes\nand its child\n" in printed


def test_no_socket_is_opened(folder, need):
    """Over standard input and output, only asyncio's own pair of sockets, which leads nowhere."""
    strace = need("strace", "strace")
    trace = folder / "trace"
    command = [strace, "-f", "-e", "trace=network", "-o", str(trace), *SERVER]
    explain = {"command": "tesc.explain", "arguments": ["TE401"]}
    data = session_in(folder, {"id": 3, "method": "workspace/executeCommand", "params": explain})
    done = subprocess.run(command, input=data, capture_output=True, timeout=4 * PATIENCE)
    assert done.returncode == 0, done.stderr
    assert read_strictly(done.stdout)[-1]["id"] == 9
    calls = re.findall(r"^\d+ +(\w+)\((\w+)", trace.read_text(), re.M)
    assert calls, trace.read_text()
    assert {(name, first) for name, first in calls if not first.isdigit()} <= {("socketpair", "AF_UNIX")}
    assert not {name for name, _ in calls} & {"connect", "bind", "listen", "accept", "socket"}


def listened(stream):
    """The messages that come from a server, one after the other."""
    length = 0
    for line in stream:
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        elif not line.strip():
            yield json.loads(stream.read(length))


def test_a_request_does_not_wait_for_the_check_of_an_edit_before_it(folder):
    """It is answered before the diagnostics of the edit, however little the client waits for those."""
    uri = (folder / "trace-events").as_uri()
    text = "".join(f'event_{number}(int x) "%s"\n' for number in range(300))
    document = {"uri": uri, "languageId": "trace-events", "version": 1, "text": text}
    able = {"textDocument": {"publishDiagnostics": {}, "hover": {"contentFormat": ["markdown"]}}}
    params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": able}
    params["initializationOptions"] = {"debounce": 0}
    process = subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(messages({"id": 1, "method": "initialize", "params": params}))
    process.stdin.write(messages({"method": "initialized", "params": {}}))
    process.stdin.write(messages({"method": "textDocument/didOpen", "params": {"textDocument": document}}))
    process.stdin.flush()
    heard = listened(process.stdout)
    assert any(len(one.get("params", {}).get("diagnostics", ())) == 300 for one in heard)
    for version in range(2, 12):
        edit = {"range": span(0, 0, 0), "text": f'more_{version}(int y) "%s"\n'}
        changed = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [edit]}
        asked = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 2}}
        process.stdin.write(
            messages(
                {"method": "textDocument/didChange", "params": changed},
                {"id": version, "method": "textDocument/hover", "params": asked},
            )
        )
        process.stdin.flush()
        answer = next(heard)
        while answer.get("params", {}).get("version") == version - 1:  # of the edit before, once more
            answer = next(heard)
        assert answer.get("id") == version, answer.get("params", {}).get("version")
        assert f"more_{version}" in answer["result"]["contents"]["value"]
        assert any(one.get("params", {}).get("version") == version for one in heard)
    process.kill()
    process.communicate()


def test_both_streams_may_be_one_socket(folder):
    """Which can't be made one that does not block: what is written to it would be lost."""
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen(SERVER, stdin=theirs, stdout=theirs) as process:
        theirs.close()
        ours.sendall(session_in(folder)[:-1])
        ours.sendall(b"}")
        sent = b""
        while part := ours.recv(1 << 16):
            sent += part
        assert process.wait(PATIENCE) == 0
    assert read_strictly(sent)[-1]["id"] == 9


def test_input_may_be_a_file(folder):
    (folder / "session").write_bytes(session_in(folder))
    with open(folder / "session", "rb") as file:
        done = subprocess.run(SERVER, stdin=file, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert read_strictly(done.stdout)[-1]["id"] == 9


# Over TCP.


class Tcp:
    """A server on loopback and the sockets of clients."""

    def __init__(self, place: str) -> None:
        self.process = subprocess.Popen(
            [*SERVER, "--tcp", place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said = self.process.stderr.readline().decode()
        found = re.fullmatch(r"tesc lsp: listening on (\S+):(\d+)\n", said)
        assert found, said + self.process.stderr.read().decode()
        self.host, self.port = found[1], int(found[2])

    def connect(self):
        return socket.create_connection((self.host, self.port), PATIENCE)


@pytest.fixture
def tcp():
    started = []

    def start(place):
        started.append(Tcp(place))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server.process.stderr.close()


def say(stream, message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


def heard(stream):
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(stream.read(length))


EMPTY = {"processId": None, "rootUri": None, "capabilities": {}}
INITIALIZE = {"id": 1, "method": "initialize", "params": EMPTY}


@pytest.mark.parametrize("place", ["127.0.0.1:0", "0", "localhost:0"])
def test_one_client_over_tcp(tcp, place):
    server = tcp(place)
    assert server.host == "127.0.0.1" or (server.host == "::1" and place == "localhost:0")
    with server.connect() as one, one.makefile("rwb") as stream:
        say(stream, INITIALIZE)
        assert heard(stream)["result"]["serverInfo"]["name"] == "tesc"
        # Nobody else gets a word.
        with server.connect() as other:
            other.settimeout(PATIENCE)
            assert other.recv(10) == b""
        say(stream, {"id": 2, "method": "shutdown"})
        assert heard(stream)["result"] is None
        say(stream, {"method": "exit"})
        assert server.process.wait(PATIENCE) == 0
    assert server.process.stdout.read() == b""


def test_the_server_ends_with_its_client(tcp):
    server = tcp("0")
    with server.connect() as one, one.makefile("rwb") as stream:
        say(stream, INITIALIZE)
        heard(stream)
    assert server.process.wait(PATIENCE) == 1
    assert b"Traceback" not in server.process.stderr.read()


def test_a_client_that_resets_its_connection(tcp):
    server = tcp("0")
    with server.connect() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        one.sendall(b"Content-Length: 5\r\n\r\n{")
    assert server.process.wait(PATIENCE) == 1
    assert b"Traceback" not in server.process.stderr.read()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nonsense", "tesc: error: --tcp nonsense: expected [HOST:]PORT"),
        ("127.0.0.1:", "tesc: error: --tcp 127.0.0.1:: expected [HOST:]PORT"),
        ("127.0.0.1:70000", "tesc: error: --tcp 127.0.0.1:70000: expected [HOST:]PORT"),
        ("127.0.0.1:-1", "tesc: error: --tcp 127.0.0.1:-1: expected [HOST:]PORT"),
    ],
)
def test_places_that_are_none(place, message):
    done = subprocess.run([*SERVER, "--tcp", place], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == message


def test_a_port_that_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run([*SERVER, "--tcp", place], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tesc: error: ") and place.split(":")[1] in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1


def test_stdio_is_accepted_but_not_beside_tcp(lsp):
    assert lsp(["--stdio"]).initialize()["textDocumentSync"]
    done = subprocess.run(
        [*SERVER, "--stdio", "--tcp", "0"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 2 and "cannot be combined" in done.stderr


def test_help():
    done = subprocess.run([*SERVER, "--help"], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--tcp" in done.stdout and "--stdio" in done.stdout


def test_nothing_of_the_protocol_is_imported_elsewhere():
    code = "import sys; from tesc.cli.main import main; main(['rules']); print('pygls' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.splitlines()[-1] == "False", done.stderr
