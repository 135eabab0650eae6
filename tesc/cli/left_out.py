"""Links out of a tree, which commands leave alone: that is said once for each tree."""

from __future__ import annotations

from tesc.cli.terminal import error
from tesc.files import relative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def say_left_out(links: Sequence[str], tree: str, what: str = "skipped", how: str = "") -> None:
    """Say that links lead out of a tree, so they are skipped; `how` says how they, `{0}`, would not be."""
    if not links:
        return
    first = relative(links[0])
    if len(links) == 1:
        said = f"{first}: leads out of {tree}, so it is {what}"
    else:
        said = f"{first} and {len(links) - 1:,} more lead out of {tree}, so they are {what}"
    hint = f"; {how.format('it' if len(links) == 1 else 'them')}" if how else ""
    error(said + hint, "warning")
