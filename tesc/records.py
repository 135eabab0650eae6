"""Frozen records with slots: what `dataclasses.dataclass(frozen=True, slots=True)` gives.

The standard module takes longer to import (10 ms, for `inspect`) than the whole generation of a
small header may take, and knows `slots` only since Python 3.10; this one is what the stages of
tesc need of it. To a type checker a record is a frozen dataclass.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")

    @dataclass_transform(frozen_default=True)
    def record(cls: type[T]) -> type[T]: ...

else:

    def record(cls):
        """Make a class whose body annotates its fields a frozen record with slots.

        Fields are compared, hashed and printed in the order of their annotations; a value in the
        class body is a default. Records do not inherit fields. Assigning to a field raises
        AttributeError.
        """
        fields = tuple(cls.__dict__.get("__annotations__") or getattr(cls, "__annotations__", ()))
        body = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
        defaults = {field: body.pop(field) for field in fields if field in body}
        made = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": fields})
        setters = {f"set_{field}": made.__dict__[field].__set__ for field in fields}
        arguments = [f"{f}=defaults[{f!r}]" if f in defaults else f for f in fields]
        mine = "".join(f"self.{field}, " for field in fields)
        other = mine.replace("self.", "other.")
        lines = [
            f"def __init__(self, {', '.join(arguments)}):",
            *([f"    set_{field}(self, {field})" for field in fields] or ["    pass"]),
            "def __eq__(self, other):",
            f"    return ({mine}) == ({other}) if other.__class__ is made else NotImplemented",
            "def __hash__(self):",
            f"    return hash(({mine}))",
            "def __reduce__(self):",
            f"    return made, ({mine})",
        ]
        scope = {"defaults": defaults, "made": made, **setters}
        exec("\n".join(lines), scope)
        for name in ("__init__", "__eq__", "__hash__", "__reduce__"):
            setattr(made, name, scope[name])
        if "__repr__" not in body:
            made.__repr__ = _repr
        made.__match_args__ = fields
        made.__setattr__ = made.__delattr__ = _refuse
        return made

    def _repr(self):
        values = (f"{field}={getattr(self, field)!r}" for field in self.__match_args__)
        return f"{type(self).__name__}({', '.join(values)})"

    def _refuse(self, name, *value):
        raise AttributeError(f"{type(self).__name__} is frozen: cannot change {name!r}")


def replace(value: T, **changes: Any) -> T:
    """A copy of a record in which the named fields have other values."""
    old = {field: getattr(value, field) for field in value.__match_args__}  # type: ignore[attr-defined]
    return type(value)(**{**old, **changes})
