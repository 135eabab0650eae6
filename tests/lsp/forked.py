"""Language servers without the start-up time: forks of a process that has imported everything.

Importing the protocol's types takes longer than most tests, hundreds of times. How a server starts and ends
is tested with servers that are really started (test_ending, test_process, test_tcp).

This file is three programs. Tests import it; run as `parent SOCKET`, it imports the server, then forks for
each connection, until its standard input ends; run as `server SOCKET ARGUMENTS`, instead of
`tesc lsp ARGUMENTS`, it passes its standard streams to a fork, and ends with that fork's exit status.
"""

import os
import select
import socket
import sys

# It passes file descriptors, and waits for the end of a process that is not its child.
SUPPORTED = hasattr(os, "fork") and hasattr(os, "pidfd_open")
_SEPARATOR = "\0"
_LENGTH = 8  # digits of the number of bytes that follow
_FILES = {
    "tesc.toml": 'ignore = ["TE412"]\n',
    "trace-events": '# A lamp.\ninclude "net.trace-events" prefix the_\nlamp_level(int level) "level %d"\n',
    "added": 'lamp_level(uint64_t level) "level %d"\n',
    "net.trace-events": 'net_sent(uint64_t size, const char *to) "%" PRIu64 " bytes to %s"\n',
    "lamp.c": '#include "trace.h"\nvoid set(int level) { trace_lamp_level(level); }\n',
    "lamp.rs": "fn set(level: i32) { trace_lamp_level(level); }\n",
}


def _parent(path: str) -> None:
    import gc
    import importlib
    import pkgutil

    import tesc.lsp.server
    from tesc.analysis.registry import all_rules

    for module in pkgutil.walk_packages(tesc.lsp.__path__, "tesc.lsp."):
        importlib.import_module(module.name)
    all_rules()
    _serve_something()
    gc.disable()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(50)
        print("ready", flush=True)
        children = 0
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                try:
                    _serve(connection)
                finally:
                    os._exit(0)
            connection.close()
            children += 1
            # The time of a child that was waited for counts as the tests' own.
            while children and os.waitpid(-1, os.WNOHANG)[0]:
                children -= 1


def _serve_something() -> None:
    """A session, so that no server has to import, compile and learn again what the first one does."""
    import tempfile

    from tesc.cli.main import main
    from tesc.lsp import server

    converter = server.default_converter()
    server.default_converter = lambda: converter
    kept = [os.dup(0), os.dup(1)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        for name, text in _FILES.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        read, written = os.pipe()
        os.write(written, _session(folder))
        os.close(written)
        os.dup2(read, 0)
        os.close(read)
        os.dup2(said.fileno(), 1)
        assert main(["lsp"]) == 0
        said.seek(0)
        assert b"TE401" in said.read()
    for standard, descriptor in enumerate(kept):
        os.dup2(descriptor, standard)
        os.close(descriptor)


def _session(folder: str) -> bytes:
    """The messages of a session in a folder with these files, which asks for what most tests ask for."""
    import json

    place = {
        "textDocument": {"uri": f"file://{folder}/trace-events"},
        "position": {"line": 2, "character": 3},
    }
    text = place["textDocument"]
    line = {"start": {"line": 2, "character": 0}, "end": {"line": 3, "character": 0}}
    client = {
        "workspace": {"configuration": True, "workspaceEdit": {"documentChanges": True}},
        "textDocument": {"publishDiagnostics": {"relatedInformation": True}, "hover": {}, "codeAction": {}},
    }
    asked = {
        "textDocument/diagnostic": {"textDocument": text},
        "textDocument/hover": place,
        "textDocument/completion": place,
        "textDocument/definition": place,
        "textDocument/references": {**place, "context": {"includeDeclaration": True}},
        "textDocument/prepareRename": place,
        "textDocument/rename": {**place, "newName": "lamp_height"},
        "textDocument/codeAction": {"textDocument": text, "range": line, "context": {"diagnostics": []}},
        "textDocument/codeLens": {"textDocument": text},
        "textDocument/inlayHint": {"textDocument": text, "range": line},
        "textDocument/documentSymbol": {"textDocument": text},
        "textDocument/formatting": {"textDocument": text, "options": {"tabSize": 4, "insertSpaces": True}},
        "textDocument/semanticTokens/full": {"textDocument": text},
        "workspace/symbol": {"query": "lamp"},
    }
    folders = [{"uri": f"file://{folder}", "name": "lamp"}]
    begin = {"processId": None, "rootUri": None, "capabilities": client, "workspaceFolders": folders}
    document = {**text, "languageId": "trace-events", "version": 1, "text": _FILES["trace-events"]}
    changed = {
        "textDocument": {**text, "version": 2},
        "contentChanges": [{"range": line, "text": _FILES["added"]}],
    }
    messages = [
        {"id": 0, "method": "initialize", "params": begin},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        *(
            {"id": number, "method": method, "params": asked[method]}
            for number, method in enumerate(asked, 1)
        ),
        {"method": "textDocument/didChange", "params": changed},
        {"id": 99, "method": "textDocument/diagnostic", "params": {"textDocument": text}},
        {"method": "textDocument/didClose", "params": {"textDocument": text}},
        {"id": 100, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)


def _serve(connection: socket.socket) -> None:
    """Fork a server for a connection; send its exit status, or end it if nobody is left to read that."""
    head, descriptors, _, _ = socket.recv_fds(connection, _LENGTH, 3)
    size = int(head)
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    folder, count, *rest = data.decode("utf-8", "surrogateescape").split(_SEPARATOR)
    arguments, variables = rest[: int(count)], rest[int(count) :]
    child = os.fork()
    if child == 0:
        connection.close()
        for standard, descriptor in enumerate(descriptors):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(one.split("=", 1) for one in variables)
        _become_server(arguments)
    for descriptor in descriptors:
        os.close(descriptor)
    ended = os.pidfd_open(child)
    if ended not in select.select([ended, connection], [], [])[0]:
        os.kill(child, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.sendall(str(status).encode())


def _become_server(arguments: list) -> None:
    """Serve until the end of this process."""
    from tesc.cli.main import main

    sys.argv = ["tesc", *arguments]
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
        os._exit(int(status or 0))


def _server(path: str, arguments: list) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        variables = [f"{key}={value}" for key, value in os.environ.items()]
        given = _SEPARATOR.join([os.getcwd(), str(len(arguments)), *arguments, *variables])
        data = given.encode("utf-8", "surrogateescape")
        socket.send_fds(connection, [f"{len(data):0{_LENGTH}}".encode()], [0, 1, 2])
        connection.sendall(data)
        for standard in (0, 1, 2):
            os.close(standard)
        status = int(connection.recv(8) or 1)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    _parent(sys.argv[2]) if sys.argv[1] == "parent" else _server(sys.argv[2], sys.argv[3:])
