"""Language servers without their start: forks of one process that has imported all they need.

Importing the protocol's types takes a core longer than most tests take, hundreds of times. What a server
does when it starts is tested with servers that are started (test_ending, test_process, test_tcp).

This file is three programs. Tests import it; run as `parent SOCKET` it imports the server, then forks for
each connection; run as `server SOCKET ARGUMENTS`, in place of `tesc lsp ARGUMENTS`, it hands its standard
streams over, and ends as the fork ends.
"""

import os
import socket
import sys

_PARTS = "\0"


def _serve(conn: socket.socket) -> None:
    """Fork a server for a connection; say how it ended, or end it when nobody is left to hear."""
    import select

    head, descriptors, _, _ = socket.recv_fds(conn, 8, 3)
    data = b""
    while len(data) < int(head):
        data += conn.recv(int(head) - len(data))
    folder, number, *rest = data.decode("utf-8", "surrogateescape").split(_PARTS)
    words, variables = rest[: int(number)], rest[int(number) :]
    child = os.fork()
    if child == 0:
        conn.close()
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(one.split("=", 1) for one in variables)
        _become(words)
    for descriptor in descriptors:
        os.close(descriptor)
    ended = os.pidfd_open(child)
    if ended not in select.select([ended, conn], [], [])[0]:
        os.kill(child, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    conn.sendall(str(status).encode())


def _become(words: list) -> None:
    """Be a server, to the end of this process."""
    from tesc.cli.main import main

    sys.argv = ["tesc", *words]
    sys.stdin = os.fdopen(0, "r", encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8")
    status = 1
    try:
        status = main()
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.stderr.flush()
        os._exit(status)


def _parent(path: str) -> None:
    import gc
    import importlib
    import pkgutil

    import tesc.lsp
    import tesc.lsp.server
    from tesc.analysis.registry import all_rules
    from tesc.cli import lsp  # noqa: F401

    for module in pkgutil.walk_packages(tesc.lsp.__path__, "tesc.lsp."):
        importlib.import_module(module.name)
    all_rules()
    gc.disable()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(50)
        print("ready", flush=True)
        waiting = 0
        while True:
            conn, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                try:
                    _serve(conn)
                finally:
                    os._exit(0)
            conn.close()
            waiting += 1
            # Those that are done; the time that they took is then known to who measures tests.
            while waiting and os.waitpid(-1, os.WNOHANG)[0]:
                waiting -= 1


def _server(path: str, words: list) -> None:
    with socket.socket(socket.AF_UNIX) as conn:
        conn.connect(path)
        variables = [f"{key}={value}" for key, value in os.environ.items()]
        given = _PARTS.join([os.getcwd(), str(len(words)), *words, *variables])
        data = given.encode("utf-8", "surrogateescape")
        socket.send_fds(conn, [b"%08d" % len(data)], [0, 1, 2])
        conn.sendall(data)
        for number in (0, 1, 2):
            os.close(number)
        status = int(conn.recv(8) or 1)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    _parent(sys.argv[2]) if sys.argv[1] == "parent" else _server(sys.argv[2], sys.argv[3:])
