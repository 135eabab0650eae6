"""Invisible characters, which count as spaces."""

from __future__ import annotations

import re

# Invisible characters: C0 and C1 controls, byte order marks, Unicode's line ends and spaces, and the
# surrogates that stand for bytes that are not UTF-8.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\ud800-\udfff]"
)
