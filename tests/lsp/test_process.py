"""The server as a process: its options, what it prints, opens and imports, and the order of its answers."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys

import pytest

from tests.lsp.client import PATIENCE, span
from tests.lsp.wire import (
    SERVER,
    messages,
    read_strictly,
    session_in,
)

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
    """With standard input and output, it opens only asyncio's own pair of sockets."""
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
    """The messages from a server, one after the other."""
    length = 0
    for line in stream:
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        elif not line.strip():
            yield json.loads(stream.read(length))


def test_a_request_does_not_wait_for_the_check_of_an_edit_before_it(folder):
    """It is answered before the edit's diagnostics, even without a debounce."""
    uri = (folder / "trace-events").as_uri()
    text = "".join(f'event_{number}(int x) "%s"\n' for number in range(300))
    document = {"uri": uri, "languageId": "trace-events", "version": 1, "text": text}
    supported = {"textDocument": {"publishDiagnostics": {}, "hover": {"contentFormat": ["markdown"]}}}
    params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": supported}
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
        while answer.get("params", {}).get("version") == version - 1:  # published again for the previous edit
            answer = next(heard)
        assert answer.get("id") == version, answer.get("params", {}).get("version")
        assert f"more_{version}" in answer["result"]["contents"]["value"]
        assert any(one.get("params", {}).get("version") == version for one in heard)
    process.kill()
    process.communicate()


def test_both_streams_may_be_one_socket(folder):
    """The socket cannot be made non-blocking: data written to it would be lost."""
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


def test_help():
    done = subprocess.run([*SERVER, "--help"], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--tcp" in done.stdout and "--stdio" in done.stdout


def test_nothing_of_the_protocol_is_imported_elsewhere():
    code = "import sys; from tesc.cli.main import main; main(['rules']); print('pygls' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.splitlines()[-1] == "False", done.stderr
