"""A seeded slice of the fuzzing for CI; `tests/run --nightly` runs more, with other seeds each night."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from fuzz import NAMES, run


def test_a_slice():
    done = run(3_000, 1)
    assert done.keys() == set(NAMES)


@pytest.mark.nightly
def test_a_night():
    assert sum(run(2_000_000, int(time.time())).values()) >= 2_000_000
