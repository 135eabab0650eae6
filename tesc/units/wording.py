"""The messages for errors that both rules and generators report."""

from __future__ import annotations

from tesc.syntax.c_type import QUALIFIERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.c_type import CType
    from tesc.syntax.source import Source, Span

NO_LINE_END = "the file does not end with a newline"
EMPTY_LIST = "the parameter list is empty"
NEWLINE = "a newline in the format"
_INVISIBLE = {
    "\0": "a NUL character",
    "\x0b": "a vertical tab",
    "\x0c": "a form feed",
    "\x1b": "an escape character",
    "\x7f": "a delete character",
    "\xa0": "a no-break space",
    "\u200b": "a zero-width space",
    "\u2028": "a Unicode line separator",
    "\u2029": "a Unicode paragraph separator",
    "\u3000": "an ideographic space",
    "\ufeff": "a byte order mark",
}


def invisible(char: str) -> str:
    """The name of an invisible character."""
    return _INVISIBLE.get(char, f"the invisible character U+{ord(char):04X}")


def not_utf_8(text: str) -> str:
    """The message for bytes that are not UTF-8, given as the surrogates that stand for them."""
    values = " ".join(f"{ord(char) - 0xDC00:02X}" for char in text[:4])
    return f"not UTF-8: {'byte' if len(text) == 1 else 'bytes'} {values}{' ...' if len(text) > 4 else ''}"


def too_many(arguments: int, limit: int) -> str:
    """The message for too many arguments."""
    return f"{arguments} arguments, but at most {limit} are allowed"


def unknown_property(word: str) -> str:
    """The message for a word before an event's name that is not `disable`."""
    return f"unknown property '{word}'"


def not_allowed(type_text: str) -> str:
    """The message for a type with words that tracers may not know."""
    return f"type '{type_text}' is not allowed in an event"


def floating(type_text: str) -> str:
    """The message for a floating-point type."""
    return f"type '{type_text}' is not allowed: tracers do not support floating-point numbers"


def malformed(type_: CType, types: frozenset[str] = frozenset()) -> str | None:
    """Why a type is invalid although its words are allowed, in C or by the project's `types`; else None."""
    plain = [word for word in type_.words if word not in QUALIFIERS]
    if type_.base is None and not (len(plain) == 1 and plain[0] in types):
        text = " ".join(type_.words)
        return f"'{text}' is not a type" if plain else f"'{text}' does not qualify a type"
    if type_.base == "void" and not type_.pointers:
        return "a parameter can't have the type 'void'"
    return None


def declared_twice(what: str, name: str) -> str:
    """The message for two events, or parameters, with the same name."""
    return f"{what} '{name}' is declared twice"


def differ_in_case(first: str, second: str, macro: str) -> str:
    """The message for two events that define the same macro."""
    return f"event '{second}' differs from '{first}' only in case: both define {macro}"


def prints_errno(conversion: str) -> str:
    """The message for a `%m`, possibly with flags."""
    return f"'{conversion}' prints errno, which tracers do not keep"


def no_name_in_c(name: str) -> str:
    """The message for a parameter's name that means something else in C."""
    return f"parameter '{name}' needs another name: it is not a name in C"


def line_of(source: Source, span: Span, severity: str, code: str, message: str) -> str:
    """A diagnostic as one line: `hw/trace-events:3:5: error[TE301]: MESSAGE`.

    The `code` may be empty, if there is no rule.
    """
    line, column = source.place(span.start)
    rule = f"[{code}]" if code else ""
    return (
        f"{source.path}:{line}:{column}: {'note' if severity == 'information' else severity}{rule}: {message}"
    )
