"""Frozen records with slots: like `dataclasses.dataclass(frozen=True, slots=True)`.

Importing the standard module takes longer (10 ms, for `inspect`) than generating a small header may
take, and it has `slots` only since Python 3.10; this module has the part that tesc needs. For a type
checker, a record is a frozen dataclass.
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
        """Make a class with annotated fields a frozen record with slots.

        Fields are compared, hashed and printed in the order of their annotations; a value in the
        class body is a default. Records do not inherit fields. Assigning to a field raises
        AttributeError.
        """
        fields = tuple(cls.__dict__.get("__annotations__") or getattr(cls, "__annotations__", ()))
        body = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
        defaults = {field: body.pop(field) for field in fields if field in body}
        body.setdefault("__repr__", _repr)
        body.update(
            __slots__=fields,
            __match_args__=fields,
            __eq__=_equal,
            __hash__=_hash,
            __reduce__=_reduce,
            __setattr__=_refuse,
            __delattr__=_refuse,
        )

        def first(self, *arguments, **named):
            made.__init__ = constructor(made, fields, defaults)
            made.__init__(self, *arguments, **named)

        # Most of a record's cost is compiling `__init__`, so that waits for the first instance.
        body["__init__"] = first
        made = type(cls)(cls.__name__, cls.__bases__, body)
        return made

    def constructor(made, fields, defaults):
        setters = {f"set_{field}": made.__dict__[field].__set__ for field in fields}
        arguments = ", ".join([f"{f}=defaults[{f!r}]" if f in defaults else f for f in fields])
        settings = "; ".join([f"set_{field}(self, {field})" for field in fields]) or "pass"
        exec(f"def __init__(self, {arguments}): {settings}", {"defaults": defaults, **setters}, setters)
        return setters["__init__"]

    def _values(self):
        return tuple([getattr(self, field) for field in self.__match_args__])

    def _equal(self, other):
        return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented

    def _hash(self):
        return hash(_values(self))

    def _reduce(self):
        return self.__class__, _values(self)

    def _repr(self):
        values = (f"{field}={getattr(self, field)!r}" for field in self.__match_args__)
        return f"{type(self).__name__}({', '.join(values)})"

    def _refuse(self, name, *_):
        raise AttributeError(f"{type(self).__name__} is frozen: cannot change {name!r}")


def replace(value: T, **changes: Any) -> T:
    """A copy of a record with new values for the given fields."""
    old = {field: getattr(value, field) for field in value.__match_args__}  # type: ignore[attr-defined]
    return type(value)(**{**old, **changes})
