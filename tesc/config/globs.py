"""Patterns of paths, as in `exclude` and `per-file-ignores`; they mean the same as in .gitignore.

`*` and `?` match within one name, `**` matches any number of folders, `[...]` one of some characters. A
pattern with a slash that is not at its end starts at the configuration's folder; any other matches at every
depth. A pattern that matches a folder matches everything below it; with a slash at its end, it matches only
folders.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tesc.wildcards import Wildcards, match_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Matches one name of a path; None matches any number of names.
    _Part = Callable[[str], bool] | None

_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^\]/]*\]|.", re.S)


def matches(pattern: str, root: str, file: str) -> bool:
    """Whether a file below the folder `root` matches; files elsewhere never do."""
    path = _below(root, file)
    return path is not None and match_parts(_compiled(pattern), path.split("/"))


def _below(root: str, file: str) -> str | None:
    try:
        path = os.path.relpath(os.path.abspath(file), root).replace(os.sep, "/")
    except ValueError:  # on another drive of Windows
        return None
    return None if path == ".." or path.startswith("../") else path


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Sequence[_Part]:
    """The parts of a pattern, which also match everything below a match."""
    while pattern.startswith("./"):
        pattern = pattern[2:]
    only_folders = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    pattern = pattern.lstrip("/")
    if pattern in ("", "."):
        return (None,)
    names = pattern.split("/")
    parts = [None if name == "**" and len(names) > 1 else _name(name) for name in names]
    if parts[-1] is None:
        parts.append(_any)  # a final `**` matches everything below, but not the folder itself
    return (*(() if anchored else (None,)), *parts, *((_any, None) if only_folders else (None,)))


def _any(name: str) -> bool:
    return True


def _name(text: str) -> Callable[[str], bool]:
    """A pattern of one name of a path."""
    parts = [""]
    for token in _TOKEN.findall(text):
        if token[0] == "*":
            parts.append("")
        else:
            parts[-1] += _expression(token)
    return Wildcards(parts).fullmatch


def _expression(token: str) -> str:
    if token == "?":
        return "."
    if token[0] == "[" and len(token) > 1:
        return _one_of(token[1:-1]) or re.escape(token)
    return re.escape(token)


def _one_of(inner: str) -> str:
    """The regular expression for `[inner]`; empty if it contains no characters."""
    parts = []
    negated = inner.startswith("!")
    for first, last, single in re.findall(r"(.)-(.)|(.)", inner[negated:], re.S):
        if first <= last:
            parts.append(re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}")
    text = "".join(parts)
    return f"[{'^' * negated}{text}]" if text else ""
