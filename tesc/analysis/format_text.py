"""Helpers for rules: the text around a format's conversions, and edits in it."""

from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.printf import StringLiteral
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.diagnostic import Safety
    from tesc.syntax.nodes import Event, Format, Parameter, Tree
    from tesc.syntax.printf import Conversion, Macro

HEX = ("x", "X")
DECIMAL = ("d", "i", "u")
INTEGER = (*DECIMAL, *HEX, "o")


def letter(conversion: Conversion) -> str:
    """The conversion's letter, or that of its macro; empty if it has neither."""
    if conversion.macro is None:
        return conversion.letter
    return PRI_MACROS.get(conversion.macro.name, ("", ""))[0]


def between(form: Format, start: int, end: int) -> str:
    """The text of the format's literals from `start` to `end`, without the quotes between them."""
    return "".join(
        form.text[max(start, piece.start + 1) : min(end, piece.end - 1)]
        for piece in form.parsed.pieces
        if piece.start < end and start < piece.end and isinstance(piece, StringLiteral)
    )


def prefix_before(text: str, at: int) -> int:
    """The offset of a `0x` right before `at`, possibly in the previous literal; -1 if there is none."""
    if text[at - 1] == '"' and text[: at - 1].rstrip(" \t").endswith('"'):
        at = len(text[: at - 1].rstrip(" \t")) - 1
    return at - 2 if text[at - 2 : at] in ("0x", "0X") else -1


def follows_word(text: str, at: int) -> bool:
    """Whether the text at `at` continues a word or number, as `0x` does in `640x%d`."""
    before = text[at - 1]
    return (before.isalnum() or before == "_") and text[at - 2] != "\\"


def stray_macros(form: Format) -> list[Macro]:
    """The macros without a `%` before them: the format prints their expansion as text."""
    parsed = form.parsed
    taken = {c.macro.start for c in parsed.conversions if c.macro}
    return [macro for macro in parsed.macros if macro.start not in taken and macro.name in PRI_MACROS]


def glued(form: Format, macro: Macro) -> Conversion | None:
    """The conversion that ends right before a macro, if one does."""
    for conversion in form.parsed.conversions:
        if conversion.letter.isalpha() and conversion.end < macro.start:
            gap = form.text[conversion.end : macro.start]
            if gap.rstrip(" \t") == '"':
                return conversion
    return None


def arguments(event: Event) -> list[tuple[Conversion, Parameter]]:
    """Each conversion with the parameter it prints; empty if there are more of one than of the other."""
    if event.format is None:
        return []
    conversions = [c for c in event.format.parsed.conversions if c.arguments]
    if len(conversions) != len(event.parameters) or any(c.arguments > 1 or c.position for c in conversions):
        return []
    return list(zip(conversions, event.parameters))


def without_alternate(conversion: Conversion) -> tuple[str, bool] | None:
    """A `%#x` up to its precision, without `#`, to follow a `0x`; and whether columns stay aligned.

    None if its width is unknown.
    """
    flags = conversion.flags.replace("#", "")
    if conversion.width.startswith("*"):
        return None
    width = int(conversion.width or 0) - 2
    if width <= 0:
        # The prefix alone fills the width, so there were never zeros.
        return f"%{flags.replace('0', '')}", True
    if "-" in flags:
        return f"%{flags}{width}", True
    if conversion.precision is not None:
        return f"%{flags.replace('0', '')}", width <= int(conversion.precision or 0)
    if "0" in flags:
        return f"%{flags}{width}", True
    # Padding would be between 0x and the number, so it is put after the number.
    return f"%{flags}-{width}", False


def head(conversion: Conversion) -> str:
    """A conversion's text up to its precision: `%`, flags and width."""
    return f"%{conversion.position}{conversion.flags}{conversion.width}"


def span(form: Format, start: int, end: int) -> Span:
    """A range of the format's text as a span of the source."""
    return Span(form.start + start, form.start + end)


def fix(tree: Tree, form: Format, *edits: tuple[int, int, str], safety: Safety = "safe") -> Fix:
    """A fix of edits in the format, each a start, an end and the new text."""
    return Fix(
        safety, tuple(SourceEdit(tree.source, span(form, start, end), text) for start, end, text in edits)
    )
