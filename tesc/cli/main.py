"""`tesc COMMAND`: finds the command's module and starts it."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

# Modules of the commands that parse their arguments themselves: to start faster, or because the arguments
# are those of another tool.
DIRECT = {
    "tracetool": "tracetool",
    "gen": "gen",
    "decode": "decode",
    "query": "query",
    "tracetool-classic": "tracetool_classic",
}
# Commands that read more data than fits in memory, or run until stopped. All others keep their objects
# until they exit, and would spend a sixth of their time on garbage collection.
_LASTING = ("decode", "guest", "lsp", "query")


def start() -> int:
    """Run tesc as a process; returns the exit status, unless the process exits at once."""
    from tesc.cli import ending

    ending.prepare()
    status = main()
    ending.end(status)
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run tesc; returns the exit status. The user sees no traceback and no message from Python."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    collects = gc.isenabled()
    if words[:1] and words[0] not in _LASTING:
        gc.disable()
    try:
        return _guarded(words)
    finally:
        if collects:
            gc.enable()


def _guarded(words: list[str]) -> int:
    if sys.stdout is None or sys.stderr is None:
        _open_closed_streams()
    try:
        status = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 0
    except Exception as error:
        status = _failed(error, words)
    _forget_unwritten()
    return status


def _run(words: list[str]) -> int:
    if words[:1] == ["help"]:
        words = [*words[2 if words[1:2] == ["help"] else 1 :], "--help"]
    if words[:1] == ["check"]:
        # In a hook or a build, most runs would find the same as the previous one.
        from tesc.cli import kept_runs

        kept = kept_runs.replay(words[1:])
        if kept is not None:
            return kept
    if words and words[0] in DIRECT:
        # A build may run these for every output, so they bypass argparse, and `__import__` replaces
        # importlib.import_module, which is slow to import.
        name = f"tesc.cli.{DIRECT[words[0]]}"
        __import__(name)
        status: int = sys.modules[name].main(words[1:])
        return status
    from tesc.cli.commands import Parser

    parser = Parser(words[0] if words else None)
    if not words:
        parser.print_help(sys.stderr)
        return 2
    options, unknown = parser.parse_known_args(words)
    if unknown:
        from tesc.cli.suggesting import refuse

        # argparse itself would not name the command.
        refuse(parser.commands.parsers[words[0]], unknown)
    options.words = words[1:]
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _open_closed_streams() -> None:
    """Open the null device for missing standard streams."""
    import os

    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it stays open to the end)
    sys.stdout = sys.stdout or nowhere
    sys.stderr = sys.stderr or nowhere


def _forget_unwritten() -> None:
    """Keep Python from writing to a failed stream again when it exits."""
    import os

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _failed(error: Exception, words: Sequence[str]) -> int:
    from tesc.cli.terminal import Failure, printable
    from tesc.cli.terminal import error as complain
    from tesc.config.errors import BadConfiguration
    from tesc.source_tree import BadTree
    from tesc.units.outside import BadDirective

    if isinstance(error, (Failure, BadDirective, BadTree)):
        complain(str(error), picture=getattr(error, "picture", ()))
    elif isinstance(error, BadConfiguration):
        sys.stderr.write(printable(f"{error}\n"))
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        complain(f"{place}{error.strerror or error}")
    else:
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rpartition('tesc/')[2]}:{last.lineno}"
        complain(
            f"internal error while running 'tesc {' '.join(words)}': "
            f"{type(error).__name__}: {error} (at {where})"
        )
        sys.stderr.write("tesc: please report this, with the input if you can\n")
    return 2
