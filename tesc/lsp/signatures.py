"""An event's parameter list and format as signatures, with the current parameter."""

from __future__ import annotations

from tesc.analysis.formats.advice import advise_for
from tesc.lsp.hovers.page import Code, Page
from tesc.records import record
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.nodes import Parameter
from tesc.syntax.outline import format_before, outline
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.config.settings import Settings
    from tesc.syntax.outline import Outline
    from tesc.syntax.printf import Conversion

_FORMAT = '"format"'
_PLACEHOLDER = "type arg"


@record
class Signature:
    """A line of text with parameters: `places` are their columns, `active` is the current one's number.

    `page` is its documentation, or None.
    """

    label: str
    places: tuple[tuple[int, int], ...]
    active: int
    page: Page | None


def signature_at(line: str, column: int, settings: Settings) -> Signature | None:
    """The signature at a column of a line, broken or not; None without a current parameter."""
    found = outline(line)
    if found is None or column <= found.open:
        return None
    if column <= found.end:
        return _in_parameters(line, column, found, settings)
    return _in_format(line, column, found)


def _in_parameters(line: str, column: int, found: Outline, settings: Settings) -> Signature:
    active = next(index for index, piece in enumerate(found.pieces) if column <= piece.end)
    texts = [line[piece.start : piece.end].strip() or _PLACEHOLDER for piece in found.pieces]
    after = "" if found.close is not None else ", ..."
    shown = line[found.format :].rstrip() if found.format is not None else _FORMAT
    label, places = _label(found.name, texts, f"{after}) {shown}")
    # Completion lists the types; here they would take more space than the line.
    page = Page()
    if len(texts) == 1 and texts[0] == _PLACEHOLDER:
        page.text("An event without parameters has ", Code("void"), ".")
    elif len(texts) > settings.max_args:
        page.text(f"An event takes at most {settings.max_args} arguments here.")
    else:
        return Signature(label, places, active, None)
    return Signature(label, places, active, page)


def _in_format(line: str, column: int, found: Outline) -> Signature | None:
    declared = [line[piece.start : piece.end].strip() for piece in found.pieces]
    declared = [text for text in declared if text and text != "void"]
    active = 0
    if found.format is not None and found.format < column:
        active = _taken(format_before(line, found.format, column))
    if active >= len(declared):
        # Clients treat a number beyond the last parameter as the first one.
        label, _ = _label(found.name, declared or ["void"], ")")
        page = Page()
        page.text("No more parameters to print." if declared else "The event has no parameters to print.")
        return Signature(label, (), 0, page)
    label, places = _label(found.name, declared, ")")
    return Signature(label, places, active, _how_to_print(declared[active]))


def _how_to_print(text: str) -> Page | None:
    advice = advise_for(Parameter(0, parse_declaration(text)))
    if advice is None:
        return None
    page = Page()
    page.text(Code(text), ": ", advice)
    return page


def _taken(text: str) -> int:
    """The number, from 0, of the argument that the end of a format's text prints.

    That is the argument of the last conversion, if the text ends with it, finished or not; otherwise the
    first argument that no conversion takes.
    """
    conversions = parse_format(text).conversions
    taken = sum(conversion.arguments for conversion in conversions)
    if not conversions or not _ends(text, conversions[-1]):
        return taken
    last = conversions[-1]
    if last.position:
        return max(int(last.position[:-1]) - 1, 0)
    if last.text[-1] == "*":
        return taken - 2  # the width or the precision: the value comes after it
    return taken - 1 if last.arguments else taken


def _ends(text: str, last: Conversion) -> bool:
    """Whether a text ends with a conversion, or with the spaces before its missing macro."""
    if not last.letter and last.macro is None:
        return True
    quote = last.macro is None and text.endswith('"')
    return last.end >= len(text) - quote


def _label(name: str, parameters: list[str], after: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    label = f"{name}("
    places = []
    for index, text in enumerate(parameters):
        label += ", " if index else ""
        places.append((len(label), len(label) + len(text)))
        label += text
    return label + after, tuple(places)
