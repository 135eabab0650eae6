from __future__ import annotations

from tesc.analysis.rule import FileRule, Report, report_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class NotFormatted(FileRule):
    """A line is not in canonical layout.

    Events that are all laid out alike are easier to read, compare and search, and the diff of a change
    shows nothing but the change. `tesc fmt` writes whole files that way: one space after a comma, around
    each macro of a format and between `)` and the format, `type *name`, no spaces at the end of a line,
    one blank line between blocks, directives first. The meaning of an event does not change. Lines with
    other mistakes are left alone.

    Wrong:

        disk_read(void* buf,uint64_t at) "buf %p at 0x%"PRIx64

    Right:

        disk_read(void *buf, uint64_t at) "buf %p at 0x%" PRIx64
    """

    code = "TE701"
    name = "not-formatted"
    severity = "warning"
    on_by_default = False
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        from tesc.syntax.layout import changes  # it needs lark

        for change in changes(tree):
            yield report_of(change, tree.source)


RULE = NotFormatted()
