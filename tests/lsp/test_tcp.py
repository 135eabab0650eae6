"""The server over TCP: one client, on this machine."""

from __future__ import annotations

import json
import re
import socket
import subprocess

import pytest

from tests.lsp.client import PATIENCE
from tests.lsp.wire import (
    SERVER,
)


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
        # Another client gets no answer.
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
def test_invalid_addresses(place, message):
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


def test_stdio_is_accepted_but_not_with_tcp(lsp):
    assert lsp(["--stdio"]).initialize()["textDocumentSync"]
    done = subprocess.run(
        [*SERVER, "--stdio", "--tcp", "0"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 2 and "cannot be combined" in done.stderr
