"""Work in another process."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tesc.beside import Beside


def test_the_result_is_another_process_s():
    assert Beside(os.getpid).result() != os.getpid() or not hasattr(os, "fork")


def test_what_it_says_can_be_asked_for_again():
    with Beside(lambda: ["ä", None]) as beside:
        assert [beside.result(), beside.result()] == [["ä", None]] * 2


def test_nothing_is_a_result():
    here = os.getpid()
    beside = Beside(lambda: None if os.getpid() != here else "here")
    assert beside.result() is None or not hasattr(os, "fork")


def test_what_fails_there_fails_here():
    def fail():
        raise OSError(2, "no such file", "x")

    with pytest.raises(OSError, match="no such file"):
        Beside(fail).result()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
@pytest.mark.parametrize("end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: object()])
def test_what_cannot_be_had_from_there_is_made_here(end):
    here = os.getpid()
    assert Beside(lambda: end() if os.getpid() != here else "here").result() == "here"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_more_than_a_pipe_holds():
    assert Beside(lambda: "x" * 3_000_000).result() == "x" * 3_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no other process")
def test_a_result_that_is_not_used_is_not_waited_for(monkeypatch):
    forked, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(fork()) or forked[-1])
    with Beside(lambda: time.sleep(600)):
        pass
    (child,) = forked
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


def test_no_other_process_if_none_is_wanted():
    assert Beside(os.getpid, wanted=False).result() == os.getpid()
