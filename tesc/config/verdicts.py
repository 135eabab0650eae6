"""Remembers which configurations the schema found good, from one run of tesc to the next.

Importing jsonschema takes longer than generating nothing new for a whole tree, and configurations
hardly ever change. So a file in the user's cache folder lists digests of the last good ones; one
that is not listed is validated. Whatever goes wrong with that file, nothing is remembered.
"""

from __future__ import annotations

import os

_KEPT = 64
_DIGEST_BYTES = 16


def is_known_good(text: str) -> bool:
    """Whether the schema found no fault with this text."""
    return _digest(text) in _listed()


def remember_good(text: str) -> None:
    """Note that the schema found no fault with this text."""
    from tesc.files import write_output

    path = _path()
    lines = [*_listed(), _digest(text)][-_KEPT:]
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_output(path, "".join(f"{line}\n" for line in lines))
    except OSError:
        pass


def _listed() -> list[str]:
    try:
        with open(_path(), encoding="ascii") as file:
            return [line for line in file.read(_KEPT * 100).split() if len(line) == 2 * _DIGEST_BYTES]
    except (OSError, ValueError):
        return []


def _path() -> str:
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(folder, "tesc", "good-configurations")


def _digest(text: str) -> str:
    """Of the text, the schema, and what tesc makes of the two."""
    from hashlib import blake2b

    from tesc import __version__
    from tesc.config.validation import schema_text

    return blake2b(f"{__version__}\0{schema_text()}\0{text}".encode(), digest_size=_DIGEST_BYTES).hexdigest()
