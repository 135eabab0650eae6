"""The TOML parser: Python's own from 3.11 on, before that the package tomli."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MODULE = "tomllib" if sys.version_info >= (3, 11) else "tomli"
loads: Callable[[str], dict[str, Any]] = import_module(_MODULE).loads
