"""Which configuration file holds for a file: the nearest one above it."""

from __future__ import annotations

import os
import re

from tesc.files import MAX_SOURCE_BYTES

NAME = "tesc.toml"
PYPROJECT = "pyproject.toml"

# A key `tesc`, in any of the ways in which TOML can have one. Most projects' pyproject.toml has
# none, and then nothing has to be imported to see that.
_MENTION = re.compile(rb"""\btesc["']?[ \t]*[\].=]""")


def find_configuration(path: str) -> str | None:
    """The configuration file nearest above a file: tesc.toml, or a pyproject.toml with [tool.tesc].

    Of the two in one folder it is tesc.toml. Raises BadConfiguration for a pyproject.toml that seems to
    have the table and can't be read.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        candidate = os.path.join(folder, NAME)
        # A dangling link, or a folder of this name, is a mistake that someone has to hear of.
        if os.path.lexists(candidate):
            return candidate
        candidate = os.path.join(folder, PYPROJECT)
        if os.path.isfile(candidate) and _has_table(candidate):
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _has_table(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            if not _MENTION.search(file.read(MAX_SOURCE_BYTES)):
                return False
    except OSError:
        pass  # loading it says what is wrong
    from tesc.config.loading import holds_table

    return holds_table(path)
