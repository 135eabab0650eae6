"""Work in other processes."""

from __future__ import annotations

import os
import signal
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


def test_no_other_process_if_none_is_wanted():
    assert Parallel(os.getpid, wanted=False).result() == os.getpid()


@pytest.mark.parametrize("shares", [[1], [1, 1, 1], [1, 1, 0.35]])
def test_costs_are_dealt_out_in_proportion(shares):
    costs = [(at * 7919) % 101 for at in range(300)]
    found = dealt(costs, shares)
    assert sorted(at for mine in found for at in mine) == list(range(300))
    loads = [sum(costs[at] for at in mine) / share for mine, share in zip(found, shares)]
    assert max(loads) - min(loads) <= max(costs) / min(shares)
