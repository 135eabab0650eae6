from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.inttypes import PRI_MACROS, macro_letter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion, Macro

# A conversion's text without its %: a width, a length or both, and the letter.
_BARE = re.compile(
    r"(?<![0-9A-Za-z_])0[xX](?P<rest>(?:0?[1-9]\d?(?:hh?|ll?|z)?|hh?|ll?|z)[xX])(?![0-9A-Za-z_])"
)
# What may come between the prefix and a macro: a width.
_WIDTH = re.compile(r"0[xX](\d*)\Z")
# Text after a conversion that should be part of it: a length, a width.
_LENGTH_AFTER = re.compile(r"ll?(?![A-Za-z0-9_])")
_WIDTH_AFTER = re.compile(r"(?:0?[1-9]|[12]\d|3[0-2])(?![0-9A-Za-z_%])")
# A width before a conversion, right after the prefix of its number.
_WIDTH_BEFORE = re.compile(r"(?<![0-9A-Za-z_])0[xX](0[1-9]|01[0-6])\Z")
# The length for each type; other types have no length that could be misplaced.
_LENGTHS = {
    "long": "l",
    "unsigned long": "l",
    "long long": "ll",
    "unsigned long long": "ll",
    "size_t": "z",
    "ssize_t": "z",
    "intptr_t": "z",
    "uintptr_t": "z",
    "ptrdiff_t": "t",
}
_SIXTY_FOUR = ("int64_t", "uint64_t")
_MODIFIERS = ("", "h", "hh", "l", "ll", "j", "z", "t")
_SIGNS = ("", "-", "+", " ")


class MisspeltConversion(EventRule):
    """A conversion is misspelt, so part of it is printed as text.

    The `%` may be missing: `"0x" PRIx64` prints what the macro expands to, such as `lx`, instead of the
    argument, and later arguments may be printed in the wrong places. A conversion may have its letter
    twice: `%x" PRIx8` is `%xhhx`. The length may come after the letter: `%ul` prints an `unsigned int`
    and then an l. The width may be misplaced: `%0x8` prints a number and then an 8, and `0x08%x` prints
    `0x08` and then the number.

    Wrong:

        disable map_page(uint64_t addr) "addr 0x" PRIx64
        command(uint8_t opcode) "opcode 0x%x" PRIx8
        add_page(uint32_t index, uint32_t length) "page %u length %ul"
        set_mode(uint32_t mode, uint8_t flags) "mode 0x%0x8 flags 0x02%x"

    Right:

        disable map_page(uint64_t addr) "addr 0x%" PRIx64
        command(uint8_t opcode) "opcode 0x%" PRIx8
        add_page(uint32_t index, uint32_t length) "page %u length %u"
        set_mode(uint32_t mode, uint8_t flags) "mode 0x%08x flags 0x%02x"
    """

    code = "TE418"
    name = "misspelt-conversion"
    by_pairs = True
    formerly = (
        *("prefix-without-conversion", "TE423", "stray-length"),
        *("TE424", "misplaced-width", "TE427", "glued-conversion"),
    )
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        types = {c.start: p.type.base for c, p in format_text.arguments(event) if not p.type.is_pointer}
        left_over = len(event.parameters) > sum(c.arguments for c in form.parsed.conversions)
        for macro in format_text.stray_macros(form):
            conversion = format_text.glued(form, macro)
            if conversion is None:
                yield _without_percent(tree, form, macro, left_over)
            else:
                yield _twice(tree, form, conversion, macro, types.get(conversion.start))
        # If there are enough conversions, '0x1x' may mean 0x10 to 0x1f.
        for match in _BARE.finditer(form.parsed.joined) if left_over else ():
            start, _ = form.parsed.written(match.start("rest"), match.end())
            yield Report(
                format_text.span(form, *form.parsed.written(*match.span())),
                f"'{match[0]}' lacks a '%': it is printed literally",
                f"write '0x%{match['rest']}'",
                fix=format_text.fix(tree, form, (start, start, "%")),
            )
        for index, conversion in enumerate(form.parsed.conversions):
            after = _at_once(form, index)
            yield from _length_after(tree, form, conversion, after, types.get(conversion.start))
            yield from _width_after(tree, form, conversion, after)
            yield from _width_before(tree, form, index)


def _at_once(form: Format, index: int) -> str:
    """The text right after a conversion, in the same string; else empty."""
    parsed = form.parsed
    start = parsed.places[index][1]
    after = parsed.joined[start:]
    return after if after and parsed.written(start, start + 1)[0] == parsed.conversions[index].end else ""


def _without_percent(tree: Tree, form: Format, macro: Macro, left_over: bool) -> Report:
    text = form.text
    message = f"'{macro.name}' has no '%' before it: its expansion is printed as text"
    where = format_text.span(form, macro.start, macro.end)
    if not left_over:
        return Report(where, message, f"remove {macro.name}: no argument is left for it")
    quote = len(text[: macro.start].rstrip(" \t")) - 1
    if quote < 1 or text[quote] != '"':
        return Report(where, message, f"put '%' before it, in a string: \"%\" {macro.name}")
    literal = next(piece for piece in form.parsed.pieces if piece.end == quote + 1)
    before = text[literal.start + 1 : quote]
    width = _WIDTH.search(before)
    at = literal.start + 1 + width.start(1) if width else quote
    hexadecimal = macro_letter(macro.name) in format_text.HEX and format_text.prefix_before(text, quote) < 0
    prefix = "0x" if width or hexadecimal else ""
    help_ = f'write "{prefix}%{width[1] if width else ""}" {macro.name}'
    # It is unclear what a digit, a percent sign or part of a word before the quote should be.
    fix = None
    unclear = (
        before[-1:].isdigit()
        or before.endswith(("%", "\\"))
        or (prefix and format_text.follows_word(text, quote))
    )
    if width or not unclear:
        fix = format_text.fix(tree, form, (at, at, "%" if width else f"{prefix}%"))
    return Report(where, message, help_, fix=fix)


