"""What keeps a unit from being generated, as the commands that generate print it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.units.complaints import Complaint


def complain(complaints: Iterable[Complaint]) -> bool:
    """Print complaints, each with its place; true if there are any."""
    any_ = False
    for path, line, column, message in complaints:
        sys.stderr.write(f"{path}:{line}:{column}: error: {message}\n")
        any_ = True
    return any_
