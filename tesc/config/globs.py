"""Patterns of paths, as `exclude` and `per-file-ignores` have them; they mean the same as in .gitignore.

`*` and `?` stay within one name, `**` stands for any number of folders, `[...]` for one of some
characters. A pattern with a slash that is not at its end starts at the configuration's folder, any
other matches at every depth. A pattern that matches a folder matches all below it; with a slash at its
end, it matches folders only.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tesc.wildcards import Wildcards, match_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Matches one name of a path; None: any number of them.
    _Part = Callable[[str], bool] | None

_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^\]/]*\]|.", re.S)


def matches(pattern: str, root: str, file: str) -> bool:
    """Whether a file below the folder `root` matches; one elsewhere never does."""
    path = _below(root, file)
    return path is not None and match_parts(_compiled(pattern), path.split("/"))


def _below(root: str, file: str) -> str | None:
    try:
        path = os.path.relpath(os.path.abspath(file), root).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return None
    return None if path == ".." or path.startswith("../") else path


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Sequence[_Part]:
    """The names of a path that a pattern stands for, including those below a match."""
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
        parts.append(_any)  # a final `**` matches all below, not the folder itself
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
    """The expression for `[inner]`; empty where it holds no characters."""
    parts = []
    negated = inner.startswith("!")
    for first, last, single in re.findall(r"(.)-(.)|(.)", inner[negated:], re.S):
        if first <= last:
            parts.append(re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}")
    text = "".join(parts)
    return f"[{'^' * negated}{text}]" if text else ""
