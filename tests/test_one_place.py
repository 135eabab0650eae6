"""Whoever searches for a fact by its obvious words finds the one place that has it first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What to search for, regardless of case, and the file that `git grep` names first.
PLACES = {
    "six-argument cap": "tesc/limits.py",
    "allowed types": "tesc/syntax/c_type.py",
    "IDs are assigned": "tesc/units/directives.py",
    "depfile escaping": "tesc/depfile.py",
    "tesc: ignore` acts": "tesc/analysis/check.py",
    "%hhx` fits an int": "tesc/analysis/formats/conversions.py",
    "LTTng's lost field": "tesc/units/compat.py",
    "server's debounce": "tesc/lsp/publishing.py",
    "order of gen's outputs": "tesc/codegen/tree/plan.py",
    "fw_cfg register layout": "tesc/codegen/guest/runtime/words/tesc_guest_fw_cfg.h",
}


@pytest.mark.parametrize(("words", "place"), PLACES.items())
def test_the_first_hit(words, place, need):
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a clone")
    command = [need("git", "git"), "grep", "--ignore-case", "--fixed-strings", "--files-with-matches", words]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    assert found[0] == place
