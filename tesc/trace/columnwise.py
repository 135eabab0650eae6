"""Makes rows of text from columns of values, many at a time.

In thousands of records of one event, most arguments (a device, a flag, a length) have few different values.
Each value is formatted once, and an argument that is the same in all records becomes part of the constant
text.
"""

from __future__ import annotations

from itertools import repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Union

    # Text that all rows have, or the number of a column and the texts of its values.
    Part = Union[str, tuple[int, "Shown"]]
    Many = Callable[[Sequence[Sequence[Any]]], Sequence[Any]]

_MOST_KEPT = 1 << 14


class Shown(dict):  # type: ignore[type-arg]
    """A cache of values' texts, limited in size."""

    def __init__(self, show: Callable[[Any], str]) -> None:
        super().__init__()
        self._show = show

    def __missing__(self, value: Any) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        made = self[value] = self._show(value)
        return made


def texts_of(parts: Sequence[Part], columns: Sequence[Sequence[Any]]) -> list[str]:
    """The text of each row: its parts, one after another. There must be at least one column and one row."""
    pieces: list[str | list[str]] = [""]
    for part in parts:
        shown = part if isinstance(part, str) else _texts(part[1], columns[part[0]])
        before = pieces[-1]
        if isinstance(shown, str) and isinstance(before, str):
            pieces[-1] = before + shown
        else:
            pieces.append(shown)
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return [pieces[0]] * len(columns[0])
    return list(map("".join, zip(*[repeat(one) if isinstance(one, str) else one for one in pieces])))


def _texts(shown: Shown, column: Any) -> str | list[str]:
    """The texts of a column's values, or their only text."""
    if hasattr(column, "dtype"):
        if (column == column[0]).all():
            made: str = shown[int(column[0])]
            return made
        return list(map(shown.__getitem__, column.tolist()))
    values = column.tolist() if hasattr(column, "tolist") else column
    if values.count(values[0]) == len(values):
        same: str = shown[values[0]]
        return same
    return list(map(shown.__getitem__, values))


def with_many(make: Callable[[Any], Any], many: Many) -> Callable[[Any], Any]:
    """Attach to `make` a function that does the same for many records at once; returns `make`."""
    make.many = many  # type: ignore[attr-defined]
    return make


def many_of(make: Callable[[Any], Any]) -> Many | None:
    """The function that does for columns what `make` does for a record; None if there is none."""
    found: Many | None = getattr(make, "many", None)
    return found
