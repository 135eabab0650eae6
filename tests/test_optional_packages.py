"""Tests skip themselves without an optional package; in CI all of them must be there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Spark is installed at night only.
LEFT_OUT = {"pyspark"}


def _optional() -> list[str]:
    """The modules that a test passes to pytest.importorskip, without what is below them."""
    calls = re.compile(r'importorskip\("(\w+)')
    found = {name for path in TESTS.rglob("*.py") for name in calls.findall(path.read_text("utf-8"))}
    return sorted(found - LEFT_OUT)


@pytest.mark.parametrize("name", _optional())
def test_it_is_there(name, skip_without):
    if importlib.util.find_spec(name) is None:
        skip_without(f"Python module {name}, for which other tests skip themselves")
