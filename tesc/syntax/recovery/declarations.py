"""Reports parameters that the grammar accepts but C does not: an error for each declaration's flaw."""

from __future__ import annotations

from tesc import codes
from tesc.records import replace
from tesc.syntax.c_type import (
    ALLOWED_WORDS,
    FLOATING_WORDS,
    QUALIFIERS,
    TAG_WORDS,
    parse_declaration,
    parse_type,
    with_name,
)
from tesc.syntax.nodes import Edit, Event, Malformed, Parameter, ParseError, Word
from tesc.syntax.recovery.repair import quoted
from tesc.syntax.source import Span

TYPE_WORDS = ALLOWED_WORDS | FLOATING_WORDS | QUALIFIERS | TAG_WORDS
# Macros with which other projects declare events: the first argument is the event's name.
EVENT_MACROS = frozenset("TRACE_EVENT DEFINE_EVENT DECLARE_EVENT_CLASS TRACEPOINT_EVENT".split())
# The maximum number of declarations without commas to read: each parses the text again.
_MOST_PARTS = 10


def is_type_word(word: str) -> bool:
    """Whether a word can only be part of a type."""
    return word in TYPE_WORDS or word.endswith("_t")


def explain_declarations(event: Event) -> list[ParseError]:
    """The errors of an event's parameters that have a flaw."""
    if event.name in EVENT_MACROS:
        return [event_macro(Span(event.name_start, event.name_start + len(event.name)), event.name)]
    errors: list[ParseError] = []
    for index, parameter in enumerate(event.parameters):
        flaw = parameter.declaration.flaw
        if flaw == "missing-comma":
            errors.extend(_missing_commas(parameter))
        elif flaw == "missing-name":
            errors.append(_missing_name(event, index))
        elif flaw == "missing-type":
            message = f"parameter {quoted(parameter.name)} has no type"
            errors.append(
                ParseError(
                    codes.MALFORMED_TYPE, parameter.type_span, message, "write the type before the '*'"
                )
            )
        elif flaw == "qualified-pointer":
            errors.append(_qualified_pointer(parameter))
    return errors


def event_macro(span: Span, name: str) -> ParseError:
    """The error for a macro with which other projects declare events."""
    message = f"{quoted(name)} is a macro of another tracing system"
    return ParseError(codes.SYNTAX_ERROR, span, message, 'write NAME(PARAMETERS) "FORMAT"')


def meant(event: Event) -> Event | Malformed:
    """The event, with separate parameters where only a comma is missing; Malformed for a foreign macro."""
    if event.name in EVENT_MACROS:
        first = event.parameters[0] if event.parameters else None
        name = Word(first.start, first.declaration.text) if first and not first.name else None
        return Malformed(event.start, event.end, event.line, name)
    if not any(parameter.declaration.flaw == "missing-comma" for parameter in event.parameters):
        return event
    parameters = [part for parameter in event.parameters for part in _parts(parameter)]
    return replace(event, parameters=tuple(parameters))


def _parts(parameter: Parameter) -> list[Parameter]:
    """The declarations that a parameter without its commas consists of."""
    parts = [parameter]
    while parts[-1].declaration.flaw == "missing-comma" and len(parts) < _MOST_PARTS:
        start, declared = parts[-1].start, parts[-1].declaration
        rest = declared.text[declared.name_end :].lstrip(" \t")
        following = parse_declaration(rest)
        if not following.name:
            break  # a stray word
        parts[-1] = Parameter(start, parse_declaration(declared.text[: declared.name_end]))
        parts.append(Parameter(start + len(declared.text) - len(rest), following))
    return parts


def _missing_commas(parameter: Parameter) -> list[ParseError]:
    errors = []
    parts = _parts(parameter)
    for before, after in zip(parts, parts[1:]):
        help = f"write {quoted(f'{before.declaration.text}, {_first(after)}')}"
        edits = (Edit(Span(before.name_span.end, before.name_span.end), ","),)
        errors.append(_expected_comma(before, help, edits))
    last = parts[-1]
    if len(parts) < _MOST_PARTS and last.declaration.flaw == "missing-comma":
        joined = "_".join(last.declaration.text[last.declaration.name_start :].replace("*", " ").split())
        errors.append(_expected_comma(last, f"if it is one name, write {quoted(joined)}", ()))
    return errors


