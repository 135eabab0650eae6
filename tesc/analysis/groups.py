"""The groups of a run's units, as the names of generated files have them."""

from __future__ import annotations

import os
from functools import lru_cache

from tesc.units.groups import group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


def groups_of(units: Sequence[Unit], settings: Settings) -> list[str]:
    """The group of each unit."""
    files = tuple(unit.roots[0].source.file for unit in units)
    here = os.getcwd()
    return list(_groups(files, settings.root or here, here))


# Needed after every edit in an editor.
@lru_cache(maxsize=16)
def _groups(files: tuple[str, ...], root: str, here: str) -> list[str]:
    full = [os.path.normpath(os.path.join(here, file)) for file in files]
    folder = _tree_folder(full, root)
    return [_group_below(folder, file) for file in full]


@lru_cache(maxsize=16384)
def _group_below(folder: str, file: str) -> str:
    return group_of(os.path.relpath(file, folder))


def _tree_folder(files: list[str], folder: str) -> str:
    """The source tree's folder, judging by its files; `folder` if all are below it."""
    try:
        common = os.path.commonpath([os.path.dirname(file) for file in files])
        if os.path.commonpath([common, folder]) == folder:
            return folder
    except ValueError:  # on several drives of Windows, or no files
        return folder
    return common
