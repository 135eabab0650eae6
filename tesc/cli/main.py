"""`tesc COMMAND`: finds the command's module and starts it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run tesc; returns the exit status. No traceback and no message of Python reaches the user."""
    words = sys.argv[1:] if arguments is None else list(arguments)
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
    if words[:1] == ["tracetool"]:
        # Starts for every output of a build, so it goes round argparse.
        from tesc.cli import tracetool

        return tracetool.main(words[1:])
    if words[:1] == ["gen"]:
        # In most builds it has nothing to do, and sees that before argparse would be there.
        from tesc.cli import gen

        return gen.main(words[1:])
    if words[:1] == ["check"]:
        # Most runs in a hook or a build find what the one before found.
        from tesc.cli import kept_runs

        kept = kept_runs.replay(words[1:])
        if kept is not None:
            return kept
    if words[:1] == ["decode"]:
        from tesc.cli import decode

        return decode.main(words[1:])
    if words[:1] == ["tracetool-classic"]:
        from tesc.cli import tracetool_classic

        return tracetool_classic.main(words[1:])
    parser = _parser()
    if not words:
        parser.print_help(sys.stderr)
        return 2
    options, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse(unknown, words[0])
    options.words = words[1:]
    status: int = options.run(options)
    return status


def _refuse(unknown: list[str], command: str) -> None:
    """Say that a command has no such arguments, in place of argparse, which forgets the command by then."""
    from tesc.cli.parsers import commands_of
    from tesc.config.errors import did_you_mean

    parser = commands_of(_parser()).choices[command]
    options = [option for action in parser._actions for option in action.option_strings]
    like = did_you_mean(unknown[0].partition("=")[0], options)
    parser.error(f"unrecognized arguments: {' '.join(unknown)}{like}")


def _parser() -> argparse.ArgumentParser:
    import argparse

    from tesc import __version__
    from tesc.cli import (
        breaking,
        cache,
        check,
        completion,
        config,
        decode,
        diff,
        explain,
        flatten,
        fmt,
        gen,
        guest,
        init,
        lsp,
        man,
    )
    from tesc.cli import list as list_

    parser = argparse.ArgumentParser(
        prog="tesc",
        description="The trace-event compiler: checks trace-events files and generates their tracers' code.",
        epilog="'tesc COMMAND --help' describes a command.",
    )
    parser.add_argument("--version", action="version", version=f"tesc {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check.add_parser(commands)
    fmt.add_parser(commands)
    gen.add_parser(commands)
    commands.add_parser(
        "tracetool", help="one output; the arguments of QEMU's scripts/tracetool.py", add_help=False
    )
    commands.add_parser(
        "tracetool-classic", help="one output; the arguments of the 2011 shell tracetool", add_help=False
    )
    flatten.add_parser(commands)
    list_.add_parser(commands)
    breaking.add_parser(commands)
    diff.add_parser(commands)
    guest.add_parser(commands)
    decode.add_parser(commands)
    explain.add_parsers(commands)
    lsp.add_parser(commands)
    config.add_parser(commands)
    init.add_parser(commands)
    cache.add_parser(commands)
    completion.add_parser(commands)
    man.add_parser(commands)
    return parser


def _open_closed_streams() -> None:
    """Give a process that was started without standard streams some that go nowhere."""
    import os

    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it stays open to the end)
    sys.stdout = sys.stdout or nowhere
    sys.stderr = sys.stderr or nowhere


def _forget_unwritten() -> None:
    """Keep Python from writing once more, when it ends, to where it could not write."""
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
        complain(str(error))
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
