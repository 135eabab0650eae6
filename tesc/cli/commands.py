"""The table of commands, and the parser that starts them."""

from __future__ import annotations

import argparse
from importlib import import_module

from tesc.cli.suggesting import SuggestingParser, actions_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The help of commands that parse another tool's arguments themselves.
_OTHER_TOOLS = {
    "tracetool": "generate one output, with the arguments of QEMU's scripts/tracetool.py",
    "tracetool-classic": "generate one output, with the arguments of the 2011 shell tracetool",
}
# All commands in the order of the help: a module of that name, or one of _OTHER_TOOLS.
_ORDER = (
    *(
        "check",
        "fmt",
        "gen",
        "tracetool",
        "tracetool-classic",
        "flatten",
        "list",
        "refs",
        "rename",
        "breaking",
        "diff",
    ),
    *("guest", "decode", "builds", "query", "bpftrace", "explain", "lsp", "config", "init", "cache"),
    *("completion", "man"),
)


class _CommandParser(SuggestingParser):
    """A command's parser: options may also be between a positional argument and an optional one.

    argparse alone treats the second one as missing as soon as an option follows the first.
    """

    _inside = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        optional = any(one.nargs == argparse.OPTIONAL and not one.option_strings for one in actions_of(self))
        # argparse's intermixed parsing treats a dashed word after '--' as an option.
        if self._inside or not optional or "--" in (args or ()):
            return super().parse_known_args(args, namespace)
        self._inside = True  # because argparse calls this method again
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False


class Commands:
    """The parsers of all commands, and a line of help for each."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._action = parser.add_subparsers(
            title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser
        )
        self.purposes: dict[str, str] = {}

    def add_parser(self, name: str, **keywords: Any) -> argparse.ArgumentParser:
        """Add a command, with the keywords of argparse; without `help` it is not listed."""
        if "help" in keywords:
            self.purposes[name] = keywords["help"]
        return self._action.add_parser(name, **keywords)

    @property
    def parsers(self) -> dict[str, argparse.ArgumentParser]:
        """The commands' parsers by name; assigning to an entry replaces a command's parser."""
        parsers: dict[str, argparse.ArgumentParser] = self._action.choices  # type: ignore[assignment]
        return parsers


class Parser(SuggestingParser):
    """tesc's own parser, with its commands."""

    def __init__(self, only: str | None = None) -> None:
        """With `only`, the parser has the arguments of that command only."""
        from tesc import __version__

        super().__init__(
            prog="tesc",
            description="The trace-event compiler: checks trace-events files and generates their tracers' "
            "code.",
            epilog="'tesc COMMAND --help' describes a command.",
        )
        self.add_argument("--version", action="version", version=f"tesc {__version__}")
        self.commands = Commands(self)
        for name in (only,) if only in _ORDER else _ORDER:
            if name in _OTHER_TOOLS:
                self.commands.add_parser(name, help=_OTHER_TOOLS[name], add_help=False)
            else:
                import_module(f"tesc.cli.{name}").add_parser(self.commands)
