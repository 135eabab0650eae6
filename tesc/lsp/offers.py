"""The actions for findings: fix, suppress, explain.

An offer is an action in a form that does not depend on the client. Expensive ones, which check everything
again until nothing is left to fix, have no edits yet: `fixed` computes them.
"""

from __future__ import annotations

from lsprotocol import types as t

from tesc import codes
from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.fixing import fixable, settle
from tesc.analysis.registry import all_rules
from tesc.analysis.rule import SyntaxRule
from tesc.analysis.suppression_edits import (
    disable,
    ignore,
    ignore_in_file,
    item_at,
    remove_ignore,
    remove_pattern,
)
from tesc.lsp.edits import difference
from tesc.lsp.join_lines import join_edits
from tesc.lsp.reports import printable, shown
from tesc.records import record, replace
from tesc.syntax.continuations import continuation_lines
from tesc.syntax.nodes import Event
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.lsp.view import View

QUICK = t.CodeActionKind.QuickFix.value
REWRITE = t.CodeActionKind.RefactorRewrite.value
FIX_ALL = "source.fixAll.tesc"
KINDS = (QUICK, REWRITE, FIX_ALL)

_LONGEST_TITLE = 100


@record
class Offer:
    """One action. `edits` is None if `fixed` has to compute them, for `rule` or for all rules.

    `explains` is the code of a rule whose page is shown instead.
    """

    title: str
    kind: str
    edits: tuple[SourceEdit, ...] | None = ()
    about: Diagnostic | None = None
    preferred: bool = False
    rule: str | None = None
    explains: str | None = None


def offers(view: View, found: Sequence[Diagnostic], here: Sequence[Diagnostic], unsafe: bool) -> list[Offer]:
    """Offers for the findings `here`, among all that are `found` in the file."""
    joins = (
        Offer(
            title="Join the lines of this event",
            kind=QUICK,
            edits=join_edits(view, _line(one)),
            about=one,
            preferred=True,
        )
        for one in here
    )
    joining = next((offer for offer in joins if offer.edits), None)
    made = [joining] if joining else []
    made += _distinct([_fix(one) for one in here if one.fix is not None])
    # Not if the current finding would remain.
    for one in _first_of_each_rule([one for one in here if fixable(one, unsafe)]):
        many = [other for other in found if other.code == one.code and fixable(other, unsafe)]
        if len(many) > 1 and _within(view, many):
            title = f"Fix all {one.code} {one.name} in this file"
            made.append(Offer(title, QUICK, None, one, rule=one.code))
    made.extend(_distinct([offer for one in here for offer in _removals(view, one)]))
    silencing = [offer for offer in (_silence(view, one) for one in here) if offer is not None]
    made.extend(_distinct(silencing))
    for one in _first_of_each_rule(here):
        made.append(Offer(f"Explain {one.code} {one.name}", QUICK, (), one, explains=one.code))
    return made


def begun_above(view: View, found: Sequence[Diagnostic], span: Span) -> list[Diagnostic]:
    """For a line that only continues a broken event, the error of that event above."""
    below = continuation_lines(view.tree)
    line = first = view.source.place(span.start)[0]
    while first in below:
        first -= 1
    mine = [one for one in found if one.code == codes.SYNTAX_ERROR and one.source is view.source]
    return [one for one in mine if _line(one) == first] if first < line else []


def _line(one: Diagnostic) -> int:
    return one.source.place(one.span.start)[0]


def fix_all(view: View, found: Sequence[Diagnostic], unsafe: bool) -> list[Offer]:
    """The offer to fix everything in the file that can be fixed; empty if nothing can."""
    if not _within(view, [one for one in found if fixable(one, unsafe)]):
        return []
    return [Offer("Fix all tesc findings in this file", FIX_ALL, None)]


def disabling(view: View, span: Span) -> list[Offer]:
    """The offer to disable the enabled event whose name is at `span`."""
    event = view.item_at(span.start)
    if not isinstance(event, Event) or not _touches(event.name_span, span):
        return []
    if event.disabled or any(one.disabled for one in view.events_of(event)):
        return []
    if view.settings.profile == "qemu":
        # Not if the tree is built with QEMU's tracetool, which has no directives.
        edits = (SourceEdit(view.source, Span(event.start, event.start), "disable "),)
        return [Offer(f"Disable '{event.name}'", REWRITE, edits)]
    title = f"Disable '{event.name}' by a pattern in this file"
    return [Offer(title, REWRITE, disable(view.tree, event))]


