from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report
from tesc.analysis.tracetool_script import makes_rust
from tesc.syntax.arguments import printings
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.source import Span
from tesc.units.printed_numbers import width_and_sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Safety
    from tesc.config.settings import Settings
    from tesc.syntax.arguments import Printing
    from tesc.syntax.nodes import Event, Tree

# The macros that have a length in Rust but not in C, and how many bits it leaves.
_CUTTING = {"8": 8, "16": 16}


class CutInRust(EventRule):
    """A macro of 8 or 16 bits prints different text from Rust than from C.

    A number narrower than an `int` is passed to printf as an `int`, and glibc, musl and mingw-w64 define
    `PRIx8` and similar macros without a length: C prints all of it. In Rust code, QEMU's tracetool writes
    `%hhx` for `PRIx8` and `%hx` for `PRIx16`, which truncate the number. So `PRIx8` prints an `int8_t` of
    -128 as `ffffff80` from C and as `80` from Rust, and `PRId8` prints a `uint8_t` of 200 as -56 from
    Rust. All other numbers print alike, so this is only information. With `compat = "fixed"` Rust prints
    what C prints. Trees whose tracetool generates no Rust (QEMU before 10.2) are not checked.

    Wrong:

        set_level(int8_t level, uint8_t channel) "level 0x%" PRIx8 " channel %" PRId8

    Right:

        set_level(uint8_t level, uint8_t channel) "level 0x%" PRIx8 " channel %" PRIu8
    """

    code = "TE439"
    name = "cut-in-rust"
    reference = "tracers"
    by_pairs = True
    severity = "information"
    fixable = True
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic" and settings.compat == "qemu"

    def concerns(self, event: Event, tree: Tree, settings: Settings) -> bool:
        return any(True for _ in _found(event, tree))

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for finding in _found(event, tree):
            if not makes_rust(tree.source.file):
                return
            yield finding


def _found(event: Event, tree: Tree) -> Iterator[Report]:
    form = event.format
    if form is None or "PRI" not in form.text:
        return
    how = printings(form.text)
    for index, parameter in enumerate(event.parameters):
        printing, type_ = how.get(index), parameter.type
        if printing is None or type_.pointers or not _cuts(printing, type_.text):
            continue
        conversion = printing.conversion
        macro = conversion.macro
        assert macro is not None
        _, bits = PRI_MACROS[macro.name]
        fix = None
        if printing.letter in "diu" and type_.base in ("int8_t", "uint8_t", "int16_t", "uint16_t"):
            instead = f"PRI{'u' if type_.base.startswith('u') else 'd'}{type_.base.strip('uint_')}"
            # The output in C changes if it showed a negative number without a sign.
            safety: Safety = "unsafe" if printing.letter == "u" and instead[3] == "d" else "safe"
            fix = format_text.fix(tree, form, (macro.start, macro.end, instead), safety=safety)
            help_ = f"write {instead}"
        elif printing.letter in "diu":
            help_ = "print it with a conversion of its own type"
        else:
            help_ = f"declare it 'uint{bits}_t'"
        yield Report(
            Span(form.start + conversion.start, form.start + conversion.end),
            f"{macro.name} truncates '{parameter.name}' to {bits} bits in Rust, but not in C",
            help_,
            fix=fix,
        )


def _cuts(printing: Printing, type_text: str) -> bool:
    """Whether any value of a type prints differently if only the macro's bits are printed."""
    macro = printing.conversion.macro
    _, size = PRI_MACROS.get(macro.name, ("", "")) if macro is not None else ("", "")
    width = _CUTTING.get(size)
    if width is None or printing.letter not in "diuxX":
        return False
    bits, signed = width_and_sign(type_text)
    if bits == 64:
        return False  # not the macro's type (TE401)
    if printing.letter in "di" and signed:
        return bits > width
    return signed or bits > width or (bits == width and printing.letter in "di")


RULE = CutInRust()
