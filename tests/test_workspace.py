"""Which of a run's files are units."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tesc.file_settings import Overrides
from tesc.workspace import Workspace


@pytest.fixture
def roots(tmp_path, monkeypatch):
    """A function that returns the roots of the units of files, given in this order."""
    monkeypatch.chdir(tmp_path)

    def resolved(files: dict[str, str]) -> list[str]:
        workspace = Workspace(Overrides(profile="default"))
        for path, text in files.items():
            Path(path).write_text(text)
        for path in files:
            workspace.add_file(path)
        workspace.resolve()
        return [unit.roots[0].source.path for unit in workspace.units]

    return resolved


def test_an_included_file_is_not_a_root(roots):
    files = {"a": 'include "b"\n', "b": 'include "c"\n', "c": "x(void)\n", "d": "y(void)\n"}
    for order in itertools.permutations(files):
        assert sorted(roots({path: files[path] for path in order})) == ["a", "d"]


def test_of_files_that_include_each_other_the_first_is_the_root(roots):
    files = {"a": 'include "b"\n', "b": 'include "c"\n', "c": 'include "a"\n'}
    for order in itertools.permutations(files):
        assert roots({path: files[path] for path in order}) == [order[0]]


def test_none_of_them_is_if_another_file_includes_them(roots):
    files = {"a": 'include "b"\n', "b": 'include "a"\n', "c": 'include "b"\n'}
    for order in itertools.permutations(files):
        assert roots({path: files[path] for path in order}) == ["c"]


def test_a_file_that_includes_itself_is_one(roots):
    assert roots({"a": 'include "a"\n', "b": "x(void)\n"}) == ["a", "b"]
