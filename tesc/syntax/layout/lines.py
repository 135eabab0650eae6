"""The canonical layout of single lines."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.c_type import with_name
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.nodes import Comment, Disable, Event, Include, Malformed, Prefix
from tesc.syntax.printf import Macro
from tesc.syntax.reference_conversions import lttng_conversions, type_reading
from tesc.syntax.source import split_lines
from tesc.syntax.unseen import UNSEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.c_type import CType
    from tesc.syntax.nodes import Format, Item, Parameter, Tree


@record
class Line:
    """A line of a source: its offset, text, item (if any) and canonical layout."""

    start: int
    text: str
    item: Item | None
    layout: str

    @property
    def is_blank(self) -> bool:
        return not self.layout

    @property
    def is_comment(self) -> bool:
        return isinstance(self.item, Comment)


def laid_out(tree: Tree) -> list[Line]:
    """All lines of a source, each with its canonical layout."""
    items = {item.line: item for item in tree.items}
    wrong = {tree.source.place(error.span.start)[0] for error in tree.errors}
    lines = []
    for number, (start, text) in enumerate(split_lines(tree.source.text), 1):
        item = items.get(number)
        lines.append(Line(start, text, item, text if number in wrong else _layout(item, text)))
    return lines


def _layout(item: Item | None, text: str) -> str:
    """A line's canonical layout; its text as it is if layout might change the meaning."""
    if item is None:
        return text if text.strip(" \t") else ""
    stripped = text.strip(" \t")
    if isinstance(item, Comment):
        return stripped if stripped == item.text else text
    if isinstance(item, Malformed) or UNSEEN.search(text):
        return text
    made = _written(item)
    return made if made is not None and _ink(made) == _ink(text) else text


def _ink(text: str) -> str:
    """A text without spaces, which layout does not change."""
    return text.replace(" ", "").replace("\t", "")


def _written(item: Item) -> str | None:
    if isinstance(item, Event):
        return _event(item)
    if isinstance(item, Include):
        prefix = f" prefix {item.prefix.text}" if item.prefix else ""
        base = f" base {item.base.text}" if item.base else ""
        return f'include "{item.path}"{prefix}{base}'
    if isinstance(item, Prefix):
        return f"prefix {item.name.text}"
    assert isinstance(item, Disable)
    return "disable " + ", ".join(pattern.text for pattern in item.patterns)


def _event(event: Event) -> str | None:
    head = " ".join([*(word.text for word in event.properties), event.name])
    parameters = "void" if event.void else ", ".join(map(_parameter, event.parameters))
    if event.format is None:
        return f"{head}({parameters})"
    shape = _format(event.format)
    return None if shape is None else f"{head}({parameters}) {shape}"


def _parameter(parameter: Parameter) -> str:
    return with_name(_type(parameter.type), parameter.name)


def _type(type_: CType) -> str:
    """A type in the usual spelling: `const char *`, `char **`, `char *const *`."""
    made = ""
    for token in type_.text.replace("*", " * ").split():
        made += token if not made or made.endswith("*") else f" {token}"
    # QEMU's tracetool compares the text as written: for it, 'char *' is a string, but 'char  *' is not.
    return made if type_reading(made) == type_reading(type_.text) else type_.text


def _format(shape: Format) -> str | None:
    """The pieces of a format with one space between them; None if a space could change them."""
    text = shape.text
    pieces = shape.parsed.pieces
    for piece, after in zip(pieces, pieces[1:]):
        glued = isinstance(piece, Macro) and piece.end == after.start
        # For a C compiler, a word right before a quote may be part of the literal: L"", u8"".
        if glued and isinstance(piece, Macro) and piece.name not in PRI_MACROS:
            return None
    made = " ".join(text[piece.start : piece.end] for piece in pieces)
    # tracetool's LTTng generator reads the text as written, including spaces and quotes.
    return made if _lttng_kinds(made) == _lttng_kinds(text) else text


def _lttng_kinds(text: str) -> list[bool]:
    """For each conversion that tracetool's LTTng generator finds, whether it takes it for hexadecimal."""
    return ["x" in found or "%p" in found for found in lttng_conversions(text)]
