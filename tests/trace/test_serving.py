"""A trace served to this machine: the viewer gets it, and nobody else."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tesc.trace.serving import Server


@pytest.fixture
def server(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"\n\x01data")
    with Server(str(path), port=0) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(server, path: str, host: str | None = None, method: str = "GET"):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.headers, data


def test_the_viewer_gets_the_trace(server):
    assert server.address == f"https://ui.perfetto.dev/#!/?url=http://127.0.0.1:{server.server_port}/trace"
    status, headers, data = ask(server, "/trace")
    assert (status, data) == (200, b"\n\x01data")
    assert headers["Access-Control-Allow-Origin"] == "https://ui.perfetto.dev"
    assert headers["Content-Length"] == "6"
    assert ask(server, "/trace", method="HEAD")[2] == b""


@pytest.mark.parametrize("path", ["/", "/file", "/trace/", "/../etc/passwd"])
def test_nothing_else_is_served(server, path):
    assert ask(server, path)[0] == 404


def test_a_name_that_leads_here_is_not_answered(server):
    assert ask(server, "/trace", host="evil.example:9001")[0] == 404


def test_is_on_the_loopback_interface_only(server):
    assert server.server_address[0] == "127.0.0.1"


def test_the_command_ends_with_control_c(tmp_path, writer, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("events").write_text("idle(void)\n")
    Path("trace").write_bytes(writer().header().mapping(0, "idle").record(0, 5, 1).data)
    command = [sys.executable, "-m", "tesc", "decode", "trace", "--events", "events", "--format", "perfetto"]
    running = subprocess.Popen(
        [*command, "--open"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    line = running.stdout.readline()
    if not line:
        assert "port 9001, from which the viewer reads" in running.communicate()[1]  # another process has it
        pytest.skip("port 9001 is taken")
    assert line == "https://ui.perfetto.dev/#!/?url=http://127.0.0.1:9001/trace\n"
    connection = http.client.HTTPConnection("127.0.0.1", 9001)
    connection.request("GET", "/trace")
    assert b"idle" in connection.getresponse().read()
    connection.close()
    running.send_signal(signal.SIGINT)
    assert running.communicate()[1] == ""
    assert running.returncode == 0
    assert sorted(path.name for path in Path().iterdir()) == ["events", "trace"]
