"""How the server ends: with its session, its input or its parent, or by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.lsp.client import PATIENCE
from tests.lsp.wire import (
    NOT_INITIALIZED,
    SERVER,
    alive,
    error_of,
)


@pytest.fixture
def lsp(started_lsp):
    """Servers that end are separate processes."""
    return started_lsp


def gone(pid):
    """Whether a process, not our child, has ended, or is a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


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
    """The parent has died, and another process still holds the pipes open."""
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


def test_a_parent_that_has_already_ended_ends_the_server(lsp):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    client = lsp()
    params = {"processId": ended.pid, "rootUri": None, "capabilities": {}}
    client.request("initialize", params)
    client.notify("initialized", {})
    assert client.process.wait(PATIENCE) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_the_server_silently(lsp, folder, number, interrupt):
    client = lsp()
    client.initialize(folder)
    alive(client)
    if number == signal.SIGINT:
        client.process.send_signal(number)
        # The reading thread ends with its input.
        time.sleep(0.2)
        client.process.stdin.close()
    else:
        client.process.send_signal(number)
    client.process.wait(PATIENCE)
    assert b"Traceback" not in client.process.stderr.read()
