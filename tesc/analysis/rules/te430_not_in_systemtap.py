from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.printf import parse_format
from tesc.units.compat import stap_sizes_dropped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree
    from tesc.syntax.printf import Conversion

# The conversions that SystemTap's printf accepts.
_FLAGS, _LENGTHS, _LETTERS = frozenset("-+ #0"), ("", "l"), "diuxXocspbmM"
# Other rules report these: floating point, writing, unknown letters.
_KNOWN = "diuxXocspCS"
# The types that `h` prints without loss; first those that `hh` does.
_SIGNED = ("int8_t", "signed char", "int16_t", "short")
_UNSIGNED = ("uint8_t", "unsigned char", "uint16_t", "unsigned short")


class NotInSystemtap(EventRule):
    """SystemTap's printf does not support a conversion.

    All its numbers are 64 bits wide, and the only length it knows is `l`. For the tapset that prints what
    the log prints, QEMU's tracetool drops `z` and `ll`, but only from the simplest conversions (`%zu`,
    `%8llx`). With any other conversion of this kind, SystemTap rejects the tapset as a whole.

    Wrong:

        set_level(uint8_t level, size_t size) "level %hhu size %zi"

    Right:

        set_level(uint8_t level, size_t size) "level %u size %zu"
    """

    code = "TE430"
    name = "not-in-systemtap"
    reference = "tracers"
    by_pairs = True
    severity = "warning"
    fixable = True
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        types = {c.start: p.type.base or "" for c, p in format_text.arguments(event) if not p.type.is_pointer}
        for conversion in form.parsed.conversions:
            text = conversion.text
            if conversion.letter not in _KNOWN or conversion.macro or not conversion.letter or "$" in text:
                continue
            if _taken(text):
                continue
            shown = form.text[conversion.start : conversion.end]
            instead = _instead(conversion, types.get(conversion.start, ""))
            fix = None
            if instead is not None and shown == text:
                fix = format_text.fix(tree, form, (conversion.start, conversion.end, instead))
            yield Report(
                format_text.span(form, conversion.start, conversion.end),
                f"'{shown}' makes SystemTap reject the log tapset",
                f"write '{instead}'" if instead else _help(conversion),
                fix=fix,
            )


def _taken(text: str) -> bool:
    """Whether SystemTap accepts a conversion as tracetool writes it into the tapset."""
    c = parse_format(f'"{stap_sizes_dropped(text)}"').conversions[0]
    return (
        _FLAGS.issuperset(c.flags)
        and c.length in _LENGTHS
        and c.letter in _LETTERS
        and not (c.precision or "").startswith("-")
    )


def _instead(conversion: Conversion, base: str) -> str | None:
    """An accepted conversion that prints the same: short numbers are promoted to int, %i is %d."""
    c = conversion
    length = c.length
    if length in ("h", "hh"):
        # The length truncates a longer number: only the author knows whether that is intended.
        shorter = _SIGNED if c.letter in "di" else _UNSIGNED
        if base not in (shorter if length == "h" else shorter[:2]):
            return None
        length = ""
    precision = "" if c.precision is None else f".{c.precision}"
    flags = c.flags.replace("'", "").replace("I", "")
    text = f"%{flags}{c.width}{precision}{length}{'d' if c.letter == 'i' else c.letter}"
    return text if text != c.text and _taken(text) else None


def _help(conversion: Conversion) -> str:
    if conversion.length in ("h", "hh"):
        return f"remove '{conversion.length}': a short number is passed as an int"
    return "use a PRI macro, or a conversion without length and flags"


RULE = NotInSystemtap()
