"""What a source tree's own tracetool can generate, judging by its files."""

from __future__ import annotations

import os

_SCRIPT = os.path.join("scripts", "tracetool.py")
_RUST = os.path.join("scripts", "tracetool", "format", "rs.py")


def makes_rust(file: str) -> bool:
    """Whether the tracetool of the tree that contains `file` generates Rust, as QEMU's does since 10.2.

    The tree is the nearest folder above with a scripts/tracetool.py; true if there is none.
    """
    folder = os.path.dirname(os.path.abspath(file))
    while True:
        if os.path.exists(os.path.join(folder, _SCRIPT)):
            return os.path.exists(os.path.join(folder, _RUST))
        parent = os.path.dirname(folder)
        if parent == folder:
            return True
        folder = parent
