"""The parser that helps with words that are not quite those it knows, and what it was given to parse.

The only module that uses names of argparse's own: there is no public way to either.
"""

from __future__ import annotations

import argparse

from tesc.cli.formatting import Filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SuggestingParser(argparse.ArgumentParser):
    """A parser that says which of the words it knows is much like the one that it was given."""

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
