"""The warning about links out of a tree, which commands leave alone: one for each tree."""

from __future__ import annotations

from tesc.cli.terminal import error
from tesc.files import relative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def say_left_out(links: Sequence[str], tree: str, what: str = "skipped", how: str = "") -> None:
    """Warn that links lead out of a tree, so they are `what`.

    `how` says how to include them; `{0}` in it is replaced with "it" or "them".
    """
    if not links:
        return
    first = relative(links[0])
    if len(links) == 1:
        said = f"{first}: leads out of {tree}, so it is {what}"
    else:
        said = f"{first} and {len(links) - 1:,} more lead out of {tree}, so they are {what}"
    hint = f"; {how.format('it' if len(links) == 1 else 'them')}" if how else ""
    error(said + hint, "warning")
