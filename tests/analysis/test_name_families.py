"""Names of different families share no identifier."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tesc.analysis.name_families import family, names_that_may_clash
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units import name_spaces
from tesc.units.resolve import resolve

PIECES = [
    "a",
    "A",
    "_",
    "__",
    "b",
    "_enabled",
    "_ENABLED",
    "_backend_dstate",
    "_dstate",
    "_backend",
    "trace_",
]
PIECES += ["_event", "_semaphore", "qemu_", "simple_", "_register_events", "TRACE_"]
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)


def spelled(name):
    return {(space, kind.spelled(name)) for kind in name_spaces.OF_EVENT for space in kind.spaces}


@given(NAMES, NAMES)
@example("a", "a__ENABLED")
@example("a_", "A_ENABLED")
@example("a___b", "a__b_enabled")
def test_names_that_clash_are_of_one_family(one, other):
    if spelled(one) & spelled(other):
        assert family(one) == family(other)


def test_families_are_small():
    assert len({family(name) for name in ("usb_reset", "usb_read", "pci_read", "usb")}) == 4


def test_prefixes_of_kinds():
    """Of two kinds of names in a name space, neither prefix begins with the other, unless they are equal."""
    for space in name_spaces.SPACES:
        before = {k.spelled("\0").partition("\0")[0] for k in name_spaces.OF_EVENT if space in k.spaces}
        assert not [(a, b) for a in before for b in before if a != b and a.startswith(b)]


@given(
    st.lists(NAMES, min_size=1, max_size=6), st.lists(st.tuples(st.sampled_from(name_spaces.SPACES), NAMES))
)
def test_no_name_that_clashes_is_left_out(names, texts):
    texts = [(space, text) for space, name in texts for text in (name, f"trace_{name}", f"TRACE_{name}")]
    half = len(names) // 2
    units = [
        resolve((parse(Source("t", "\n".join(f'{name}(void) "x"' for name in mine))),))
        for mine in (names[:half], names[half:])
    ]
    suspects = names_that_may_clash(units, texts)
    for mine, unit in zip(suspects, units):
        for event in unit.events:
            others = [one.name for each in units for one in each.events if one is not event]
            taken = {one for other in others for one in spelled(other)} | set(texts)
            if spelled(event.name) & taken:
                assert event.name in mine
