"""Work in parallel processes: how many, who does what, and the messages between them."""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, BinaryIO


class Interrupted(Exception):
    """Another process of the run was stopped, or failed; the message says how."""


def cores() -> int:
    """The number of the machine's cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def dealt(costs: Sequence[int], shares: Sequence[float]) -> list[list[int]]:
    """The indices of `costs`, dealt out so that the total cost of each is in proportion to its share."""
    found: list[list[int]] = [[] for _ in shares]
    loads = [0.0] * len(shares)
    for at in sorted(range(len(costs)), key=lambda at: -costs[at]):
        least = loads.index(min(loads))
        found[least].append(at)
        loads[least] += costs[at] / shares[least]
    return found


class Parallel:
    """The result of a function, which another process computes while this one does other work.

    The result must be marshallable, and the function must have no side effects: `end`, or leaving the
    `with` statement, kills the other process if the result was not used. If the other process fails,
    cannot be started or is not `wanted`, the function is called in this one when the result is needed.
    """

    def __init__(self, function: Callable[[], Any], wanted: bool = True) -> None:
        self._function = function
        self._pid = 0
        if not wanted or not hasattr(os, "fork"):
            return
        try:
            pipe, to_parent = os.pipe()
        except OSError:  # too many open files
            return
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            self._pid = os.fork()
        except OSError:  # too many processes, or too little memory
            os.close(pipe)
            os.close(to_parent)
            return
        if self._pid == 0:
            _answer(function, to_parent, pipe)
        os.close(to_parent)
        self._pipe = open(pipe, "rb")  # noqa: SIM115 - stays open while the process runs

    def result(self) -> Any:
        """What the function returns; raises what it raises."""
        found = None
        if self._pid:
            found = receive(self._pipe)
            self._close()
        return self._function() if found is None else found[0]

    def end(self) -> None:
        """Kill the other process unless it has answered."""
        if self._pid:
            os.kill(self._pid, 9)
            self._close()

    def __enter__(self) -> Parallel:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _close(self) -> None:
        self._pipe.close()
        os.waitpid(self._pid, 0)
        self._pid = 0


def _answer(function: Callable[[], Any], pipe: int, unused: int) -> None:
    """Send the result of the function; runs in the other process, and does not return."""
    try:
        import signal

        # Ctrl-C reaches all processes; the first one reports it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # If this end stayed open, this process would wait for ever to be read by one that has ended.
        os.close(unused)
        send(pipe, (function(),))
    except BaseException:  # the first process calls it again, and reports the error
        pass
    finally:
        os._exit(0)


def send(pipe: int, message: Any) -> None:
    """Write a value to a pipe: its length in 8 bytes, then the marshalled value. Raises OSError."""
    data = marshal.dumps(message)
    data = len(data).to_bytes(8, "little") + data
    while data:
        data = data[os.write(pipe, data) :]


def receive(pipe: BinaryIO) -> Any:
    """The next value from a pipe, or None if no sender is left."""
    size = int.from_bytes(pipe.read(8), "little")
    data = pipe.read(size)
    return marshal.loads(data) if size and len(data) == size else None
