"""Patterns of event names: `*` stands for any characters, `?` for any one; case matters.

They are those of QEMU's `-trace enable=` (GLib's GPatternSpec): nothing else is special.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """What `fullmatch` takes for a name that the pattern means."""
    # Neighbouring stars mean the same as one; kept apart they would match in many ways.
    runs = re.sub(r"\*+", "*", text)
    return re.compile("".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in runs), re.S)