def fixed(view: View, found: Sequence[Diagnostic], unsafe: bool, rule: str | None = None) -> list[SourceEdit]:
    """The edits that fix all findings in a file, or those of one rule, until there are none left."""
    file = view.source.file

    def wanted(these: Sequence[Diagnostic]) -> list[Diagnostic]:
        return _within(view, [one for one in these if rule is None or one.code == rule])

    settled = settle(wanted(found), lambda texts: wanted(view.project.found_with(texts, view.tree)), unsafe)
    return difference(view.source, settled.texts[file]) if file in settled.texts else []


def _within(view: View, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings whose fixes are all in this file."""
    file = view.source.file
    return [one for one in found if one.fix and all(edit.source.file == file for edit in one.fix.edits)]


def _first_of_each_rule(here: Sequence[Diagnostic]) -> list[Diagnostic]:
    first: dict[str, Diagnostic] = {}
    for one in here:
        first.setdefault(one.code, one)
    return list(first.values())


def touching(found: Sequence[Diagnostic], span: Span) -> list[Diagnostic]:
    """The findings whose marks overlap a span or touch it."""
    return [one for one in found if _touches(shown(one), span)]


def _touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _fix(one: Diagnostic) -> Offer:
    assert one.fix is not None
    safe = one.fix.safety == "safe"
    title = title_of(one) + ("" if safe else " (unsafe)")
    return Offer(title, QUICK, one.fix.edits, one, preferred=safe)


def _distinct(made: Sequence[Offer]) -> list[Offer]:
    """Offers with distinct titles and without duplicates, safe ones first."""
    distinct = list({(offer.title, offer.edits): offer for offer in reversed(made)}.values())[::-1]
    titles = [offer.title for offer in distinct]
    named = [offer if titles.count(offer.title) == 1 else _with_place(offer) for offer in distinct]
    # Offers with equal titles even then are two ways of doing the same thing in the same place.
    named = list({offer.title: offer for offer in reversed(named)}.values())[::-1]
    return sorted(named, key=lambda offer: not offer.preferred)


def _with_place(offer: Offer) -> Offer:
    assert offer.about is not None
    line, column = offer.about.source.place(offer.about.span.start)
    return replace(offer, title=f"{offer.title} ({offer.about.code} at {line}:{column})")


def title_of(one: Diagnostic) -> str:
    """The title of a fix, in the words of the rule's help."""
    said = one.help or ""
    for at in range(len(said)):
        # If the help names two ways, the first one is the fix.
        if said.startswith(", or ", at) and _closed(said[:at]):
            said = said[:at]
            break
    if not said or said.startswith("'tesc "):
        said = f"fix: {one.message}"
    title = printable(said[0].upper() + said[1:])
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 3]}..."


def _closed(text: str) -> bool:
    """Whether all quotes in a text are closed."""
    return text.count("'") % 2 == 0 and (text.endswith("'") or text.count('"') % 2 == 0)


def _removals(view: View, one: Diagnostic) -> Iterator[Offer]:
    if one.fix is not None:
        return
    text = printable(view.text[one.span.start : one.span.end])
    if one.code == codes.UNUSED_IGNORE:
        edits = remove_ignore(view.tree, one.span)
        if edits:
            yield Offer(
                title=f"Remove '{text}', which ignores nothing",
                kind=QUICK,
                edits=edits,
                about=one,
                preferred=True,
            )
    elif one.code == codes.PATTERN_MATCHES_NOTHING:
        edits = remove_pattern(view.tree, one.span)
        if not edits:
            return
        meant = one.help is not None and one.help.startswith("did you mean '")
        if one.help and meant:
            name = one.help.split("'")[1]
            change = (SourceEdit(view.source, one.span, name),)
            yield Offer(f"Write '{name}' (unsafe)", QUICK, change, one)
        # A misspelt pattern should disable something.
        yield Offer(f"Remove the pattern '{text}'", QUICK, edits, one, preferred=not meant)
    elif one.code == codes.UNUSED_EVENT:
        for offer in disabling(view, one.span):
            yield replace(offer, kind=QUICK, about=one)


def _silence(view: View, one: Diagnostic) -> Offer | None:
    rule = next((rule for rule in all_rules() if rule.code == one.code), None)
    if rule is None or one.code == codes.UNUSED_IGNORE:
        return None
    if isinstance(rule, SyntaxRule) and rule.severity == "error":
        return None  # the line stays invalid, suppressed or not
    item = item_at(view.tree, one.span.start)
    if item is None:
        edits = ignore_in_file(view.tree, one.code)
        return Offer(f"Ignore {one.code} {one.name} in this file", QUICK, edits, one)
    return Offer(f"Ignore {one.code} {one.name} here", QUICK, ignore(view.tree, item, one.code), one)
