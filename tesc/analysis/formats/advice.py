"""What to write instead of a conversion that does not fit its parameter."""

from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.formats import conversions as conv
from tesc.records import record
from tesc.syntax.c_type import SIGNED_FIXED
from tesc.syntax.data_models import UNSIGNED
from tesc.syntax.inttypes import macro_letter
from tesc.syntax.printf import Conversion, Macro, StringLiteral
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.diagnostic import Safety
    from tesc.syntax.c_type import CType
    from tesc.syntax.nodes import Format, Parameter, Tree

# How many characters before a conversion the help shows at most.
_LABEL = 24
# The length, or the size in the macro's name, for each type; others are promoted to int.
_LENGTHS = {
    "long": "l",
    "unsigned long": "l",
    "long long": "ll",
    "unsigned long long": "ll",
    "size_t": "z",
    "ssize_t": "z",
    "ptrdiff_t": "t",
}
_SIZES = {
    "int64_t": "64",
    "uint64_t": "64",
    "int32_t": "32",
    "uint32_t": "32",
    "intptr_t": "PTR",
    "uintptr_t": "PTR",
}
_NARROW = {"int8_t": "8", "uint8_t": "8", "int16_t": "16", "uint16_t": "16"}


@record
class Advice:
    """A conversion: `head` from its % on (with text before it in `before`), then `tail` or a macro."""

    before: str
    head: str
    tail: str
    macro: str

    @property
    def text(self) -> str:
        """As written in a format, without the quotes of the literal around it."""
        start = self.before + self.head
        return f'{start}" {self.macro}' if self.macro else start + self.tail


def macro_size(type_: CType) -> str | None:
    """The end of the names of the macros for a type, such as 64; None for types without macros."""
    if type_.pointers or type_.base is None:
        return None
    return _SIZES.get(type_.base) or _NARROW.get(type_.base)


def advise(conversion: Conversion, type_: CType) -> Advice | None:
    """The conversion for a type that is most similar to `conversion`; None if there is none.

    Hexadecimal stays hexadecimal; a decimal number gets the sign that the type has.
    """
    if conversion.position or "$" in conversion.width or type_.base is None or conversion.letter == "n":
        return None
    if type_.pointers:
        hexadecimal = _letter(conversion) in ("x", "X", "p")
        string = type_.is_char_pointer and not hexadecimal
        return _advice(conversion, "s" if string else "p", "")
    letter = _integer_letter(conversion, type_.base)
    before = "0x" if conversion.letter == "p" else ""
    size = _SIZES.get(type_.base) or (_NARROW.get(type_.base) if conversion.macro else None)
    if size and letter in "diouxX":
        return _advice(conversion, letter, f"PRI{letter}{size}", before)
    if size:
        return None
    return _advice(conversion, _LENGTHS.get(type_.base, "") + letter, "", before)


def _letter(conversion: Conversion) -> str:
    return macro_letter(conversion.macro.name) if conversion.macro else conversion.letter


def _integer_letter(conversion: Conversion, base: str) -> str:
    letter = _letter(conversion)
    if letter in "oxXbB":
        return letter
    if letter == "p":
        return "x"
    if letter in ("s", "S") and base == "char":
        return "c"
    if base in SIGNED_FIXED or base in UNSIGNED or base in ("char", "bool"):
        return "i" if letter == "i" else "d"
    return "u"


def _advice(conversion: Conversion, tail: str, macro: str, before: str = "") -> Advice | None:
    """The conversion `head`, with the flags, width and precision of another one that are valid for it.

    None if a precision given by a parameter would be lost.
    """
    letter = tail[-1]
    flags = "".join(flag for flag in conversion.flags if flag in conv.FLAGS[letter])
    # A precision is the maximum length of a string, the minimum of an integer, and something else in others.
    strings = letter == "s" and conversion.letter in ("s", "S")
    integers = letter in conv.INTEGER_LETTERS and _letter(conversion) in conv.INTEGER_LETTERS
    dot = f".{conversion.precision}" if conversion.precision is not None and (strings or integers) else ""
    if conversion.precision == "*" and not dot:
        return None
    return Advice(before, f"%{flags}{conversion.width}{dot}", "" if macro else tail, macro)


def advise_for(parameter: Parameter) -> str | None:
    """How to print a parameter: `write "buffer %p"`."""
    plain = Conversion(
        start=0,
        end=2,
        position="",
        flags="",
        width="",
        precision=None,
        length="",
        letter="d",
        macro=None,
        text="%d",
    )
    advice = advise(plain, parameter.type)
    if advice is None:
        return None
    name = f"{parameter.name} " if parameter.name else ""
    macro = f'" {advice.macro}' if advice.macro else '"'
    return f'write "... {name}{advice.head}{advice.tail}{macro}'


