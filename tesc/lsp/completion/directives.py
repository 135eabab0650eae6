"""Completion in directives, and in comments that ignore rules."""

from __future__ import annotations

import os
import time
from itertools import islice

from tesc.analysis.registry import all_rules
from tesc.files import is_trace_events
from tesc.lsp.completion.items import Kind, stems
from tesc.syntax.nodes import Comment, Prefix
from tesc.uses.scan import language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.completion.items import Here, Items
    from tesc.lsp.view import View
    from tesc.syntax.cursor import BehindMark, BehindPath, InPath, InPatterns, InRules

# The maximum number of entries of a folder to offer, and for how many seconds a listing is reused.
_MOST_ENTRIES = 1000
_FRESH = 2.0
_MOST_NAMES = 200

_listed: dict[str, tuple[float, list[tuple[str, bool]]]] = {}


def complete_path(place: InPath, here: Here, items: Items) -> None:
    """Files and folders next to the file, then those of the include path, except source code."""
    folder, slash, begun = place.text.rpartition("/")
    if "\\" in place.text or "\0" in place.text:
        return
    source = here.view.source
    own = os.path.dirname(os.path.abspath(source.file))
    begin = place.begin + len(place.text) - len(begun)
    closed = place.after.startswith('"')
    found: list[tuple[int, str, bool]] = []
    seen: set[str] = set()
    for number, base in enumerate((own, *here.view.settings.include_path)):
        for name, is_folder in _entries(os.path.join(base, folder + slash)):
            path = os.path.join(base, folder + slash, name)
            hidden = name.startswith(".") and not begun.startswith(".")
            # A .inc file may contain anything.
            code = not is_folder and language_of(name) is not None and not name.endswith(".inc")
            if name in seen or hidden or code or path == os.path.abspath(source.file):
                continue
            seen.add(name)
            found.append((_rank(name, is_folder) + (number > 0), name, is_folder))
    for _, name, is_folder in sorted(found):
        if is_folder:
            items.add(f"{name}/", Kind.Folder, begin)
        else:
            items.add(name, Kind.File, begin, name if closed else f'{name}"')


def _rank(name: str, is_folder: bool) -> int:
    return 2 if is_folder else 0 if is_trace_events(name) else 4


def _entries(folder: str) -> list[tuple[str, bool]]:
    """The entries of a folder, and whether each is a folder; empty if it cannot be listed."""
    now = time.monotonic()
    known = _listed.get(folder)
    if known is None or now - known[0] > _FRESH:
        try:
            with os.scandir(folder) as entries:
                listed = [(one.name, one.is_dir()) for one in islice(entries, _MOST_ENTRIES)]
        except (OSError, ValueError):
            listed = []
        _listed.clear()
        known = _listed[folder] = (now, sorted(listed))
    return known[1]


def complete_behind_path(place: BehindPath, here: Here, items: Items) -> None:
    """`prefix` and `base`, unless they are already there."""
    if "prefix" not in place.words and "base" not in place.words:
        items.add(
            "prefix", Kind.Keyword, place.begin, "prefix ", detail="added to the included events' names"
        )
    if "base" not in place.words:
        items.add(
            "base", Kind.Keyword, place.begin, "base ", detail="the first stream ID, in a separate range"
        )


def complete_pattern(place: InPatterns, here: Here, items: Items) -> None:
    """Names of events as the file sees them, and patterns that match several."""
    names = _names(here.view)
    wanted = [name for name in names if name.startswith(place.word)] if len(names) > _MOST_NAMES else names
    for stem, number in list(stems(wanted).items())[: _MOST_NAMES // 2]:
        items.add(f"{stem}*", Kind.Module, place.begin, detail=f"{number} events")
    for name in wanted[:_MOST_NAMES]:
        items.add(name, Kind.Event, place.begin)
    # If there are too many, only those that begin with the typed text are sent.
    items.incomplete = len(names) > _MOST_NAMES


def _names(view: View) -> list[str]:
    """The names that a file's patterns are matched against, or at least those of its own events."""
    unit = view.project.unit_of(view.tree)
    if unit is not None and unit.roots[0] is view.tree:
        begin = len(unit.ranges[0].prefix)
        return list(dict.fromkeys(event.name[begin:] for event in unit.events))
    prefix = next((item.name.text for item in view.tree.items if isinstance(item, Prefix)), "")
    return list(dict.fromkeys(f"{prefix}{event.name}" for event in view.tree.events))


def complete_mark(place: BehindMark, here: Here, items: Items) -> None:
    """The comments that tesc understands."""
    for word, what in (("ignore", "silence rules for the next item"), ("ignore-file", "... for the file")):
        items.add(word, Kind.Keyword, place.begin, f"{word}[", detail=what, snippet=f"{word}[$1]$0")


def complete_rule(place: InRules, here: Here, items: Items) -> None:
    """Codes and names of rules; those with findings in the comment's scope come first."""
    line = here.view.line_of(here.line)
    following = next(
        (one.line for one in here.view.tree.items if one.line > line and not isinstance(one, Comment)), None
    )
    opened = [here.view.tree]
    found = {
        one.code
        for one in here.view.project.found_in(here.view.tree, opened)
        if place.for_file or one.source.place(one.span.start)[0] == following
    }
    rules = sorted(all_rules(), key=lambda rule: rule.code not in found)
    for rule in rules:
        items.add(rule.code, Kind.EnumMember, place.begin, detail=rule.name, data={"rule": rule.code})
    for rule in rules:
        items.add(rule.name, Kind.EnumMember, place.begin, detail=rule.code, data={"rule": rule.code})
