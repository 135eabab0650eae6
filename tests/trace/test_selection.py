"""Times, windows and patterns."""

from __future__ import annotations

import pytest

from tesc.trace.selection import ALWAYS, Moment, Window, chooser, parse_moment, unmatched


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", Moment(0, False)),
        ("1500000", Moment(1_500_000, False)),
        ("15ns", Moment(15, False)),
        ("1.5ms", Moment(1_500_000, False)),
        ("2s", Moment(2_000_000_000, False)),
        ("+2.000000001s", Moment(2_000_000_001, True)),
        ("+7us", Moment(7000, True)),
    ],
)
def test_moments(text, expected):
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text", ["", "s", "-1", "1.5", "1.5ns", "1.0000000001s", "1h", "1 s", "1e3", "+", "\u0661"]
)
def test_no_moments(text):
    with pytest.raises(ValueError, match="is not a time: write 1500000"):
        parse_moment(text)


def test_windows():
    assert ALWAYS.holds(-1, -1) and ALWAYS.holds((1 << 64) - 1, 5) and not ALWAYS.limited
    window = Window(10, 20, frozenset({3}))
    assert [window.holds(*one) for one in ((9, 3), (10, 3), (19, 3), (20, 3), (15, 4), (-1, -1))] == [
        False, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], "blk_read blk_write net_rx"),
        (["blk_*"], "blk_read blk_write"),
        (["-*_read"], "blk_write net_rx"),
        (["blk_*", "-blk_w*", "net_?x"], "blk_read net_rx"),
        (["-blk_*", "blk_read"], "blk_read"),
        (["nothing"], ""),
    ],
)
def test_patterns(patterns, chosen):
    assert list(filter(chooser(patterns), "blk_read blk_write net_rx".split())) == chosen.split()


def test_unmatched():
    assert unmatched(["a*", "-b", "-c*", "Dropped*"], ["abc"]) == ["-b", "-c*"]
