from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import FileRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import NO_LINE_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class MissingFinalNewline(FileRule):
    """A file does not end with a newline.

    Builds concatenate trace-events files. Without a newline at the end, the last line of one file and the
    first of the next become one line. QEMU's tracetool rejects such a file.

    Wrong: a file whose last character is the quote of this format.

        timer_expired(int64_t now) "now %" PRId64 " ns"

    Right: the same file with a line end after it.
    """

    code = "TE002"
    name = "missing-final-newline"
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        text = tree.source.text
        if text and text[-1] not in "\r\n":
            end = Span(len(text), len(text))
            fix = Fix("safe", (SourceEdit(tree.source, end, "\n"),))
            yield Report(end, NO_LINE_END, "add a newline", fix=fix)


RULE = MissingFinalNewline()