def _first(parameter: Parameter) -> str:
    declared = parameter.declaration
    return declared.text[: declared.name_end]


def _expected_comma(before: Parameter, help: str, edits: tuple[Edit, ...]) -> ParseError:
    at = before.name_span.end
    message = f"expected ',' or ')' after parameter {quoted(before.name)}"
    return ParseError(code=codes.SYNTAX_ERROR, span=Span(at, at), message=message, help=help, edits=edits)


def _missing_name(event: Event, index: int) -> ParseError:
    parameter = event.parameters[index]
    text = parameter.declaration.text
    if text == "void":
        return _void_among_others(event, index)
    if not text.strip("* \t"):
        return ParseError(
            codes.MALFORMED_TYPE, parameter.span, "expected a type before '*'", "write 'void *NAME'"
        )
    words = text.split()
    if len(words) > 1 and is_type_word(words[-1]) and _is_type(words[:-1]) and not _is_type(words):
        message = f"{quoted(words[-1])} is a type, not a parameter's name"
        return ParseError(
            codes.MISSING_PARAMETER_NAME,
            parameter.span,
            message,
            f"write {quoted(' '.join(words[:-1]) + ' NAME')}",
        )
    if is_type_word(words[0].rstrip("*")) or "*" in text or len(words) > 1:
        return ParseError(
            codes.MISSING_PARAMETER_NAME,
            parameter.span,
            f"expected a parameter's name after {quoted(text)}",
            f"write {quoted(with_name(text, 'NAME'))}",
        )
    # A single word may be a type or a name; `int a, b` is how C declares variables.
    before = event.parameters[index - 1].declaration if index else None
    help = "write a type and a name"
    # `cons` is the beginning of a type that is being typed; `b` by itself is a name.
    begun = len(text) > 1 and any(word.startswith(text) for word in ALLOWED_WORDS)
    if before and before.name and not begun:
        help = f"write {quoted(before.type.before(text))}"
    return ParseError(
        codes.MISSING_PARAMETER_NAME,
        parameter.span,
        f"{quoted(text)} is a type or a name: a parameter has both",
        help,
    )


def _is_type(words: list[str]) -> bool:
    return parse_type(" ".join(words)).base is not None


def _void_among_others(event: Event, index: int) -> ParseError:
    span = event.parameters[index].span
    if index + 1 < len(event.parameters):
        cut = Span(span.start, event.parameters[index + 1].start)
    else:
        cut = Span(event.parameters[index - 1].span.end, span.end)
    message = "'void' stands for an empty list of parameters"
    return ParseError(
        code=codes.MALFORMED_TYPE,
        span=span,
        message=message,
        help="remove it, or write 'void *NAME'",
        edits=(Edit(cut, ""),),
    )


def _qualified_pointer(parameter: Parameter) -> ParseError:
    """The error for a word between the last `*` and the name."""
    declared = parameter.declaration
    first = declared.text.rindex("*", 0, declared.name_start) + 1
    text = declared.text[first : declared.name_start]
    words = text.split()
    begin = parameter.start + first + text.index(words[0])
    span = Span(begin, parameter.start + declared.type_end)
    better = declared.text[:first] + declared.name
    if set(words) <= QUALIFIERS:
        cut = Edit(Span(parameter.start + first, parameter.start + declared.name_start), "")
        message = f"a pointer cannot be {quoted(' '.join(words))} here, only what it points to"
        return ParseError(
            code=codes.MALFORMED_TYPE,
            span=span,
            message=message,
            help=f"write {quoted(better)}",
            edits=(cut,),
        )
    return ParseError(
        codes.MALFORMED_TYPE,
        span,
        f"{quoted(' '.join(words))} cannot follow '*' in a type",
        f"write {quoted(better)}",
    )
