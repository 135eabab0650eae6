"""Outputs of removed trace-events files: `gen --check` says which are left over, `--prune` removes them."""

from __future__ import annotations

import json

import pytest

from tesc.cli.main import main


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "trace-events").write_text(f'{name}_one(int x) "x %d"\n')
    assert gen("-q") == 0
    return tmp_path


def gen(*words):
    return main(["gen", "--out", "out", "--isolated", *words])


def outputs(tree):
    return sorted(path.name for path in (tree / "out").iterdir() if path.name.startswith("trace-b"))


def test_left_over_and_removed(tree, capsys):
    (tree / "b" / "trace-events").unlink()
    assert gen("--check") == 1
    assert "left over: out/trace-b.c\nleft over: out/trace-b.h\n" in capsys.readouterr().out
    assert gen("--check", "--json") == 1
    assert json.loads(capsys.readouterr().out)["leftover"] == ["out/trace-b.c", "out/trace-b.h"]
    # A run that does not prune still remembers them.
    for _ in range(2):
        assert gen() == 0
    capsys.readouterr()
    assert gen("--check") == 1
    assert "0 missing, 0 different, 2 left over" in capsys.readouterr().out
    assert outputs(tree) == ["trace-b.c", "trace-b.h"]
    assert gen("--prune") == 0
    assert capsys.readouterr().out.endswith("2 removed\n")
    assert outputs(tree) == []
    assert gen("--check") == 0
    assert gen("--prune") == 0


def test_files_of_others_stay(tree, capsys):
    (tree / "b" / "trace-events").unlink()
    (tree / "out" / "trace-b.h").write_text("mine\n")
    (tree / "out" / "trace-c.h").write_text("mine\n")
    assert gen("--prune") == 0
    assert outputs(tree) == ["trace-b.h"]
    assert (tree / "out" / "trace-c.h").exists()
    assert gen("--check") == 0


def test_outputs_of_other_arguments_stay(tree):
    """Two runs may share a folder."""
    assert gen("-q", "--formats", "rs") == 0
    assert gen("-q", "--formats", "rs", "--prune") == 0
    assert outputs(tree) == ["trace-b.c", "trace-b.h", "trace-b.rs"]


def test_it_comes_back(tree):
    text = (tree / "b" / "trace-events").read_text()
    (tree / "b" / "trace-events").unlink()
    assert gen("-q") == 0
    (tree / "b" / "trace-events").write_text(text)
    assert gen("-q") == 0
    assert gen("--check") == 0
    assert gen("--prune") == 0
    assert outputs(tree) == ["trace-b.c", "trace-b.h"]


def test_a_check_removes_nothing(tree, capsys):
    assert gen("--check", "--prune") == 2
    assert "--prune removes files" in capsys.readouterr().err
