"""What QEMU 10.2's tracetool refuses to read, though its meaning may be clear.

`tesc tracetool` refuses the same, so that a build with it fails where the build with the
reference would; a rule tells developers beforehand.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record
from tesc.syntax.c_type import ALLOWED_WORDS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.nodes import Event, Format, Parameter, Tree

_REFERENCE_WORDS = ALLOWED_WORDS - {"intptr_t"}
# What LTTng's macros take.
_MOST_ARGUMENTS = 10
_TAB = "a tab within a type"
_INTPTR = "the type intptr_t"


@record
class Refused:
    """A piece of text that the reference does not take.

    `only_there` tells that nothing else is wrong with it; `help` says how to write it so that the
    reference takes it.
    """

    span: Span
    message: str
    help: str | None = None
    only_there: bool = False


@lru_cache(maxsize=None)
def _type_refused(type_text: str) -> tuple[str, str | None, bool] | None:
    """Why the reference refuses a type: message, help, and whether only the reference does."""
    words = type_text.split(" ")
    for word in words:
        word = word.replace("*", "")
        if word and word not in _REFERENCE_WORDS:
            if "\t" in word:
                return _TAB, "write a blank", True
            if word == "intptr_t":
                return _INTPTR, "declare it ptrdiff_t", True
            return f"the type word '{word}'", None, False
    return None


def refused(tree: Tree) -> list[Refused]:
    """The places of a tree's events that the reference refuses, in the order of the text."""
    text = tree.source.text
    found: list[Refused] = []
    for event in tree.events:
        found.extend(_in_head(event, text))
        for parameter in event.parameters:
            why = _type_refused(parameter.declaration.type.text)
            if why is not None:
                found.append(Refused(_where(parameter, why), *why))
        if len(event.parameters) > _MOST_ARGUMENTS:
            extra = Span(event.parameters[_MOST_ARGUMENTS].start, event.parameters[-1].span.end)
            found.append(Refused(extra, f"more than {_MOST_ARGUMENTS} arguments"))
        if event.format is not None and ("%m" in event.format.text or "\\n" in event.format.text):
            found.extend(_in_format(event.format))
    if text and text[-1] not in "\r\n":
        found.append(Refused(Span(len(text), len(text)), "a file that does not end with a line end"))
    return found


def _in_head(event: Event, text: str) -> Iterator[Refused]:
    """What is refused in an event up to its parameters."""
    start = event.start
    name_end = event.name_start + len(event.name)
    for word in event.properties:
        if word.text != "disable":
            yield Refused(word.span, f"the property '{word.text}'")
    if (
        start
        and text[start - 1] in " \t"
        and (start == 1 or text[start - 2] in "\r\n")
        and not event.properties
    ):
        yield Refused(
            Span(start - 1, start), "one blank before an event's name", "begin the line with it", True
        )
    if event.open != name_end:
        message = "a blank between an event's name and '('"
        # What is neither a blank nor a tab there is wrong anyway.
        alone = not text[name_end : event.open].strip(" \t")
        yield Refused(Span(name_end, event.open), message, f"write '{event.name}('", alone)
    if not event.parameters and not event.void:
        yield Refused(Span(event.open, event.close + 1), "an empty parameter list")


def _where(parameter: Parameter, why: tuple[str, str | None, bool]) -> Span:
    """What is wrong in a type: its tab or its intptr_t, else the type."""
    for text, message in (("\t", _TAB), ("intptr_t", _INTPTR)):
        if why[0] == message:
            at = parameter.start + parameter.type.text.index(text)
            return Span(at, at + len(text))
    return parameter.type_span


def _in_format(form: Format) -> Iterator[Refused]:
    """Where `%m` and `\\n` can be read in a format's text, as what they mean or not."""
    real = {c.start for c in form.parsed.conversions if c.letter == "m"}
    newlines = {flaw.start for flaw in form.parsed.flaws if flaw.kind == "newline"}
    for sequence, meant, what, help_ in (
        ("%m", real, "'%m', even in '%%m',", "put something between, such as '%% m'"),
        ("\\n", newlines, "'\\n', even behind an escaped backslash,", "write a slash, or leave it out"),
    ):
        at = form.text.find(sequence)
        while at >= 0:
            span = Span(form.start + at, form.start + at + 2)
            yield Refused(span, f"{what} in a format", help_, at not in meant)
            at = form.text.find(sequence, at + 2)
