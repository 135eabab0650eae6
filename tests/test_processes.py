"""Work in other processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from tesc.processes import Parallel, dealt


def test_the_result_is_another_process_s():
    assert Parallel(os.getpid).result() != os.getpid() or not hasattr(os, "fork")


def test_what_it_says_can_be_asked_for_again():
    with Parallel(lambda: ["ä", None]) as other:
        assert [other.result(), other.result()] == [["ä", None]] * 2


def test_nothing_is_a_result():
    here = os.getpid()
    other = Parallel(lambda: None if os.getpid() != here else "here")
    assert other.result() is None or not hasattr(os, "fork")


def test_what_fails_there_fails_here():
    def fail():
        raise OSError(2, "no such file", "x")

    with pytest.raises(OSError, match="no such file"):
        Parallel(fail).result()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
@pytest.mark.parametrize("end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: object()])
def test_what_cannot_be_had_from_there_is_made_here(end):
    here = os.getpid()
    assert Parallel(lambda: end() if os.getpid() != here else "here").result() == "here"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_more_than_a_pipe_holds():
    assert Parallel(lambda: "x" * 3_000_000).result() == "x" * 3_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_a_result_that_is_not_used_is_not_waited_for(monkeypatch):
    forked, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(fork()) or forked[-1])
    with Parallel(lambda: time.sleep(600)):
        pass
    (child,) = forked
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
@pytest.mark.parametrize("lacking", ["fork", "pipe"])
def test_what_cannot_be_started_is_done_here(monkeypatch, lacking):
    def fail():
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, lacking, fail)
    assert Parallel(os.getpid).result() == os.getpid()


_KILLED = """\
import os, time
from tesc.processes import Parallel

def work():
    time.sleep(0.5)
    return "x" * 3_000_000

others = [Parallel(work) for _ in range(3)]
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_no_process_outlives_the_killed_first_one():
    # All processes hold the pipe's other end, so that its end means that none is left.
    run = subprocess.run([sys.executable, "-c", _KILLED], stdout=subprocess.PIPE, check=False, timeout=30)
    assert run.returncode == -signal.SIGKILL


_INTERRUPTED = """\
import time
from tesc.processes import Parallel

with Parallel(lambda: time.sleep(600)) as other:
    print("ready", flush=True)
    other.result()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_an_interrupt_is_reported_once_and_ends_all():
    run = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"ready\n"
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=30)
    assert errors.count(b"KeyboardInterrupt") == 1


def test_no_other_process_if_none_is_wanted():
    assert Parallel(os.getpid, wanted=False).result() == os.getpid()


@pytest.mark.parametrize("shares", [[1], [1, 1, 1], [1, 1, 0.35]])
def test_costs_are_dealt_out_in_proportion(shares):
    costs = [(at * 7919) % 101 for at in range(300)]
    found = dealt(costs, shares)
    assert sorted(at for mine in found for at in mine) == list(range(300))
    loads = [sum(costs[at] for at in mine) / share for mine, share in zip(found, shares)]
    assert max(loads) - min(loads) <= max(costs) / min(shares)
