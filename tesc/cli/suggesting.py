"""A parser that suggests a known word for an unknown one, and the arguments of a parser.

The only module that uses private names of argparse: there is no public way to do either.
"""

from __future__ import annotations

import argparse

from tesc.cli.formatting import Filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SuggestingParser(argparse.ArgumentParser):
    """A parser whose errors suggest the known word nearest to the one given."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", Filled)
        super().__init__(**keywords)
        self._brief: str | None = None

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, unknown = self.parse_known_args(args, namespace)
        return self._all_known(options, unknown)

    def parse_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, unknown = self.parse_known_intermixed_args(args, namespace)
        return self._all_known(options, unknown)

    def parse_known_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        # During the call, some versions of argparse hide the positional arguments from the usage.
        self._brief = self._brief_usage()
        return super().parse_known_intermixed_args(args, namespace)

    def _all_known(self, options: Any, unknown: list[str]) -> Any:
        if unknown:
            refuse(self, unknown)
        return options

    def error(self, message: str) -> Any:
        """Report wrong usage and exit with status 2, without argparse's long list of all options."""
        from tesc.escaping import visible

        self.exit(2, f"{self._brief or self._brief_usage()}{self.prog}: error: {visible(message)}\n")

    def _brief_usage(self) -> str:
        """The usage in one line, with only the required options."""
        formatter = Filled(self.prog if self.usage else f"{self.prog} [options]", width=1000)
        shown = [one for one in self._actions if one.required or not one.option_strings]
        formatter.add_usage(self.usage, shown, [])
        return f"{formatter.format_help().rstrip()} (see '{self.prog} --help')\n"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            from tesc.nearest import did_you_mean

            like = did_you_mean(str(value), [str(word) for word in action.choices or ()])
            if action.nargs == argparse.PARSER:
                like = like or f"; '{self.prog} --help' lists them"
                self.error(f"no command is called '{value}'{like}")
            error.message += like
            raise


def refuse(parser: argparse.ArgumentParser, unknown: list[str]) -> None:
    """Report unknown arguments, with the option that the first one resembles, and end."""
    from tesc.nearest import did_you_mean

    like = did_you_mean(unknown[0].partition("=")[0], option_strings(parser))
    parser.error(f"unrecognized arguments: {' '.join(unknown)}{like}")


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """All arguments of a parser, options and positional ones, in the order in which they were added."""
    return parser._actions


def option_strings(parser: argparse.ArgumentParser) -> list[str]:
    """All spellings of a parser's options."""
    return [option for action in actions_of(parser) for option in action.option_strings]
