"""Errors in a trace, with byte offsets and counts; never more than a screenful."""

from __future__ import annotations

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# The maximum number of kinds of errors to list; random data has too many to read.
MOST_KINDS = 32


@record
class TraceError:
    """An error at `offset` of a trace, and `count` - 1 like it later.

    `events` is how many events are missing because of them all, where the trace says so.
    """

    path: str
    offset: int
    message: str
    count: int = 1
    events: int = 0

    def __str__(self) -> str:
        more = ""
        if self.count > 1 and self.events:
            more = f" (the first of {self.count:,} such places, {self.events:,} events in all)"
        elif self.count > 1:
            more = f" (the first of {self.count:,} such records)"
        return f"{self.path}: byte {self.offset}: {self.message}{more}"


class Unusable(Exception):
    """No record of a trace can be read; the message says why."""


class Broken(Exception):
    """The trace is invalid from here on; no later record can be found."""


class PayloadMismatch(Exception):
    """A record's payload does not fit its event's declaration."""


class TraceErrors:
    """The errors of one trace, by kind, each with its first place and a count."""

    def __init__(self, path: str, most: int | None = MOST_KINDS) -> None:
        """`most` is how many kinds are listed; None for a part of a trace, which is merged later."""
        self.path = path
        self._most = most
        self._found: dict[object, TraceError] = {}

    def note(self, kind: object, offset: int, message: str, events: int = 0) -> None:
        """Note an error; errors with equal `kind` are counted together, with what events they cost."""
        self._add(kind, TraceError(self.path, offset, message, events=events))

    def merge(self, others: TraceErrors) -> None:
        """Add the errors of the following part of the trace."""
        for kind, error in others._found.items():
            self._add(kind, error)

    def _add(self, kind: object, error: TraceError) -> None:
        known = self._found.get(kind)
        if known is None and self._most is not None and len(self._found) >= self._most:
            kind, message = None, "a record that cannot be decoded, for other reasons"
            known = self._found.get(kind)
            error = TraceError(self.path, error.offset, message, error.count)
        if known is not None:
            error = TraceError(
                path=self.path,
                offset=known.offset,
                message=known.message,
                count=known.count + error.count,
                events=known.events + error.events,
            )
        self._found[kind] = error

    def __iter__(self) -> Iterator[TraceError]:
        return iter(sorted(self._found.values(), key=lambda error: error.offset))

    def __len__(self) -> int:
        return len(self._found)
