"""Actions in C and Rust sources: correct an event's name, or declare the event."""

from __future__ import annotations

from tesc import codes
from tesc.analysis.declaring import declaring_edit, tree_for
from tesc.lsp.offers import QUICK, Offer
from tesc.uses.use import CALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.lsp.project import Project
    from tesc.lsp.sources import Sources, SourceView

_MOST_HEADERS = 40  # the maximum number of headers to search for members' declarations


def source_offers(sources: Sources, view: SourceView, found: Sequence[Diagnostic]) -> Iterator[Offer]:
    """Offers for findings in an open source."""
    project = sources.project_at(view.path)
    for one in found:
        if one.fix is not None:
            said = one.help or one.message
            yield Offer(said[0].upper() + said[1:], QUICK, one.fix.edits, one)
        if one.code == codes.UNDECLARED_EVENT and project is not None:
            yield from _declaring(sources, project, view, one)


def _declaring(sources: Sources, project: Project, view: SourceView, one: Diagnostic) -> Iterator[Offer]:
    use = next((use for use in sources.uses_in(view) if use.start == one.span.start), None)
    tree = tree_for(view.path, (unit.roots[0] for unit in project.units))
    if use is None or tree is None or use.kind != CALL or use.macro is not None:
        return
    texts = [view.source.text]
    for path in project.uses.includes.reached(view.path)[1:_MOST_HEADERS]:
        source = sources.text_of(path)
        if source is not None:
            texts.append(source.text)
    edit = declaring_edit(use, view.path, tree, texts)
    yield Offer(f"Declare '{use.name}' in {tree.source.path}", QUICK, (edit,), one)
