"""Finds the configuration file that applies to a file: the nearest one above it."""

from __future__ import annotations

import os
import re

from tesc.files import MAX_SOURCE_BYTES

NAME = "tesc.toml"
PYPROJECT = "pyproject.toml"

# A key `tesc`, in any spelling that TOML allows. Most projects' pyproject.toml has none, so nothing needs to
# be imported.
_MENTION = re.compile(rb"""\btesc["']?[ \t]*[\].=]""")


def find_configuration(path: str) -> str | None:
    """The configuration file nearest above a file: tesc.toml, or a pyproject.toml with [tool.tesc].

    If a folder has both, it is tesc.toml. Raises BadConfiguration if a pyproject.toml seems to have the table
    but cannot be read.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        candidate = os.path.join(folder, NAME)
        # A dangling link, or a folder with this name, is an error to report.
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
        pass  # loading it reports the error
    from tesc.config.loading import holds_table

    return holds_table(path)
