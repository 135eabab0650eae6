"""Backends of other packages, registered as entry points of the group `tesc.backends`.

An entry point has the backend's name and leads to a Backend: an object, or a class whose constructor has no
arguments. Names of tesc's own backends are not looked up, so these cannot be replaced.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from tesc.codegen.qemu import BadBackend
from tesc.codegen.qemu.backends.base import Backend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint
    from typing import Any

GROUP = "tesc.backends"


def _registered() -> Iterable[EntryPoint]:
    everything: Any = entry_points()  # a plain dictionary before Python 3.10
    if hasattr(everything, "select"):
        return tuple(everything.select(group=GROUP))
    return tuple(everything.get(GROUP, ()))


def names() -> list[str]:
    """The names of all registered backends, sorted."""
    return sorted({entry.name for entry in _registered()})


@lru_cache(maxsize=None)
def load(name: str) -> Backend | None:
    """The backend registered under a name, or None. Raises BadBackend."""
    entry = next((entry for entry in _registered() if entry.name == name), None)
    if entry is None:
        return None
    try:
        found = entry.load()
        if isinstance(found, type):
            found = found()
    except Exception as error:  # other packages' code may raise anything
        raise BadBackend(
            f"backend '{name}' ({entry.value}) can't be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(found, Backend):
        raise BadBackend(f"backend '{name}' ({entry.value}) is not a tesc.codegen.qemu.backends.base.Backend")
    return found