def repair(conversion: Conversion, model: str) -> tuple[Advice, bool]:
    """A conversion without its invalid parts, and whether it prints the same as before.

    The second is true if C ignores these parts.
    """
    flags, width = conversion.flags, conversion.width
    precision, length = conversion.precision, conversion.length
    macro = conversion.macro.name if conversion.macro else ""
    safe = True
    while True:
        error = conv.conversion_error(flags, width, precision, length, conversion.letter, macro, model)
        if error is None:
            break
        safe = safe and error.kind in ("repeated", "cancelled")
        if error.kind == "percent":
            return Advice("", "%", "%", ""), False
        if error.kind in ("flag", "cancelled"):
            flags = flags.replace(error.what, "")
        elif error.kind == "repeated":
            flags = "".join(dict.fromkeys(flags))
        elif error.kind == "width":
            width = ""
        elif error.kind == "precision":
            precision = None
        else:
            length = ""
    dot = "" if precision is None else f".{precision}"
    head = f"%{conversion.position}{flags}{width}{dot}"
    return Advice("", head, f"{length}{conversion.letter}" if not macro else "", macro), safe


def help_of(form: Format, conversion: Conversion, advice: Advice) -> str:
    """`write "addr %" PRIu64` or `write %zu`."""
    if not advice.macro:
        return f"write {advice.text}"
    literal = _literal_of(form, conversion)
    label = ""
    if literal is not None:
        ends = [c.end for c in form.parsed.conversions if c.end <= conversion.start]
        text = form.text[max([literal.start + 1, *ends]) : conversion.start]
        label = text[text.rstrip(" ").rfind(" ") + 1 :]
        label = (label if len(label) <= _LABEL else "").lstrip(" ")
    before = "" if label.endswith(("0x", "0X")) else advice.before
    return f'write "{label}{before}{advice.head}" {advice.macro}'


def fix_of(tree: Tree, form: Format, conversion: Conversion, advice: Advice, safety: Safety) -> Fix | None:
    """The edit that replaces a conversion by `advice`; None if the conversion spans several literals."""
    literal = _literal_of(form, conversion)
    if literal is None:
        return None
    start, end, text = _edit(form, conversion, literal, advice)
    span = Span(form.start + start, form.start + end)
    return Fix(safety, (SourceEdit(tree.source, span, text),))


def _literal_of(form: Format, conversion: Conversion) -> StringLiteral | None:
    """The literal that contains a conversion (up to its macro) as it is written, without escapes."""
    end = conversion.macro.start if conversion.macro else conversion.end
    for literal in form.parsed.literals:
        if literal.start < conversion.start < literal.end:
            name = conversion.macro.name if conversion.macro else ""
            written = form.text[conversion.start : literal.end - 1 if name else conversion.end]
            whole = not form.text[literal.end : end].strip(" \t")
            return literal if whole and written + name == conversion.text else None
    return None


def _edit(
    form: Format, conversion: Conversion, literal: StringLiteral, advice: Advice
) -> tuple[int, int, str]:
    """Start, end and replacement, relative to the format's start."""
    before = form.text[literal.start + 1 : conversion.start]
    start = conversion.start
    head = advice.before + advice.head
    if before[-2:] in ("0x", "0X"):
        if advice.tail == "p":
            start -= 2  # %p prints its own
        elif advice.before:
            head = advice.head
    old_macro = conversion.macro
    if old_macro is None:
        if not advice.macro:
            return start, conversion.end, head + advice.tail
        if _ends_blank(form, conversion):
            return start, form.parsed.pieces[-1].end, f'{head}" {advice.macro}'
        if conversion.end < literal.end - 1:
            return start, conversion.end, f'{head}" {advice.macro} "'
        return start, literal.end, f'{head}" {advice.macro}{_blank(form.text, literal.end)}'
    if advice.macro:
        if form.text[start : literal.end - 1] == head:
            return old_macro.start, old_macro.end, advice.macro
        return start, old_macro.end, f'{head}" {advice.macro}'
    follower = _after(form, old_macro)
    if isinstance(follower, StringLiteral):
        return start, follower.start + 1, head + advice.tail
    return start, old_macro.end, f'{head}{advice.tail}"'


def _ends_blank(form: Format, conversion: Conversion) -> bool:
    """Whether only spaces and empty strings follow a conversion, so that no string has to follow a macro."""
    rest = [piece for piece in form.parsed.pieces if piece.end > conversion.end]
    return all(
        isinstance(piece, StringLiteral)
        and not form.text[max(piece.start + 1, conversion.end) : piece.end - 1].strip(" ")
        for piece in rest
    )


def _blank(text: str, end: int) -> str:
    """A space if a macro would run into what follows."""
    return " " if text[end : end + 1] not in ("", " ", "\t") else ""


def _after(form: Format, macro: Macro) -> StringLiteral | Macro | None:
    return next((piece for piece in form.parsed.pieces if piece.start >= macro.end), None)
