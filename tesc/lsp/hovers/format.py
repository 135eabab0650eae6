"""The hovers for parameters, and for the conversions and macros that print them."""

from __future__ import annotations

from tesc.analysis.formats import conversions as conv
from tesc.analysis.formats.description import printed
from tesc.analysis.formats.models import basic, bits, macro_type, promoted
from tesc.analysis.formats.pairing import pairings
from tesc.analysis.formats.wording import conversion_error_text
from tesc.analysis.rules.te411_unknown_pri_macro import advice
from tesc.lsp.hovers.page import Code, Page, counted
from tesc.syntax.data_models import MODELS, expansion
from tesc.syntax.inttypes import PRI_MACROS
from tesc.units.crossing import POINTER_LETTERS, texts_sent
from tesc.units.text import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.analysis.formats.pairing import Pairing
    from tesc.lsp.hovers.page import Piece
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event, Parameter
    from tesc.syntax.printf import Conversion, Macro

# Models that C programmers know by name; others are shown only if a project uses them.
_ALL = ("lp64", "ilp32", "llp64")


def of_conversion(view: View, event: Event, index: int) -> Page:
    """The page on a conversion: what it prints, the argument that it wants, the parameter that it gets."""
    assert event.format is not None
    conversion = event.format.parsed.conversions[index]
    models = view.settings.data_models
    page = Page()
    what = printed(conversion)
    page.code(written(conversion), "text")
    page.text(f"Prints {what}." if what else "Not a conversion of printf.")
    for model in models:
        error = conv.conversion_error_on(conversion, model)
        if error is not None:
            page.item(conversion_error_text(conversion, error, model))
            break
    _takes(page, view, event, index)
    if conversion.letter in POINTER_LETTERS and _becomes_number(view, event, index):
        page.item("from the host, where it crosses the guest tunnel: ", Code('0x%" PRIx64'))
    return page


def _becomes_number(view: View, event: Event, index: int) -> bool:
    """Whether a conversion of a pointer prints a number once the event has crossed the guest tunnel."""
    crossing = next((one for one in view.events_of(event) if one.crosses), None)
    if crossing is None or crossing.wire == "words":
        return crossing is not None
    texts = texts_sent(event)
    pairs = pairings(event, view.settings.data_models)
    return not any(pair.slot.conversion == index and pair.parameter in texts for pair in pairs)


def of_macro(view: View, event: Event, macro: Macro) -> Page:
    """The page on a macro: its expansion, and the conversion that it completes."""
    page = Page()
    if macro.name not in PRI_MACROS:
        page.text(
            Code(macro.name),
            " is not a macro of ",
            Code("<inttypes.h>"),
            f": {advice(event, macro, view.settings.data_models)}.",
        )
        return page
    page.text(Code(macro.name), " of ", Code("<inttypes.h>"), " is for ", Code(macro_type(macro.name)), ".")
    page.item("stands for ", *by_model(_ALL, lambda model: f'"{expansion(macro.name, model)}"'))
    assert event.format is not None
    for index, conversion in enumerate(event.format.parsed.conversions):
        if conversion.macro == macro:
            what = printed(conversion)
            if what:
                page.item(Code(written(conversion)), f" prints {what}")
            _takes(page, view, event, index)
    return page


def _takes(page: Page, view: View, event: Event, index: int) -> None:
    """Add the arguments of a conversion to its page: their types and parameters."""
    assert event.format is not None
    conversion = event.format.parsed.conversions[index]
    models = view.settings.data_models
    # Nothing is known about the arguments of an invalid or unknown conversion.
    sound = conv.known_macro(conversion) and not any(
        conv.conversion_error_on(conversion, model) for model in models
    )
    for pair in pairings(event, models):
        if pair.slot.conversion == index:
            as_ = "" if pair.slot.role == "value" else f" as {pair.slot.role}"
            wanted = _wanted(conversion, pair, models)
            if wanted:
                page.item("takes ", *wanted, as_)
            if pair.parameter is None:
                page.item(f"there is no parameter for it{as_}")
            else:
                parameter = event.parameters[pair.parameter]
                fit = _fit(parameter, pair, models) if sound and parameter.type.base else ""
                page.item(f"its parameter{as_} is ", Code(parameter.declaration.text), fit)


def _wanted(conversion: Conversion, pair: Pairing, models: tuple[str, ...]) -> list[Piece]:
    """The type of an argument by its C name, and its basic type on each data model."""
    slot = pair.slot

    def wanted(model: str) -> str:
        return conv.wanted(*conv.expanded(slot.length, slot.letter, slot.macro, model)) or ""

    if not all(wanted(model) for model in models):
        return []
    # A macro's name has its type; printf's own type for it differs.
    shown = macro_type(slot.macro) if slot.macro and not conversion.length else wanted(models[0])
    return _named(shown, models, lambda model: _resolved(wanted(model), model))


