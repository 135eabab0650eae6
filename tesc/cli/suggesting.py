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


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """All arguments of a parser, options and positional ones, in the order in which they were added."""
    return parser._actions