def _twice(tree: Tree, form: Format, conversion: Conversion, macro: Macro, base: str | None) -> Report:
    """The report on a conversion with a letter and a macro, one of which has to be removed."""
    shown = form.text[conversion.start : conversion.end]
    length = len(conversion.length) + 1
    letter, size = PRI_MACROS[macro.name]
    hexadecimal = letter in format_text.HEX
    prefixed = format_text.prefix_before(form.text, conversion.start) >= 0
    own = shown.endswith(conversion.length + conversion.letter) and conversion.letter in format_text.INTEGER
    help_, fix = f"remove {macro.name}", None
    if base not in (f"int{size}_t", f"uint{size}_t"):
        if base is not None:
            start = form.text.index('"', conversion.end) + 1
            fix = format_text.fix(tree, form, (start, macro.end, ""))
    elif own and hexadecimal != prefixed and hexadecimal != (conversion.letter in format_text.HEX):
        # It is unclear whether it should be hex or decimal.
        help_ = f"remove the '{conversion.letter}', or {macro.name}"
    elif own:
        help_ = f'write {shown[:-length]}" {macro.name}'
        fix = format_text.fix(tree, form, (conversion.end - length, conversion.end, ""))
    where = format_text.span(form, conversion.start, macro.end)
    message = f"'{shown}' is a conversion already: {macro.name} is printed as text"
    return Report(where, message, help_, fix=fix)


def _length_after(
    tree: Tree, form: Format, conversion: Conversion, following: str, base: str | None
) -> Iterator[Report]:
    after = _LENGTH_AFTER.match(following)
    if after is None or conversion.letter not in format_text.INTEGER:
        return
    end = conversion.end + after.end()
    text = _respelt(conversion, base)
    help_, fix = "put it before the letter, or remove it", None
    if text is not None:
        help_ = f"write {text}" if '"' in text else f"write '{text}'"
        # The macro ends the string; the rest of it needs another string.
        reach = end + 1 if '"' in text and form.text[end] == '"' else end
        more = ' "' if '"' in text and form.text[end] != '"' else ""
        fix = format_text.fix(tree, form, (conversion.start, reach, text + more))
    shown = form.text[conversion.start : end]
    where = format_text.span(form, conversion.start, end)
    message = f"'{shown}' prints a number and then '{after[0]}'"
    yield Report(where, message, help_, fix=fix, severity="warning")


def _respelt(conversion: Conversion, base: str | None) -> str | None:
    """The conversion that fits its parameter; None if that is unknown."""
    if base is None or not conversion.text.endswith(conversion.length + conversion.letter):
        return None
    start = conversion.text[: len(conversion.text) - len(conversion.length) - 1]
    if base in _SIXTY_FOUR:
        return f'{start}" PRI{conversion.letter}64'
    return f"{start}{_LENGTHS.get(base, conversion.length)}{conversion.letter}"


def _width_after(tree: Tree, form: Format, conversion: Conversion, following: str) -> Iterator[Report]:
    """The report on `%0x8`: the zero alone can only be a flag for that width."""
    flags = conversion.flags
    if conversion.letter not in format_text.INTEGER or flags[-1:] != "0" or flags[:-1] not in _SIGNS:
        return
    if conversion.width or conversion.precision is not None or conversion.length not in _MODIFIERS:
        return
    width = _WIDTH_AFTER.match(following)
    if width is not None:
        end = conversion.end + width.end()
        text = f"%{flags}{width[0].lstrip('0')}{conversion.length}{conversion.letter}"
        yield Report(
            format_text.span(form, conversion.start, end),
            f"'{conversion.text}{width[0]}' prints a number and then '{width[0]}'",
            f"write '{text}'",
            fix=format_text.fix(tree, form, (conversion.start, end, text)),
            severity="warning",
        )


def _width_before(tree: Tree, form: Format, index: int) -> Iterator[Report]:
    """The report on `0x08%x`, if it has no other width."""
    parsed = form.parsed
    conversion = parsed.conversions[index]
    if format_text.letter(conversion) not in format_text.HEX or conversion.flags or conversion.width:
        return
    end = parsed.places[index][0]
    width = _WIDTH_BEFORE.search(parsed.joined[:end])
    if conversion.precision is None and conversion.length in _MODIFIERS and width is not None:
        start, last = parsed.written(width.start(1), end)
        if last != conversion.start:
            return  # in another string
        rest = form.text[conversion.start + 1 : conversion.end]
        yield Report(
            format_text.span(form, start, conversion.end),
            f"'{width[1]}' is printed before the number",
            f"write '0x%{width[1]}{rest}'",
            fix=format_text.fix(tree, form, (start, conversion.start + 1, f"%{width[1]}")),
            severity="warning",
        )


RULE = MisspeltConversion()
