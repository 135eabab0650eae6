"""Patterns of event names: `*` stands for any characters, `?` for any one; case matters.

They are those of QEMU's `-trace enable=` (GLib's GPatternSpec): nothing else is special.
"""

from __future__ import annotations

import re
from functools import lru_cache


def is_literal(text: str) -> bool:
    """Whether a pattern means just one name."""
    return "*" not in text and "?" not in text


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """What `fullmatch` takes for a name that the pattern means."""
    first, *parts = (re.escape(part).replace(r"\?", ".") for part in re.sub(r"\*+", "*", text).split("*"))
    if not parts:
        return re.compile(first, re.S)
    *middle, last = parts
    # What stands between two stars may as well match where it first can. Looking ahead holds the
    # engine to that (it does not go back into a lookahead): trying all places would take for ever.
    found = "".join(f"(?=(.*?{part}))(?:\\{number})" for number, part in enumerate(middle, 1))
    return re.compile(f"{first}{found}.*{last}", re.S)
