"""Errors in a configuration, with their places."""

from __future__ import annotations

from tesc.escaping import visible
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@record
class ConfigError:
    """One mistake. `line` and `column` count from 1; line 0 means the whole file.

    `before` is the text before it in its line, `text` the wrong text, if known.
    """

    path: str
    line: int
    column: int
    message: str
    before: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.said_as("error")

    def said_as(self, kind: str) -> str:
        """The mistake in one line, as an error or a warning."""
        place = f":{self.line}:{self.column}" if self.line else ""
        return visible(f"{self.path}{place}: {kind}: {self.message}")


class BadConfiguration(Exception):
    """A configuration cannot be used; the message has all errors, one per line."""

    def __init__(self, errors: Sequence[ConfigError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))
