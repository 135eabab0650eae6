"""Results made from an event's payloads, cached for repeated ones, and made for many at once."""

from __future__ import annotations

import struct

from tesc.trace.columnwise import many_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.values import Values

# The longest payloads that are cached.
LONGEST_KEPT = 512
# Fewer payloads of one length are not worth creating an unpacker.
_FEW_TEXTS = 4


class Shape:
    """How payloads with one text are laid out: `index` is the text's place, `least` their size without it."""

    def __init__(self, order: str, texts: Sequence[bool]) -> None:
        self.index = texts.index(True)
        self.least = 8 * len(texts) - 4
        self._order = order
        self._after = len(texts) - self.index - 1

    def unpacker(self, size: int) -> struct.Struct:
        """The unpacker for payloads whose text, after its length, has so many bytes."""
        return struct.Struct(f"{self._order}{self.index}QI{size}s{self._after}Q")


class Made(dict):  # type: ignore[type-arg]
    """A cache of converted payloads of an event; looking up a new one converts it. Raises as splitters do."""

    __slots__ = ("fixed", "make", "many", "shape", "split", "texts")

    def __init__(
        self,
        split: Callable[[bytes], Values],
        make: Callable[[Values], Any],
        fixed: struct.Struct | None = None,
        shape: Shape | None = None,
        texts: Sequence[bool] = (),
    ) -> None:
        """`fixed` is the layout of payloads that are all of one size, `shape` of those with one text.

        `texts` says which arguments are text.
        """
        super().__init__()
        self.split = split
        self.make = make
        # The function that does the same for columns of many payloads' values, if any.
        self.many = many_of(make) if texts else None
        self.texts = texts
        self.fixed = fixed
        self.shape = shape

    def all_of(self, payloads: list[bytes]) -> list[Any]:
        """What is made from each payload; from new ones all at once, if their layout allows it."""
        found = list(map(self.get, payloads))
        if all(found):
            return found
        # The result may also be None, for records that a condition excludes.
        new = list(dict.fromkeys([p for p, made in zip(payloads, found) if not made and p not in self]))
        if self.fixed is not None and self.fixed.size:
            self.update(zip(new, map(self.make, self.fixed.iter_unpack(b"".join(new)))))
        elif self.shape is not None:
            self._meet_texts(new, self.shape)
        return list(map(self.__getitem__, payloads))

    def _meet_texts(self, new: list[bytes], shape: Shape) -> None:
        """Payloads with one text, whose layout follows from their length: those of each length at once."""
        lengths: dict[int, list[bytes]] = {}
        for payload in new:
            if len(payload) <= LONGEST_KEPT:
                lengths.setdefault(len(payload), []).append(payload)
        for length, some in lengths.items():
            size = length - shape.least
            if len(some) < _FEW_TEXTS or size < 0:
                continue  # made on lookup
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
