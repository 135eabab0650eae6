"""How many events have each spelling, after events were added and removed."""

import pickle
import random
import tracemalloc
from collections import Counter

import pytest

from tesc.analysis.spellings import EVENT_SPACES, SharedSpellings, spelled
from tesc.analysis.stepwise import at_once
from tesc.config.settings import Settings
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve

# Names that differ only by a suffix that generated code adds, or by case.
NAMES = [*(f"{stem}{end}" for stem in ("msi", "MSI", "irq") for end in ("", "_enabled", "_ENABLED")), "usb"]


def counted(names):
    text = "".join(f'{name}(int x) "x %d"\n' for name in names)
    return at_once(SharedSpellings.counted([resolve((parse(Source("t", text)),))], Settings()))


def owners(names):
    """How many events have each spelling, by name space; and each name in capitals."""
    found = Counter(name.upper() for name in names)
    for name in names:
        found.update(set(zip(EVENT_SPACES, spelled(name))))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_added_and_removed_events(seed):
    chance = random.Random(seed)
    now = chance.sample(NAMES, 4)
    counts = counted(now)
    for _ in range(200):
        kept, before = counts, owners(now)
        counts = counts.copy()
        name = chance.choice(NAMES)
        mine = {name.upper(), *zip(EVENT_SPACES, spelled(name))}
        if name in now and chance.random() < 0.6:
            now.remove(name)
            assert counts.remove([name]) == any(before[one] > 1 for one in mine)
        else:
            now.append(name)
            assert counts.add([name]) == any(before[one] > 0 for one in mine)
        # Changing the copy does not change the original.
        probe = kept.copy()
        assert probe.add([name]) == any(before[one] > 0 for one in mine)


def test_removed_events_take_no_memory():
    counts = counted(f"event_{number}" for number in range(50))
    before = len(pickle.dumps(counts))
    for number in range(1000):
        counts = counts.copy()
        counts.add([f"typed_{number}"])
        counts.remove([f"typed_{number}"])
    assert len(pickle.dumps(counts)) == before


def test_a_spelling_takes_no_more_memory_than_a_number():
    counted(f"event_{number}" for number in range(2000))  # fill the parser's caches
    tracemalloc.start()
    try:
        counts = counted(f"other_{number}" for number in range(2000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts is not None
    assert kept < 2000 * (len(EVENT_SPACES) + 1) * 12
