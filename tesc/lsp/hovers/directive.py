"""The hovers for directives: what they include, name and disable."""

from __future__ import annotations

from tesc.lsp.hovers.page import Code, Page, counted, listed
from tesc.units.crossing import POINTERS
from tesc.units.disabling import below, disabled_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Include, Prefix, Tree, Word
    from tesc.units.unit import Inclusion, Unit

_MOST_NAMES = 5
_MOST_ENTRIES = 5


def of_include(view: View, node: Include) -> Page:
    """The page on an include: the file with its events' names and IDs, or why it is not included."""
    page = Page()
    entries = [
        (unit, chain, tree)
        for unit in view.units()
        for chain, tree in unit.expansions
        if chain[-1].include is node
    ]
    for unit, chain, tree in entries[:_MOST_ENTRIES]:
        _brought(page, view, unit, chain, tree)
    if len(entries) > _MOST_ENTRIES:
        page.text(f"It is reached in {len(entries) - _MOST_ENTRIES:,} more ways.")
    if entries:
        return page
    for unit in view.units():
        for error in unit.errors:
            if error.source is view.source and error.span == node.path_span:
                page.text(error.message)
                if error.help:
                    page.text(error.help)
                return page
    page.text("Adds nothing: the same file is already included under the same prefix.")
    return page


def _brought(page: Page, view: View, unit: Unit, chain: tuple[Inclusion, ...], tree: Tree) -> None:
    events = list(below(unit, chain))
    disabled = sum(event.disabled for event in events)
    page.text(
        Code(tree.source.path),
        f": {counted(len(events), 'event')}",
        f", {disabled:,} of them disabled" if disabled else "",
    )
    if len(chain) > 1:
        page.item("reached from ", Code(f"{chain[0].source.path}:{chain[0].include.line}"))
    prefix = unit.ranges[0].prefix + "".join(one.include.prefix.text for one in chain if one.include.prefix)
    if prefix:
        page.item("prefix ", Code(prefix))
    if events:
        page.item(*listed([event.name for event in events], _MOST_NAMES))
    own = next((one for one in unit.ranges if one.inclusion == chain[-1] and one.prefix == prefix), None)
    if chain[-1].include.base is None or own is None:
        return
    if own.size:
        page.item(f"stream IDs {own.base:#x} to {own.last:#x}, wire IDs 0 to {own.size - 1}")
    else:
        page.item(f"stream IDs from {own.base:#x} on")
    page.item(f"crosses the guest tunnel: {POINTERS[view.settings.wire]}")


def of_prefix(view: View, node: Prefix) -> Page:
    """The page on a prefix: the names that result from it."""
    page = Page()
    names = [event.name for unit in view.units() for event in unit.events if event.source is view.source]
    names = list(dict.fromkeys(names))
    page.text(Code(node.name.text), " comes before the names of this file's events.")
    if names:
        page.item(f"{counted(len(names), 'name')}: ", *listed(names, _MOST_NAMES))
    else:
        page.item("this file has no events")
    return page


def of_patterns(view: View, words: tuple[Word, ...]) -> Page:
    """The page on patterns of a `disable`: the events that they match here and in included files."""
    page = Page()
    for word in words:
        found = [event for unit in view.units() for event in disabled_by(unit, view.source, word)]
        names = list(dict.fromkeys(event.name for event in found))
        if names:
            number = counted(len(names), "event")
            page.item(Code(word.text), f" disables {number}: ", *listed(names, _MOST_NAMES))
        else:
            page.item(Code(word.text), " matches no event")
    return page
