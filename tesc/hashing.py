"""blake2b without hashlib, which loads OpenSSL: that takes longer than the hashing in most runs."""

from __future__ import annotations

try:
    from _blake2 import blake2b as blake2b
except ImportError:  # a Python built without it
    from hashlib import blake2b as blake2b
