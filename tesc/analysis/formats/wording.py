"""What conversions and types are called in messages."""

from __future__ import annotations

from tesc.analysis.formats import conversions as conv
from tesc.analysis.formats.models import bits, is_integer, macro_type, promoted
from tesc.syntax.data_models import MODELS, expansion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Parameter
    from tesc.syntax.printf import Conversion

# What a letter prints, if that says more than C's name of the type.
_KINDS = {
    "c": "a character",
    "lc": "a wide character",
    "C": "a wide character",
    "s": "a string",
    "ls": "a wide string",
    "S": "a wide string",
    "p": "a pointer",
}


def called(conversion: Conversion) -> str:
    """A conversion's name in a message: `'%08x'`, or its macro's."""
    return f"'{conversion.macro.name if conversion.macro else conversion.text}'"


def with_article(noun: str) -> str:
    """A type with its article, as it is pronounced: `an int`, `a uint64_t`, `an ssize_t`."""
    return f"{'an' if noun.startswith(('int', 'unsigned', 'ss')) else 'a'} {noun}"


def conversion_error_text(conversion: Conversion, error: conv.ConversionError, model: str) -> str:
    """The message for a conversion that is invalid, at least on `model`."""
    name, what = called(conversion), error.what
    if error.kind == "unknown" and conversion.macro is not None and what != "-":
        text = f"%{conversion.length}{expansion(conversion.macro.name, model)}"
        return f"'{conversion.length}' before {name[1:-1]} makes it '{text}' on {MODELS[model].label}"
    return {
        "unknown": f"{name} is not a conversion of printf" if what else f"{name} lacks its letter",
        "percent": f"{name} is not a conversion of printf",
        "length": f"the length '{what}' does not go with {name}",
        "flag": f"the flag '{what}' does not go with {name}",
        "repeated": f"the flag '{what}' is repeated in {name}",
        "cancelled": f"the flag '{what}' means nothing together with {error.other} in {name}",
        "width": f"{name} takes no width",
        "precision": f"{name} takes no precision",
    }[error.kind]


def mismatch(conversion: Conversion, role: str, parameter: Parameter, model: str, everywhere: bool) -> str:
    """The message for a parameter that does not fit on `model`.

    The message expands typedefs if that is needed to see the error: if another model has no error, or if both
    types have the same size.
    """
    wanted = "int" if role != "value" else _wanted(conversion, model)
    base, stars = parameter.type.base or "", "*" * parameter.type.pointers
    left = right = ""
    if not everywhere or (not stars and _same_size(wanted, base, model)):
        left = _note(_shown_type(conversion, wanted) if role == "value" else wanted, wanted, model)
        right = _note(f"{base} {stars}".rstrip(), f"{base} {stars}".rstrip(), model)
    name = f"'{parameter.name}'" if parameter.name else "the parameter"
    does = _does(conversion, role, wanted)
    return f"{called(conversion)} {does}{left}, but {name} is {parameter.type.text}{right}"


def _wanted(conversion: Conversion, model: str) -> str:
    """The type of the conversion's argument as C names it, such as `size_t`."""
    macro = conversion.macro.name if conversion.macro else ""
    return conv.wanted(*conv.expanded(conversion.length, conversion.letter, macro, model)) or ""


def _shown_type(conversion: Conversion, wanted: str) -> str:
    """The type that people know a conversion by: `uint64_t` for PRIx64."""
    return macro_type(conversion.macro.name) if conversion.macro and not conversion.length else wanted


def _does(conversion: Conversion, role: str, wanted: str) -> str:
    """What a conversion does, as part of a message: `prints an int`, `takes an int as width`."""
    if role != "value":
        return f"takes an int as {role}"
    if conversion.letter == "n":
        return f"writes {with_article(wanted[:-2])}"
    kind = _KINDS.get(conversion.length + conversion.letter)
    return f"prints {kind or with_article(_shown_type(conversion, wanted))}"


def _note(shown: str, type_: str, model: str) -> str:
    """What a type is on a data model, in parentheses; empty if the message already shows it."""
    base, star, rest = type_.partition(" *")
    resolved = f"{MODELS[model].type(base)}{star}{rest}"
    return "" if resolved == shown else f" ({resolved} on {MODELS[model].label})"


def _same_size(one: str, other: str, model: str) -> bool:
    """Whether two integer types that gcc distinguishes have the same size."""
    types = [promoted(MODELS[model].type(type_)) for type_ in (one, other)]
    if not all(is_integer(type_) for type_ in types):
        return False
    return bits(types[0], model) == bits(types[1], model)
