"""blake2b alone: hashlib loads OpenSSL, which takes longer than most runs' hashing."""

from __future__ import annotations

try:
    from _blake2 import blake2b as blake2b
except ImportError:  # a Python built without it
    from hashlib import blake2b as blake2b
