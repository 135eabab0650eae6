"""Fixtures for the tests of several commands."""

from __future__ import annotations

import pytest

from tests.cli.generating import write
from tests.cli.repository import BAD, GOOD, Repository


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """An empty working folder outside any checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=[40_000, 1], ids=["alone", "dealt out"])
def small_tree(request, tmp_path, monkeypatch):
    """A working folder with a small tree, read by one process or by several."""
    monkeypatch.setattr("tesc.source_tree.WORTH_A_PROCESS", request.param)
    monkeypatch.chdir(tmp_path)
    write("trace-events", 'start(void) "go"\n')
    write("hw/lamp/trace-events", 'lamp_level(int level) "level %d"\ndisable lamp_off(void) "off"\n')
    write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu"\n')
    return tmp_path


@pytest.fixture
def repository(need, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    made = Repository(need("git", "git"), tmp_path / "work", tmp_path / "home")
    made.git("init", "--quiet")
    return made


@pytest.fixture
def topic(repository):
    """A repository with a checked-out branch whose base has two old findings."""
    repository.commit(a=GOOD.format("a_old") + BAD.format("a_bad"), b=BAD.format("b_bad"))
    repository.git("switch", "--quiet", "--create", "topic")
    return repository


@pytest.fixture
def changed(topic):
    """A repository with an old finding below a new one."""
    lines = topic.read("a/trace-events").splitlines(keepends=True)
    topic.write("a/trace-events", "".join([lines[0], BAD.format("a_new"), *lines[1:]]))
    return topic
