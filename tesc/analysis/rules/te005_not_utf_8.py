from __future__ import annotations

import re

from tesc.analysis.rule import FileRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import not_utf_8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree

_BYTES = re.compile("[\udc80-\udcff]+")


class NotUtf8(FileRule):
    """A file contains bytes that are not UTF-8.

    Trace-events files are UTF-8, and so is the code generated from them. QEMU's tracetool stops with a
    traceback at the first byte that is not, even in a comment.

    Wrong: a file saved as ISO 8859-1, in which the last letter of this comment is the byte E9.

        # café

    Right: the same file saved as UTF-8.
    """

    code = "TE005"
    name = "not-utf-8"

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        if tree.source.text.isascii():
            return
        for match in _BYTES.finditer(tree.source.text):
            yield Report(Span(*match.span()), not_utf_8(match[0]), "save the file as UTF-8")


RULE = NotUtf8()
