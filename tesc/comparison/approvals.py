"""Comments that approve a change of events where it is made.

`# tesc: renamed-from OLD_NAME reason` above an event gives its former name; `# tesc: breaking[KIND, ...]
reason` above an event approves its changes for readers of those kinds; `# tesc: removed NAME, ... reason`,
anywhere in a file, approves the removal of events.
"""

from __future__ import annotations

import re

from tesc.records import record
from tesc.syntax.nodes import Comment, Event
from tesc.units.former_names import renamed_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.comparison.changes import EventChange
    from tesc.syntax.nodes import Tree

_COMMENT = re.compile(
    r"#+[ \t]*tesc:[ \t]*"
    r"(?:breaking[ \t]*\[(?P<kinds>[^\]]*)\]"
    r"|removed[ \t]+(?P<gone>[A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*))"
)


@record
class Approvals:
    """What comments approve: by the `id` of an event's node, or for all files together."""

    renamed_from: dict[int, tuple[str, ...]]
    approved: dict[int, frozenset[str]]
    removed: frozenset[str]


@record
class ChangeSet:
    """What changed between two versions, and the comments in the new one that approve changes."""

    changes: tuple[EventChange, ...]
    approvals: Approvals

    def unapproved(self, kinds: tuple[str, ...]) -> list[EventChange]:
        """The changes that are not approved for a rule about these kinds of readers."""
        return [change for change in self.changes if not self._is_approved(change, kinds)]

    def _is_approved(self, change: EventChange, kinds: tuple[str, ...]) -> bool:
        if change.what == "removed":
            return change.name in self.approvals.removed
        if change.new is None:
            return False
        node = id(change.new.node)
        former = self.approvals.renamed_from.get(node, ())
        if change.what == "renamed" and change.old is not None and change.old.name in former:
            return True
        return kinds[0] in self.approvals.approved.get(node, ())


def approvals_in(trees: Iterable[Tree]) -> Approvals:
    """The approvals in the comments of trees."""
    renamed: dict[int, tuple[str, ...]] = {}
    approved: dict[int, frozenset[str]] = {}
    removed: set[str] = set()
    for tree in trees:
        if "tesc:" not in tree.source.text:
            continue
        renamed.update(renamed_from(tree))
        kinds: set[str] = set()
        for item in tree.items:
            if isinstance(item, Comment):
                match = _COMMENT.match(item.text)
                if match is None:
                    continue
                kinds.update(_words(match["kinds"] or ""))
                removed.update(_words(match["gone"] or ""))
                continue
            if isinstance(item, Event) and kinds:
                approved[id(item)] = frozenset(kinds)
            kinds = set()
    return Approvals(renamed, approved, frozenset(removed))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
