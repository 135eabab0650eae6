"""Directives from the command line or the configuration."""

from __future__ import annotations

import os

import pytest

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.loading import Loader
from tesc.units.outside import BadDirective, outside
from tesc.units.resolve import NOTHING, resolve


def test_directives_act_as_if_at_the_end():
    files = {"root": "x(void)\n", "a": "y(void)\n"}
    trees = {os.path.realpath(path): parse(Source(path, text)) for path, text in files.items()}
    given = outside(["a,prefix=p_,base=0x10"], ["p_*"], file="root")
    unit = resolve([trees[os.path.realpath("root")]], Loader(trees=trees), given)
    assert [(e.name, e.stream_id, e.disabled) for e in unit.events] == [
        ("x", 0, False),
        ("p_y", 16, True),
    ]
    assert [p.source.path for p in unit.patterns] == ["<command line>"]


def test_nothing_is_nothing():
    assert outside() is NOTHING


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"includes": ["a,prefix"]}, "expected PATH"),
        ({"includes": ["a,base=1,base=2"]}, "expected PATH"),
        ({"includes": ["a,base=x"]}, "'include \"a\" base x'"),
        ({"includes": ['a" prefix x\ninclude "b']}, "is not a directive"),
        ({"disable": [""]}, "expected a pattern"),
        ({"disable": ["a,,b"]}, "expected a pattern"),
        ({"disable": ["a b"]}, "expected ','"),
        ({"disable": ['evil(int x) "%d"']}, "is not a directive"),
        ({"disable": ["a\n\n\nb c d"]}, ""),
        ({"disable": ["a\nevil(void)"]}, "is not a directive"),
        ({"event_prefix": "a-b"}, "prefix a-b"),
        ({"event_prefix": "x(void)"}, "cannot be"),
        ({"event_prefix": "x\ny(void)"}, "is not a directive"),
    ],
)
def test_invalid_directives_are_refused(given, what):
    with pytest.raises(BadDirective) as refused:
        outside(**given)
    assert what in str(refused.value)


def test_spaces_are_not_part_of_a_prefix():
    assert outside(event_prefix=" x_ \n").event_prefix == "x_"
