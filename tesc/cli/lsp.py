"""`tesc lsp`: the language server."""

from __future__ import annotations

from tesc.cli.terminal import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands

_LOOPBACK = "127.0.0.1"


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "lsp",
        help="run the language server for editors (stdio; --tcp HOST:PORT)",
        description="Serve an editor through the Language Server Protocol, over standard "
        "input and output. The editor starts it; started by hand, it only waits.",
    )
    parser.add_argument("--stdio", action="store_true", help="use standard input and output (the default)")
    parser.add_argument(
        "--tcp",
        metavar="[HOST:]PORT",
        help=f"listen for one client (default HOST: {_LOOPBACK}; PORT 0: a free one, which is printed)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the client ends; returns 1 if it ended without `shutdown`."""
    if options.tcp is not None and options.stdio:
        raise Failure("--stdio and --tcp cannot be combined")
    place = None if options.tcp is None else _place(options.tcp)
    greeting = None
    if place is None:
        from tesc.lsp.greeting import greet
        from tesc.lsp.streams import taken_streams

        read, written = taken_streams()
        try:
            greeting = greet(read, written)
        except OSError:
            return 1  # the client does not read
    # Most of the start-up time is spent on creating the protocol's classes, which never become garbage.
    import gc

    gc.disable()
    from tesc.lsp.server import Server
    from tesc.lsp.transport import serve_stdio, serve_tcp

    server = Server()
    # Garbage collection takes longer than an edit, so it runs while the user is not typing.
    gc.freeze()
    if place is None:
        serve_stdio(server, read, written, greeting)
    else:
        serve_tcp(server, *place)
    return server.exit_status


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise Failure(f"--tcp {text}: expected [HOST:]PORT")
    return host.strip("[]") or _LOOPBACK, int(port)
