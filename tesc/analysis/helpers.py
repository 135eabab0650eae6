"""Processes that check some of a run's files while this one checks the others.

Each is a copy of this process, and sends back its findings in the cache's encoding. This process checks the
files that a helper cannot send or does not finish.
"""

from __future__ import annotations

import marshal
import os

from tesc.analysis.kept_reports import decoded, encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.nodes import Tree

    Look = Callable[[int], list[Diagnostic]]

# A helper takes milliseconds to start, and eventually copies all the memory that it reads.
FEWEST_EVENTS = 2_000
MOST_EVENTS = 100_000
_MOST_HELPERS = 7
# This process's share of the files: it also runs the rules on all of them.
_OWN_SHARE = 0.35


def cores() -> int:
    """How many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Helpers:
    """Processes that check files; `look(number)` checks one of `trees`."""

    def __init__(self, trees: Sequence[Tree], look: Look) -> None:
        self._trees = trees
        self._running: list[tuple[int, int]] = []
        # The numbers of the files that this process checks.
        self.left: list[int] = list(range(len(trees)))
        events = [len(tree.items) for tree in trees]
        helpers = min(cores() - 1, _MOST_HELPERS)
        if helpers > 0 and FEWEST_EVENTS <= sum(events) <= MOST_EVENTS and hasattr(os, "fork"):
            *shares, self.left = _shares(events, helpers)
            self._running = [_started(mine, trees, look) for mine in shares if mine]

    def found(self) -> dict[int, list[Diagnostic]]:
        """The findings of the processes, by the numbers of the files that they finished."""
        made: dict[int, list[Diagnostic]] = {}
        for child, pipe in self._running:
            with open(pipe, "rb") as stream:
                data = stream.read()
            _, status = os.waitpid(child, 0)
            if not status:
                for number, values in marshal.loads(data):
                    source = self._trees[number].source
                    made[number] = [decoded(source, *value) for value in values]
        self._running = []
        return made


def _shares(sizes: Sequence[int], helpers: int) -> list[list[int]]:
    """File numbers for each helper and, last, for this process: the largest first, to the smallest share."""
    loads = [0.0] * (helpers + 1)
    shares: list[list[int]] = [[] for _ in loads]
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        at = min(range(len(loads)), key=lambda at: loads[at])
        loads[at] += sizes[number] / (_OWN_SHARE if at == helpers else 1)
        shares[at].append(number)
    return shares


def _started(numbers: Sequence[int], trees: Sequence[Tree], look: Look) -> tuple[int, int]:
    """Start a process that checks some files; returns its ID and the pipe with its results."""
    receive, send = os.pipe()
    child = os.fork()
    if child:
        os.close(send)
        return child, receive
    status = 1
    try:
        os.close(receive)
        found = []
        for number in numbers:
            values = [encoded(one, trees[number].source) for one in look(number)]
            if None not in values:
                found.append((number, values))
        with open(send, "wb") as stream:
            marshal.dump(found, stream)
        status = 0
    finally:
        # Skip the parent's exit handlers and buffers.
        os._exit(status)
