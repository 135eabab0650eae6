from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.formats.advice import fix_of, help_of, repair
from tesc.analysis.formats.errors import format_errors
from tesc.analysis.formats.reports import conversion_of
from tesc.analysis.formats.wording import called, conversion_error_text
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.formats.errors import FormatError
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion

_PERCENT = "write %% for a percent sign"


class InvalidConversion(EventRule):
    """A conversion is not one of printf's, or its parts do not go together.

    A `%` begins a conversion unless it is doubled. Its letter must be one that C knows, and its flags,
    width, precision and length must suit that letter: `%hs`, `%#d` and `%.3c` mean nothing, and `0` means
    nothing together with `-` or a precision. A NUL (`\\0`) ends the format for printf, so whatever
    follows is never printed. Either all conversions number their parameters (`%1$d`), or none.

    Wrong:

        flash_erase(int done, int bank) "%d% of bank %#d"

    Right:

        flash_erase(int done, int bank) "%d%% of bank %d"
    """

    code = "TE409"
    name = "invalid-conversion"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for error in format_errors(event, settings.data_models):
            if error.kind == "nul":
                assert event.format is not None
                yield Report(_nul(event.format), "a NUL ends the format here", "remove it")
            elif error.kind == "conversion":
                yield _conversion_error(error, event, tree)
            elif error.kind in ("mixed", "position"):
                _, conversion, span = conversion_of(error, event)
                yield Report(span, *_position(error, conversion))


def _nul(form: Format) -> Span:
    """The span of the format's first NUL, an escape or the character itself."""
    flaw = next((flaw for flaw in form.parsed.flaws if flaw.kind == "nul"), None)
    raw = form.text.find("\0")
    if flaw is None or 0 <= raw < flaw.start:
        return Span(form.start + raw, form.start + raw + 1)
    return Span(form.start + flaw.start, form.start + flaw.end)


def _conversion_error(error: FormatError, event: Event, tree: Tree) -> Report:
    form, conversion, span = conversion_of(error, event)
    assert error.cause is not None
    message = conversion_error_text(conversion, error.cause, error.models[0])
    if error.cause.kind == "unknown" and error.cause.what == "-":
        return Report(span, message, "a precision cannot have a sign")
    macro = _macro_inside(form, conversion)
    if error.cause.kind == "unknown" and macro:
        return _take_out(macro, form, conversion, tree)
    if error.cause.kind == "unknown" and conversion.macro is None:
        fix = None
        bare = not (conversion.width or conversion.precision or conversion.length)
        if bare and not conversion.letter.isalnum() and form.text[conversion.start] == "%":
            start = Span(span.start, span.start)
            fix = Fix("unsafe", (SourceEdit(tree.source, start, "%"),))
        return Report(span, message, _PERCENT, fix=fix)
    advice, safe = repair(conversion, error.models[0])
    fix = None
    # Removing a `*` would leave a parameter without a conversion.
    if advice.head.count("*") == conversion.text.count("*"):
        fix = fix_of(tree, form, conversion, advice, "safe" if safe else "unsafe")
    help_ = _PERCENT if error.cause.kind == "percent" else help_of(form, conversion, advice)
    return Report(span, message, help_, fix=fix)


def _macro_inside(form: Format, conversion: Conversion) -> str | None:
    """The PRI macro whose name is in the string in place of the conversion's letter."""
    if conversion.letter != "P" or conversion.macro is not None:
        return None
    rest = form.text[conversion.end - 1 :]
    return max((name for name in PRI_MACROS if rest.startswith(name)), key=len, default=None)


def _take_out(macro: str, form: Format, conversion: Conversion, tree: Tree) -> Report:
    """The report on a macro inside the string: the string has to end before it."""
    begin = conversion.end - 1
    end = begin + len(macro)
    ends = form.text[end : end + 1] == '"'
    at = form.start
    edits = (
        SourceEdit(tree.source, Span(at + begin, at + begin), '" '),
        SourceEdit(tree.source, Span(at + end, at + end + ends), "" if ends else ' "'),
    )
    written = f'{form.text[conversion.start : begin]}" {macro}' + ("" if ends else ' "...')
    message = f"'{macro}' is inside the string, where it is not a macro"
    return Report(Span(at + conversion.start, at + end), message, f"write {written}", fix=Fix("safe", edits))


def _position(error: FormatError, conversion: Conversion) -> tuple[str, str]:
    if error.kind == "mixed":
        message = f"{called(conversion)} does not name its parameter by number, unlike other conversions"
        return message, "number all conversions, or none"
    if conversion.letter == "m":
        return f"{called(conversion)} takes no parameter", "write %m"
    return f"{called(conversion)} names parameter 0", "parameters count from 1"


RULE = InvalidConversion()
