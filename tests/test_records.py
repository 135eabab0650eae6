"""`tesc.records` behaves like a frozen dataclass with slots."""

from __future__ import annotations

import copy
import pickle
import sys

import pytest

from tesc.records import record, replace


@record
class Point:
    """A place on a plane."""

    x: int
    y: int
    name: str = "origin"

    @property
    def sum(self) -> int:
        return self.x + self.y


@record
class Size:
    x: int
    y: int
    name: str = "origin"


@record
class Nothing:
    """A record without fields."""


@record
class Named:
    value: int

    def __repr__(self) -> str:
        return f"<{self.value}>"


def test_positions_names_and_defaults():
    assert (Point(1, 2).x, Point(1, 2).y, Point(1, 2).name) == (1, 2, "origin")
    assert Point(y=2, x=1, name="a") == Point(1, 2, "a")
    assert Point(1, 2).sum == 3


@pytest.mark.parametrize("arguments", [(), (1,), (1, 2, "a", 4)])
def test_the_number_of_arguments(arguments):
    with pytest.raises(TypeError):
        Point(*arguments)
    with pytest.raises(TypeError):
        Point(1, 2, other=3)


def test_nothing_can_be_changed():
    point = Point(1, 2)
    for name in ("x", "name", "other", "sum"):
        with pytest.raises(AttributeError, match=f"Point is frozen: cannot change '{name}'"):
            setattr(point, name, 5)
        with pytest.raises(AttributeError, match="Point is frozen"):
            delattr(point, name)
    assert point == Point(1, 2)
    assert not hasattr(point, "__dict__")


def test_equal_are_records_of_the_same_kind_with_equal_fields():
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Point(1, 2, "other")
    assert Point(1, 2) != Size(1, 2)
    assert Point(1, 2) != (1, 2, "origin")
    assert Nothing() == Nothing()


def test_equal_records_have_equal_hashes():
    assert len({Point(1, 2), Point(1, 2), Point(2, 1)}) == 2
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    with pytest.raises(TypeError):
        hash(Point(1, []))


def test_repr():
    assert repr(Point(1, 2, "a'b")) == """Point(x=1, y=2, name="a'b")"""
    assert repr(Nothing()) == "Nothing()"
    assert repr(Named(3)) == "<3>"


def test_replace():
    assert replace(Point(1, 2, "a"), y=5) == Point(1, 5, "a")
    assert replace(Point(1, 2)) == Point(1, 2)
    with pytest.raises(TypeError):
        replace(Point(1, 2), z=3)


def test_a_default_does_not_hide_the_field():
    assert type(Point.__dict__["name"]).__name__ == "member_descriptor"


@pytest.mark.parametrize("value", [Point(1, 2), Point(1, 2, "a"), Nothing(), Point((1, 2), [3])])
def test_copies(value, monkeypatch):
    # pytest imports this file under a name that pickle cannot look up.
    monkeypatch.setitem(sys.modules, Point.__module__, sys.modules.get(__name__) or _Module())
    for made in (
        copy.copy(value),
        copy.deepcopy(value),
        *(pickle.loads(pickle.dumps(value, p)) for p in range(2, 6)),
    ):
        assert made == value
        assert type(made) is type(value)


class _Module:
    """Stands for this module."""

    def __getattr__(self, name):
        return globals()[name]


def test_patterns_match_by_position():
    assert Point.__match_args__ == ("x", "y", "name")


def test_attributes_of_the_class():
    assert Point.__doc__ == "A place on a plane."
    assert (Point.__name__, Point.__qualname__, Point.__module__) == ("Point", "Point", __name__)
