"""What is wrong with a trace: values with byte offsets, counted, never more than a screenful."""

from __future__ import annotations

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Kinds of errors that are told apart; a trace of noise has more than anybody reads.
MOST_KINDS = 32


@record
class TraceError:
    """Something wrong at `offset` of a trace, and how often: `count` records are lost to it."""

    path: str
    offset: int
    message: str
    count: int = 1

    def __str__(self) -> str:
        more = f" (the first of {self.count:,} such records)" if self.count > 1 else ""
        return f"{self.path}: byte {self.offset}: {self.message}{more}"


class Unusable(Exception):
    """A trace of which nothing can be read; the message says why."""


class Broken(Exception):
    """Where a trace stops making sense; nothing behind it can be found."""


class PayloadMismatch(Exception):
    """A record whose payload is not what its event's declaration says."""


class TraceErrors:
    """The errors of one trace, by kind: of each the first place and a count."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[object, TraceError] = {}

    def note(self, kind: object, offset: int, message: str) -> None:
        """Note an error; `kind` says which ones are of one kind."""
        known = self._found.get(kind)
        if known is None and len(self._found) >= MOST_KINDS:
            kind, message = None, "a record that can't be decoded, for yet other reasons"
            known = self._found.get(kind)
        if known is None:
            self._found[kind] = TraceError(self.path, offset, message)
        else:
            self._found[kind] = TraceError(self.path, known.offset, known.message, known.count + 1)

    def __iter__(self) -> Iterator[TraceError]:
        return iter(sorted(self._found.values(), key=lambda error: error.offset))

    def __len__(self) -> int:
        return len(self._found)
