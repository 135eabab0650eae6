from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.analysis.tracetool_script import makes_rust
from tesc.records import replace
from tesc.syntax.inttypes import PRI_MACROS, TRACETOOL_LENGTHS
from tesc.syntax.printf import SIMPLE_ESCAPES, escapes
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.c_type import CType
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Macro

_SHARED_ESCAPES = frozenset('nrt\\"')
_CODES = {letter: ord(SIMPLE_ESCAPES[letter]) for letter in "abfveE"}
_PLAIN = "'?"
# What they expand to without a length: short numbers are promoted to int.
_INT_SIZES = ("8", "16", "32")


class NotInRust(EventRule):
    """A format or type cannot be translated to Rust.

    QEMU's tracetool copies strings into Rust code. Of C's escapes, `\\n`, `\\r`, `\\t`, `\\\\`, `\\"`, and
    `\\x` with two digits, mean the same there; the others are errors or mean something else, and `'` needs no
    escape. It knows the decimal and hexadecimal macros for 8, 16, 32 and 64 bits, `PTR` and `MAX`, and all
    types except a bare `signed` and pointers with a `const` after a star. Trees whose tracetool generates no
    Rust (QEMU before 10.2, without `scripts/tracetool/format/rs.py`) are not checked.

    Wrong:

        set_colour(signed level, uint8_t mode) "\\33[1m level %d mode 0%" PRIo8

    Right:

        set_colour(int level, uint8_t mode) "\\x1b[1m level %d mode 0%o"
    """

    code = "TE421"
    name = "not-in-rust"
    reference = "tracers"
    by_pairs = True
    severity = "warning"
    fixable = True

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic" and settings.compat == "qemu"

    def concerns(self, event: Event, tree: Tree, settings: Settings) -> bool:
        return any(True for _ in _found(event, tree))

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for finding in _found(event, tree):
            if not makes_rust(tree.source.file):
                return
            # Other projects may never generate Rust.
            yield finding if settings.profile == "qemu" else replace(finding, severity="information")


def _found(event: Event, tree: Tree) -> Iterator[Report]:
    for parameter in event.parameters:
        words = parameter.type.words
        if "signed" in words and parameter.type.base == "int" and "int" not in words:
            at = parameter.start + parameter.type.offset_of("signed")
            edit = SourceEdit(tree.source, Span(at, at + len("signed")), "int")
            message = "QEMU's tracetool has no Rust type for a bare 'signed'"
            yield Report(edit.span, message, "write 'int'", fix=Fix("safe", (edit,)))
        elif parameter.type.base and (where := _odd_const(parameter.type)):
            message = f"QEMU's tracetool has no Rust type for '{parameter.type.text}'"
            yield Report(parameter.type_span, message, f"remove {where}")
    form = event.format
    if form is None:
        return
    if "\\" in form.text:
        yield from _escapes(tree, form)
    if "PRI" in form.text:
        for macro in form.parsed.macros:
            letter, size = PRI_MACROS.get(macro.name, ("", ""))
            if letter == "o" or size not in ("", *TRACETOOL_LENGTHS):
                yield _macro(tree, form, macro)


def _odd_const(type_: CType) -> str:
    """The `const` of a pointer that makes tracetool lose the type; empty if there is none."""
    pointed, *after = type_.consts
    if any(after):
        return "the 'const' after the star"
    return "one 'const'" if after and pointed > 1 else ""


def _escapes(tree: Tree, form: Format) -> Iterator[Report]:
    # Other rules report newlines, NULs and escapes that are invalid in C too.
    flawed = {flaw.start for flaw in form.parsed.flaws}
    for match in escapes(form.text, form.parsed):
        instead = _instead(match)
        if instead is None or match.start() in flawed:
            continue
        # C would read a digit after it as part of it.
        following = form.text[match.end()]
        swallowed = instead.startswith("\\x") and following in "0123456789abcdefABCDEF"
        fix = None if swallowed else format_text.fix(tree, form, (match.start(), match.end(), instead))
        yield Report(
            format_text.span(form, match.start(), match.end()),
            f"QEMU's tracetool cannot translate the escape '{match[0]}' to Rust",
            f"write '{instead}'" if fix else f"write '{instead}', and not '{following}' right after it",
            fix=fix,
        )


def _instead(match: re.Match[str]) -> str | None:
    """How to write a character so that C and Rust read the same; None if it already is."""
    octal, hexa, short, long, other = match.groups()
    if other is not None:
        if other in _PLAIN:
            return other
        return f"\\x{_CODES[other]:02x}" if other in _CODES else None
    if short or long:
        code = int(short or long, 16)
        return chr(code) if 0xA0 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else None
    code = int(octal, 8) if octal else int(hexa, 16)
    if code > 255 or (hexa and len(hexa) == 2):
        return None
    return chr(code) if 32 <= code < 127 and chr(code) not in '"\\%' else f"\\x{code:02x}"


def _macro(tree: Tree, form: Format, macro: Macro) -> Report:
    message = f"QEMU's tracetool cannot translate {macro.name} to Rust"
    letter, size = PRI_MACROS[macro.name]
    where = format_text.span(form, macro.start, macro.end)
    exact = size[5:] if size.startswith("LEAST") else None
    if exact is not None and letter != "o":
        fix = format_text.fix(tree, form, (macro.start + 4, macro.end, exact))
        return Report(where, message, f"write PRI{letter}{exact}", fix=fix)
    if (exact or size) not in _INT_SIZES:
        help_ = "print it in hex" if letter == "o" else "declare the parameter with a type of a fixed size"
        return Report(where, message, help_)
    return Report(where, message, f"write '%{letter}'", fix=_inlined(tree, form, macro, letter))


def _inlined(tree: Tree, form: Format, macro: Macro, instead: str) -> Fix | None:
    """The fix that writes a macro's expansion into the string before it, joined with the string after it."""
    if all(conversion.macro is not macro for conversion in form.parsed.conversions):
        return None
    before = len(form.text[: macro.start].rstrip(" \t")) - 1
    if form.text[before] != '"':
        return None
    rest = form.text[macro.end :]
    blanks = len(rest) - len(rest.lstrip(" \t"))
    if rest[blanks : blanks + 1] == '"':
        return format_text.fix(tree, form, (before, macro.end + blanks + 1, instead))
    return format_text.fix(tree, form, (before, macro.end, f'{instead}"'))


RULE = NotInRust()