def _resolved(name: str, model: str) -> str:
    base, star, rest = name.partition(" *")
    return f"{MODELS[model].type(base)}{star}{rest}"


def _named(shown: str, models: tuple[str, ...], resolved: Callable[[str], str]) -> list[Piece]:
    """A type's name, and its basic type on each data model unless that is the same."""
    if all(resolved(model) == shown for model in models):
        return [Code(shown)]
    return [Code(shown), ": ", *by_model(models, resolved)]


def _fit(parameter: Parameter, pair: Pairing, models: tuple[str, ...]) -> str:
    """Whether a parameter fits its conversion, as part of a sentence."""
    if pair.rejecting:
        return f", {_unfit(pair, models)}"
    slot = pair.slot
    key = slot.length, slot.letter, slot.macro, parameter.type.text
    signs = slot.role == "value" and any(conv.other_sign(*key, model) for model in models)
    return ", which fits except for its sign" if signs else ", which fits"


def _unfit(pair: Pairing, models: tuple[str, ...]) -> str:
    everywhere = len(pair.rejecting) == len(models)
    return "which does not fit" + ("" if everywhere else f" on {_labels(pair.rejecting)}")


def of_parameter(view: View, event: Event, index: int) -> Page:
    """The page on a parameter: its type on each data model, and what prints it."""
    parameter = event.parameters[index]
    page = Page()
    page.code(parameter.declaration.text)
    page.item(*_type(parameter))
    crossing = next((one for one in view.events_of(event) if one.crosses), None)
    if crossing is not None and parameter.type.is_pointer:
        type_, name = crossing.parameters[index]
        page.item("to the host, where it crosses the guest tunnel: ", Code(f"{type_} {name}"))
    if event.format is None:
        page.item("nothing prints it: the event has no format")
        return page
    conversions = event.format.parsed.conversions
    models = view.settings.data_models
    found = [pair for pair in pairings(event, models) if pair.parameter == index]
    for pair in found:
        conversion = conversions[pair.slot.conversion]
        if pair.slot.role != "value":
            page.item(f"gives the {pair.slot.role} of ", Code(written(conversion)))
            continue
        what = printed(conversion)
        unfit = f", {_unfit(pair, models)}" if pair.rejecting else ""
        page.item("printed by ", Code(written(conversion)), unfit, f": {what}" if what else "")
    if not found:
        page.item("no conversion prints it")
    return page


def _type(parameter: Parameter) -> list[Piece]:
    """A parameter's basic type and width on each data model."""
    type_ = parameter.type
    if type_.is_pointer:
        what = "a string, passed by its address" if text_of(type_.text, None) else "a pointer"
        return [f"{what}: 64 bits on LP64 and LLP64, 32 bits on ILP32"]
    if type_.base is None or basic(type_.text, "lp64") is None:
        return ["an unknown type"]
    text = type_.text

    def named(model: str) -> str:
        return basic(text, model) or ""

    def wide(model: str) -> str:
        return counted(bits(named(model), model), "bit")

    if len({wide(model) for model in _ALL}) == 1:
        pieces: list[Piece] = [wide("lp64"), ": ", *by_model(_ALL, named)]
    else:
        pieces = by_model(_ALL, named, lambda model: f", {wide(model)},")
    if promoted(named("lp64")) != named("lp64"):
        pieces.append("; printf gets it as int")
    return pieces


def by_model(
    models: tuple[str, ...], value: Callable[[str], str], more: Callable[[str], str] | None = None
) -> list[Piece]:
    """A value for each data model: `long` on LP64, `long long` on ILP32; only once if all are the same.

    `more` returns text to add to a value.
    """
    groups: dict[str, list[str]] = {}
    for model in models:
        groups.setdefault(value(model), []).append(model)
    pieces: list[Piece] = []
    for text, same in groups.items():
        pieces.extend(["; " if more else ", "] if pieces else [])
        pieces.append(Code(text))
        pieces.append(more(same[0]) if more else "")
        pieces.append(f" on {_labels(same)}" if len(groups) > 1 else "")
    return [piece for piece in pieces if piece]


def written(conversion: Conversion) -> str:
    """A conversion as the file has it: `%" PRIx64`."""
    if conversion.macro is None:
        return conversion.text
    name = conversion.macro.name
    return f'{conversion.text[: -len(name)]}" {name}'


def _labels(models: Sequence[str]) -> str:
    """The names of data models: `LP64, ILP32 and LLP64`."""
    *most, last = [MODELS[model].label for model in models]
    return f"{', '.join(most)} and {last}" if most else last
