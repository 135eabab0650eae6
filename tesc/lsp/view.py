"""The view of a document for features: its tree, and positions for the client."""

from __future__ import annotations

from bisect import bisect_right

from tesc.lsp.positions import offset_of, position_of, range_of
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lsprotocol import types as t

    from tesc.config.settings import Settings
    from tesc.lsp.project import Project
    from tesc.syntax.nodes import Event, Item, Tree
    from tesc.syntax.source import Source, Span
    from tesc.units.unit import Unit, UnitEvent


@record
class View:
    """One trace-events document. `encoding` is the encoding whose code units the client's columns count."""

    uri: str
    tree: Tree
    project: Project
    encoding: str

    @property
    def source(self) -> Source:
        return self.tree.source

    @property
    def text(self) -> str:
        return self.tree.source.text

    @property
    def settings(self) -> Settings:
        """The settings of the file."""
        return self.project.workspace.settings_for(self.source.file)

    def offset(self, position: t.Position) -> int:
        """The offset in the text of a client's position."""
        return offset_of(self.source, position, self.encoding)

    def position(self, offset: int) -> t.Position:
        """The client's position for an offset."""
        return position_of(self.source, offset, self.encoding)

    def range(self, span: Span) -> t.Range:
        """The client's range for a span."""
        return range_of(self.source, span, self.encoding)

    def line_of(self, offset: int) -> int:
        """The line of an offset, counted from 1 like the lines of nodes."""
        return self.source.place(offset)[0]

    def item_at(self, offset: int) -> Item | None:
        """The item in the line of an offset, even if the offset is not inside the item."""
        return self.item_in(self.position(offset).line + 1)

    def item_in(self, line: int) -> Item | None:
        """The item in a line, counted from 1."""
        items = self.tree.items
        at = bisect_right([item.line for item in items], line) - 1
        return items[at] if at >= 0 and items[at].line == line else None

    def units(self) -> list[Unit]:
        """The units that the file is part of."""
        return [unit for unit in self.project.units if any(tree is self.tree for tree in unit.trees)]

    def events_of(self, node: Event) -> list[UnitEvent]:
        """The unit events of a declaration in the file; empty if the file is in no unit."""
        return self.project.events_of(node)
