"""Making planned files and writing them, in as many processes as the work is worth.

Nothing is written before all is made: every process makes its share, says what it could not, and
writes when it hears that nobody failed.
"""

from __future__ import annotations

import os
import sys

from tesc.beside import Interrupted, receive, send
from tesc.codegen.tree.manifest import hashed, state_of
from tesc.codegen.tree.plan import generate
from tesc.files import write_bytes
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Literal, Optional

    from tesc.codegen.tree.plan import Planned

    Before = Literal["same", "different", "missing"]
    # Plans some of the files, each when the one before is made; None in place of one that can't be
    # planned without the others.
    Part = Callable[[], Iterable[Optional[Planned]]]

# Microseconds of work from which on another process makes up for its start.
WORTH_A_PROCESS = 40_000


@record
class Made:
    """A file that was made: its path, what was there before (of files that are written, a missing one
    is "different" too), and for the manifest the content's hash and the state that the file is in now
    (empty if it was not written).
    """

    path: str
    before: Before
    content_hash: str
    state: str


def _path(folder: str, name: str) -> str:
    return name if folder == "." else os.path.join(folder, name)


class _Share:
    """The files that one process makes."""

    def __init__(self, folder: str, part: Part, write: bool) -> None:
        self._folder = folder
        self._part = part
        self._write = write
        self._texts: list[tuple[str, str]] = []
        self._folders: set[str] = set()

    def make(self, progress: Callable[[int], None]) -> list[str] | None:
        """Make the texts; returns what some output cannot hold, as it is printed.

        None where the part cannot be made by itself.
        """
        refused = []
        for planned in self._part():
            if planned is None:
                return None
            file, refusals = generate(planned)
            refused += [refusal.line for refusal in refusals]
            self._texts.append((_path(self._folder, file.name), file.text))
            progress(planned.cost)
        return refused

    def finish(self) -> list[tuple[str, Before, str, str]]:
        """Write the texts that changed, or tell which would."""
        return [self._finished(path, text) for path, text in self._texts]

    def _make_folder(self, folder: str) -> None:
        if folder not in self._folders:
            os.makedirs(folder or ".", exist_ok=True)
            self._folders.add(folder)

    def _finished(self, path: str, text: str) -> tuple[str, Before, str, str]:
        data = text.encode("utf-8", "surrogateescape")
        if self._write:
            self._make_folder(os.path.dirname(path))
            changed = write_bytes(path, data)
            return path, "different" if changed else "same", hashed(data), state_of(path)
        try:
            with open(path, "rb") as file:
                return path, "same" if file.read(len(data) + 1) == data else "different", "", ""
        except FileNotFoundError:
            return path, "missing", "", ""


class _Worker:
    """Another process with a share of its own. Messages are marshalled values, lengths before them."""

    def __init__(self, share: _Share, others: Sequence[_Worker]) -> None:
        self.to_child: int
        from_child, to_parent = os.pipe()
        from_parent, to_child = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            # An end that stays open here would keep a worker waiting whose parent is gone.
            for end in (from_child, to_child, *(one.to_child for one in others)):
                os.close(end)
            _work(share, from_parent, to_parent)
        os.close(to_parent)
        os.close(from_parent)
        self._from_child = open(from_child, "rb")  # noqa: SIM115 - it is open as long as the process runs
        self.to_child = to_child

    def answer(self) -> Any:
        """What the process says next. Raises OSError for one of its own, and Interrupted."""
        kind, value = receive(self._from_child) or ("stopped", "a process of the run was stopped")
        if kind == "os error":
            raise OSError(*value)
        if kind != "value":
            raise Interrupted(value)
        return value

    def go(self) -> None:
        try:
            os.write(self.to_child, b"!")
        except BrokenPipeError:
            pass  # asking for its answer says

    def close(self) -> None:
        """End it: one that has not heard to continue writes nothing."""
        os.close(self.to_child)
        self._from_child.close()
        os.waitpid(self._pid, 0)


def _work(share: _Share, from_parent: int, to_parent: int) -> None:
    """The life of another process; it does not return."""
    status = 1
    try:
        import signal

        # Ctrl-C reaches all; the first process hears of it and lets go of the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        send(to_parent, ("value", share.make(lambda cost: None)))
        if os.read(from_parent, 1):
            send(to_parent, ("value", share.finish()))
        status = 0
    except OSError as error:
        send(to_parent, ("os error", (error.errno, error.strerror, error.filename)))
    except Exception as error:
        send(to_parent, ("failed", f"{type(error).__name__}: {error}"))
    finally:
        os._exit(status)


def _shares(planned: Sequence[Planned], processes: int) -> list[list[Planned]]:
    """The files, dealt out so that all processes have about the same to do."""
    costs = [one.cost for one in planned]
    most = min(processes, sum(costs) // WORTH_A_PROCESS, len(planned))
    count = max(1, most) if hasattr(os, "fork") else 1
    return [[planned[at] for at in share] for share in dealt(costs, count)]


def dealt(costs: Sequence[int], count: int) -> list[list[int]]:
    """The numbers of things, dealt out so that all get about the same to do."""
    shares: list[list[int]] = [[] for _ in range(count)]
    given = [0] * count
    for at in sorted(range(len(costs)), key=lambda at: -costs[at]):
        least = given.index(min(given))
        shares[least].append(at)
        given[least] += costs[at]
    return shares


def run(
    folder: str,
    planned: Sequence[Planned],
    processes: int,
    write: bool,
    progress: Callable[[float], None],
) -> tuple[list[str], list[Made]]:
    """Make the files, and write those that changed unless some output cannot hold an event.

    Returns what outputs cannot hold, and what was made, in the order of the plan. `progress` hears
    of the part that is done. Raises OSError, after which every file is as it was or as it will be.
    """
    shares = [lambda share=share: share for share in _shares(planned, processes)]
    total = sum(one.cost for one in planned)
    found = run_parts(folder, shares, [one.name for one in planned], total, write, progress)
    assert found is not None
    return found


def run_parts(
    folder: str,
    parts: Sequence[Part],
    names: Sequence[str],
    total: int,
    write: bool,
    progress: Callable[[float], None],
) -> tuple[list[str], list[Made]] | None:
    """The same for parts, each of which a process plans by itself; None, and nothing done, where one can't.

    `names` are those of all files, in order, and `total` is about what they cost.
    """
    mine, *theirs = [_Share(folder, part, write) for part in parts]
    done = 0

    def count(cost: int) -> None:
        nonlocal done
        done += cost * (len(theirs) + 1)
        progress(min(done / (total or 1), 1.0))

    workers: list[_Worker] = []
    try:
        for share in theirs:
            workers.append(_Worker(share, workers))
        answers = [mine.make(count), *(worker.answer() for worker in workers)]
        refused = []
        for answer in answers:
            if answer is None:
                return None
            refused += answer
        if refused:
            return refused, []
        for worker in workers:
            worker.go()
        finished = mine.finish()
        for worker in workers:
            finished += worker.answer()
    finally:
        for worker in workers:
            worker.close()
    order = {_path(folder, name): at for at, name in enumerate(names)}
    return [], sorted((Made(*one) for one in finished), key=lambda made: order[made.path])
