"""Helper processes that check files: the findings are the same, whatever happens to the processes."""

from __future__ import annotations

import os

import pytest

from tesc.analysis import check as checking
from tesc.analysis import helpers
from tesc.analysis.check import Memory, check
from tesc.analysis.selection import chosen
from tesc.file_settings import Overrides
from tesc.syntax.source import Source
from tesc.workspace import Workspace

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="helpers are forked")


def units(files: int = 9):
    workspace = Workspace(Overrides(isolated=True, profile="qemu"))
    for number in range(files):
        text = "".join(
            f'e{number}_{at}(int a, uint64_t b, char c) "%x %s{" " * at}"\n' for at in range(number + 1)
        )
        workspace.add_source(Source(f"d{number}/trace-events", text))
    workspace.resolve()
    return workspace


def found(workspace, memory):
    rules, levels = chosen(workspace.settings)
    return check(workspace.units, rules, workspace.settings, {}, levels, memory)


@pytest.fixture
def started(monkeypatch):
    """Helpers for any number of events, and how many were started."""
    monkeypatch.setattr(helpers, "FEWEST_EVENTS", 1)
    monkeypatch.setattr(helpers, "cores", lambda: 4)
    made = []
    real = helpers.Parallel
    monkeypatch.setattr(helpers, "Parallel", lambda look: made.append(look.args[0]) or real(look))
    return made


def test_the_same_is_found(started):
    workspace = units()
    alone = found(workspace, Memory())
    assert started == [] and alone
    assert found(workspace, Memory(with_helpers=True)) == alone
    assert len(started) == 3
    shared = [number for mine in started for number in mine]
    assert len(shared) == len(set(shared)) >= 6


def test_none_is_started_if_everything_is_cached(started):
    workspace = units()
    memory = Memory(with_helpers=True)
    first = found(workspace, memory)
    del started[:]
    assert found(workspace, memory) == first
    assert started == []


@pytest.mark.parametrize("how", ["fails", "is killed"])
def test_what_a_helper_leaves_is_done_here(started, monkeypatch, how):
    workspace = units()
    alone = found(workspace, Memory())
    parent = os.getpid()
    real = checking.found_in_file

    def look(tree, *facts):
        if os.getpid() != parent:
            if how == "fails":
                raise ValueError("in the helper")
            os.kill(os.getpid(), 9)
        return real(tree, *facts)

    monkeypatch.setattr(checking, "found_in_file", look)
    assert found(workspace, Memory(with_helpers=True)) == alone
    assert len(started) == 3


def test_few_files_and_very_many_need_no_helper(monkeypatch):
    monkeypatch.setattr(helpers, "cores", lambda: 4)
    monkeypatch.setattr(helpers, "Parallel", lambda look: pytest.fail("a process is started"))
    workspace = units()
    found(workspace, Memory(with_helpers=True))
    monkeypatch.setattr(helpers, "FEWEST_EVENTS", 1)
    monkeypatch.setattr(helpers, "MOST_EVENTS", 3)
    found(workspace, Memory(with_helpers=True))
