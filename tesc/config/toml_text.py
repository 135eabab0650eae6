"""Writes values as TOML text."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE = re.compile("[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """A string, number, boolean, array or table as TOML has it, on one line."""
    if isinstance(value, str):
        # JSON escapes everything that TOML requires, except one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{{ {_pairs(value)} }}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return str(value)


def toml_key(key: str) -> str:
    """A key, in quotes if necessary."""
    return key if _BARE.fullmatch(key) else toml_value(key)


def _pairs(table: Mapping[str, object]) -> str:
    return ", ".join(f"{toml_key(key)} = {toml_value(value)}" for key, value in table.items())
