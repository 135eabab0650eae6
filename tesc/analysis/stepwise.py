"""Work in steps, between which other work may run: generators that yield None and return a result."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeVar

    T = TypeVar("T")


def at_once(steps: Generator[None, None, T]) -> T:
    """Run all steps; returns the result."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
