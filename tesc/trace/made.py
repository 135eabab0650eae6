"""Converts an event's payloads, many at once; results for repeated payloads are cached."""

from __future__ import annotations

import struct

from tesc.trace.columnwise import many_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.values import Values

# Longer payloads are not cached.
LONGEST_KEPT = 512
# For fewer payloads of one length, an unpacker is not worth creating.
_FEW_TEXTS = 4


class Shape:
    """The layout of payloads with one string: `index` is the string's place, `least` the size without it."""

    def __init__(self, order: str, texts: Sequence[bool]) -> None:
        self.index = texts.index(True)
        self.least = 8 * len(texts) - 4
        self._order = order
        self._after = len(texts) - self.index - 1

    def unpacker(self, size: int) -> struct.Struct:
        """The unpacker for payloads whose string has `size` bytes."""
        return struct.Struct(f"{self._order}{self.index}QI{size}s{self._after}Q")


class Made(dict):  # type: ignore[type-arg]
    """A cache of converted payloads of an event; looking up a new one converts it. Raises like splitters."""

    __slots__ = ("fixed", "make", "many", "shape", "split", "texts")

    def __init__(
        self,
        split: Callable[[bytes], Values],
        make: Callable[[Values], Any],
        fixed: struct.Struct | None = None,
        shape: Shape | None = None,
        texts: Sequence[bool] = (),
    ) -> None:
        """`fixed` is the layout of payloads of a fixed size, `shape` of those with one string.

        `texts` says which arguments are text.
        """
        super().__init__()
        self.split = split
        self.make = make
        # The function that does the same for columns of many payloads' values, or None.
        self.many = many_of(make) if texts else None
        self.texts = texts
        self.fixed = fixed
        self.shape = shape

    def all_of(self, payloads: list[bytes]) -> list[Any]:
        """The converted payloads; new ones are converted all at once, if their layout allows it."""
        found = list(map(self.get, payloads))
        if all(found):
            return found
        # The result may be None, for records that a condition excludes.
        new = list(dict.fromkeys([p for p, made in zip(payloads, found) if not made and p not in self]))
        if self.fixed is not None and self.fixed.size:
            self.update(zip(new, map(self.make, self.fixed.iter_unpack(b"".join(new)))))
        elif self.shape is not None:
            self._convert_texts(new, self.shape)
        return list(map(self.__getitem__, payloads))

    def _convert_texts(self, new: list[bytes], shape: Shape) -> None:
        """Convert new payloads with one string, all of one length at once: it determines their layout."""
        lengths: dict[int, list[bytes]] = {}
        for payload in new:
            if len(payload) <= LONGEST_KEPT:
                lengths.setdefault(len(payload), []).append(payload)
        for length, some in lengths.items():
            size = length - shape.least
            if len(some) < _FEW_TEXTS or size < 0:
                continue  # converted on lookup
            found = shape.unpacker(size).iter_unpack(b"".join(some))
            at = shape.index
            values = [(*words[:at], *words[at + 1 :]) for words in found if words[at] == size]
            if len(values) == len(some):
                self.update(zip(some, map(self.make, values)))

    def __missing__(self, payload: bytes) -> Any:
        made = self.make(self.split(payload))
        if len(payload) <= LONGEST_KEPT:
            self[payload] = made
        return made
