"""Processes that check some of a run's files while this one checks the others.

Each is a copy of this process, and sends back its findings in the cache's encoding. This process checks the
files whose findings a helper cannot send.
"""

from __future__ import annotations

import os
from functools import partial

from tesc.analysis.kept_reports import decoded, encoded
from tesc.processes import Parallel, cores, dealt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.nodes import Tree

    Look = Callable[[int], list[Diagnostic]]

# A helper takes milliseconds to start, and eventually copies all the memory that it reads.
FEWEST_EVENTS = 2_000
MOST_EVENTS = 100_000
_MOST_HELPERS = 7
# This process's share of the files: it also runs the rules on all of them.
_OWN_SHARE = 0.35


class Helpers:
    """Processes that check files; `look(number)` checks one of `trees`."""

    def __init__(self, trees: Sequence[Tree], look: Look) -> None:
        self._trees = trees
        self._running: list[Parallel] = []
        # The numbers of the files that this process checks.
        self.left: list[int] = list(range(len(trees)))
        events = [len(tree.items) for tree in trees]
        helpers = min(cores() - 1, _MOST_HELPERS)
        if helpers > 0 and FEWEST_EVENTS <= sum(events) <= MOST_EVENTS and hasattr(os, "fork"):
            *shares, self.left = dealt(events, [1.0] * helpers + [_OWN_SHARE])
            self._running = [Parallel(partial(_checked, mine, trees, look)) for mine in shares if mine]

    def found(self) -> dict[int, list[Diagnostic]]:
        """The findings of the processes, by the numbers of the files."""
        made: dict[int, list[Diagnostic]] = {}
        for running in self._running:
            for number, values in running.result():
                source = self._trees[number].source
                made[number] = [decoded(source, *value) for value in values]
        self._running = []
        return made


def _checked(numbers: Sequence[int], trees: Sequence[Tree], look: Look) -> list[tuple[int, list[Any]]]:
    """The numbers of files and their encoded findings, without files that have one that cannot be sent."""
    found = []
    for number in numbers:
        values = [encoded(one, trees[number].source) for one in look(number)]
        if None not in values:
            found.append((number, values))
    return found
