from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import FileRule, Report
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class CrlfLineEnd(FileRule):
    """Lines end with CR LF, or with CR alone.

    QEMU's tracetool reads such files, but the shell tracetool of 2011 and other tools take the CR as part
    of the line, so it ends up in formats. All such lines of a file are reported once, at the first of
    them.

    An editor that keeps one line end for the whole file cannot apply the fix; change that setting instead:
    `:set fileformat=unix` in Vim and Neovim, "Change End of Line Sequence" in VS Code.

    Wrong: a file saved with the line ends of Windows.

        bus_reset(void) "reset"

    Right: the same file with LF line ends.
    """

    code = "TE006"
    name = "crlf-line-end"
    severity = "warning"
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        text = tree.source.text
        edits = []
        first = None
        at = text.find("\r")
        while at >= 0:
            end = at + 2 if text.startswith("\r\n", at) else at + 1
            first = first or Span(at, at + 1)
            edits.append(SourceEdit(tree.source, Span(at, end), "\n"))
            at = text.find("\r", end)
        if first is not None:
            lines = "a line ends" if len(edits) == 1 else f"{len(edits)} lines end"
            how = "CR LF" if text.startswith("\r\n", first.start) else "CR"
            yield Report(first, f"{lines} with {how}", "end lines with LF", fix=Fix("safe", tuple(edits)))


RULE = CrlfLineEnd()
