from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Macro

# A conversion's text without its %: a width, a length or both, and the letter.
_BARE = re.compile(
    r"(?<![0-9A-Za-z_])0[xX](?P<rest>(?:0?[1-9]\d?(?:hh?|ll?|z)?|hh?|ll?|z)[xX])(?![0-9A-Za-z_])"
)
# What may stand between the prefix and a macro: a width.
_WIDTH = re.compile(r"0[xX](\d*)\Z")


class PrefixWithoutConversion(EventRule):
    """A conversion lacks its `%`.

    The format prints what the macro stands for as text, such as `lx`, or the width and letters that were
    meant for a conversion. The argument is not printed, and those behind it may get into the wrong places.

    Wrong:

        disable map_page(uint64_t addr) "addr 0x" PRIx64

    Right:

        disable map_page(uint64_t addr) "addr 0x%" PRIx64
    """

    code = "TE418"
    name = "prefix-without-conversion"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        stray = format_text.stray_macros(form) if "PRI" in form.text else []
        if not stray and _BARE.search(form.text) is None:
            return
        left_over = len(event.parameters) > sum(c.arguments for c in form.parsed.conversions)
        for macro in stray:
            # One that stands right after a conversion is another mistake (TE427).
            if format_text.glued(form, macro) is None:
                yield _of_macro(tree, form, macro, left_over)
        # Where no argument is left over, '0x1x' may stand for 0x10 to 0x1f.
        for match in _BARE.finditer(form.text) if left_over else ():
            start, rest = match.start("rest"), match["rest"]
            yield Report(
                format_text.span(form, match.start(), match.end()),
                f"'{match[0]}' lacks a '%': it is printed as it stands",
                f"write '0x%{rest}'",
                fix=format_text.fix(tree, form, (start, start, "%")),
            )


def _of_macro(tree: Tree, form: Format, macro: Macro, left_over: bool) -> Report:
    text = form.text
    message = f"'{macro.name}' has no '%' before it: what it stands for is printed as text"
    where = format_text.span(form, macro.start, macro.end)
    if not left_over:
        return Report(where, message, f"leave out {macro.name}: no argument is left for it")
    quote = len(text[: macro.start].rstrip(" \t")) - 1
    if quote < 1 or text[quote] != '"':
        return Report(where, message, f"put '%' before it, in a string: \"%\" {macro.name}")
    literal = next(piece for piece in form.parsed.pieces if piece.end == quote + 1)
    before = text[literal.start + 1 : quote]
    width = _WIDTH.search(before)
    at = literal.start + 1 + width.start(1) if width else quote
    hexadecimal = macro.name[3] in format_text.HEX and format_text.prefix_before(text, quote) < 0
    prefix = "0x" if width or hexadecimal else ""
    help_ = f'write "{prefix}%{width[1] if width else ""}" {macro.name}'
    # Who knows what a digit or a percent sign before the quote was meant to be, or half a word.
    fix = None
    unclear = (
        before[-1:].isdigit()
        or before.endswith(("%", "\\"))
        or (prefix and format_text.follows_word(text, quote))
    )
    if width or not unclear:
        fix = format_text.fix(tree, form, (at, at, "%" if width else f"{prefix}%"))
    return Report(where, message, help_, fix=fix)


RULE = PrefixWithoutConversion()
