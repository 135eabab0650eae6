"""Mistakes made in trees are found, and nothing else."""

from __future__ import annotations

import shutil

import pytest

from tests.uses.generated_tree import write_tree
from tests.uses.mistakes import KINDS, Tree, findings, judged

_FEW = {**dict.fromkeys(KINDS, 2), "misspelt call": 6, "argument left out": 4, "arguments swapped": 4}


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_generated_tree(tmp_path, seed):
    write_tree(tmp_path)
    before = findings(tmp_path)
    assert before == []
    tree = Tree(tmp_path, seed)
    mistakes = tree.put_in(_FEW)
    assert len(mistakes) == sum(_FEW.values())
    tree.write()
    assert judged(before, findings(tmp_path), mistakes) == ([], [])


@pytest.mark.nightly
def test_two_hundred_in_qemu(qemu_tree, tmp_path):
    root = tmp_path / "tree"
    shutil.copytree(qemu_tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    before = findings(root)
    tree = Tree(root, 13)
    mistakes = tree.put_in(KINDS)
    tree.write()
    assert len(mistakes) == 200
    assert judged(before, findings(root), mistakes) == ([], [])
