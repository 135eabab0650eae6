"""The whole command line as one argparse parser, for completion and the man page."""

from __future__ import annotations

import argparse
import re

from tesc.cli.commands import Parser
from tesc.cli.suggesting import actions_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def whole_parser() -> Parser:
    """tesc's parser with the arguments of all commands.

    The parser that starts commands omits those of some, which start faster without argparse.
    """
    from tesc.cli import gen_parser

    parser = Parser()
    parsers = parser.commands.parsers
    parsers["gen"] = gen_parser.parser()
    parsers["tracetool"] = _tracetool()
    parsers["tracetool-classic"] = _described("tracetool-classic")
    return parser


def commands(parser: Parser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Each command's name, line of help, and parser."""
    for name, purpose in parser.commands.purposes.items():
        yield name, purpose, parser.commands.parsers[name]


def arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """A parser's visible arguments: positional ones, then options."""
    shown = [action for action in actions_of(parser) if action.help != argparse.SUPPRESS]
    plain = [action for action in shown if action.nargs != argparse.PARSER]
    yield from (action for action in plain if not action.option_strings)
    yield from (action for action in plain if action.option_strings)


def usage_of(name: str) -> str | None:
    """The usage of a command that parses its arguments itself; None for all other commands."""
    if name == "tracetool":
        from tesc.cli import tracetool

        return tracetool.usage()
    if name == "tracetool-classic":
        from tesc.cli import tracetool_classic

        return tracetool_classic.USAGE
    return None


def _tracetool() -> argparse.ArgumentParser:
    """A parser with the arguments of `tesc tracetool`, which itself uses getopt, as the reference does."""
    from tesc.cli import tracetool
    from tesc.codegen.qemu import FORMATS

    parser = argparse.ArgumentParser(prog="tesc tracetool", add_help=False)
    parser.add_argument("paths", nargs="*", metavar="FILE")
    parser.add_argument("-I", metavar="DIR")
    metavars = {"binary": "FILE", "depfile": "FILE", "include": "PATH"}
    for option in tracetool.LONG_OPTIONS:
        name = option.rstrip("=")
        if name == option:
            parser.add_argument(f"--{name}", action="store_true")
        elif name == "format":
            parser.add_argument(f"--{name}", choices=list(FORMATS))
        else:
            parser.add_argument(f"--{name}", metavar=metavars.get(name, name.upper()))
    return parser


def _described(name: str) -> argparse.ArgumentParser:
    """A parser with the options in a command's usage: each on a line after four spaces, with its value."""
    parser = argparse.ArgumentParser(prog=f"tesc {name}", add_help=False)
    for option, value in re.findall(r"^ {4}(--?\w[\w-]*)(?: ([A-Z]+)\b)?", usage_of(name) or "", re.M):
        if value:
            parser.add_argument(option, metavar=value)
        else:
            parser.add_argument(option, action="store_true")
    return parser
