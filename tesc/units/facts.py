"""Finds which reasons of the table in `reasons` apply to a file, where, and with what message.

Rules report the same facts, in the same words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc import codes
from tesc.limits import LIMITS, TRACER_ARGUMENTS
from tesc.records import record, replace
from tesc.syntax.c_type import ALLOWED_WORDS, FLOATING_WORDS, REFERENCE_WORDS, parse_type
from tesc.syntax.source import Span, is_visible
from tesc.units import reasons as why
from tesc.units import wording
from tesc.units.identifiers import c_object
from tesc.units.properties import known
from tesc.units.reasons import Reason
from tesc.units.releases import NEWEST, Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tesc.syntax.nodes import Event, Format, ParseError, Tree
    from tesc.syntax.source import Source
    from tesc.units.reasons import Consumer
    from tesc.units.unit import UnitEvent

_SYNTAX = {one.code: one for one in (why.SYNTAX, why.PROPERTY, why.NAMELESS, why.TYPELESS, why.STRING)}
_DIRECTIVES = {one.code: one for one in (why.UNREADABLE, why.CYCLE, why.PREFIX, why.TOO_LARGE)}
_INVALID = "[\ud800-\udfff]+"
# Invisible characters other than a space, a tab and a line end.
_INVISIBLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
# From a quote to a comma followed by another quote, which tracetool reads as two formats.
_SECOND_FORMAT = r'".+(,)\s*".'
# What tracetool accepts before a name: nothing, or words and spaces that end with a space.
_BEFORE_NAME = r"(?:[\w\s]+\s+)?"


@record
class Fact:
    """A reason that applies: its span, the message, and what to write instead."""

    reason: Reason
    span: Span
    message: str
    help: str | None = None


def facts(
    tree: Tree,
    consumer: Consumer,
    types: frozenset[str] = frozenset(),
    nodes: Collection[int] | None = None,
    release: Release = NEWEST,
) -> Iterator[Fact]:
    """The reasons that apply to a single file, except parse errors; also those that the consumer accepts.

    `nodes` are the `id`s of the events to look at (None: all); `release` is the QEMU whose tracetool has to
    accept them.
    """
    text = tree.source.text
    if not text.isascii() and (match := re.search(_INVALID, text)):
        yield Fact(why.ENCODING, Span(*match.span()), wording.not_utf_8(match[0]))
    if consumer == "classic":
        for item in tree.items:
            if item.__class__.__name__ in ("Include", "Prefix", "Disable"):
                message = "the tracetool of 2011 has no directives: see 'tesc flatten'"
                yield Fact(why.DIRECTIVE, item.span, message)
    if consumer == "decode":
        return
    events = [event for event in tree.events if nodes is None or id(event) in nodes]
    properties = known(release)
    for event in events:
        for word in event.properties:
            if word.text not in properties:
                yield Fact(why.PROPERTY, word.span, wording.unknown_property(word.text))
    if consumer == "flatten":
        return
    limit = LIMITS[consumer]
    odd = consumer == "qemu" and not (text.isascii() and is_visible(text))
    for event in events:
        if consumer == "qemu":
            begin = event.name_start
            # Most lines begin with a name and its parenthesis.
            if event.open != begin + len(event.name) or (begin and text[begin - 1] not in "\r\n"):
                yield from _in_head(event, text)
            if odd:
                yield from _invisible(event, text)
        elif consumer == "fixed":
            yield from _of_parameter_names(event)
        if len(event.parameters) > limit or not (event.parameters or event.void):
            yield from _of_parameters(event, types, limit)
        else:
            for parameter in event.parameters:
                if _of_type(parameter.declaration.type.text, types) is not None:
                    yield from _of_parameters(event, types, limit)
                    break
        form = event.format
        if form is not None and ("%m" in form.text or "\\n" in form.text):
            yield from _in_format(form, release)
        if form is not None and consumer == "qemu" and not release.has("one-format"):
            yield from _two_formats(form)
    if text and text[-1] not in "\r\n":
        yield Fact(why.END, Span(len(text), len(text)), wording.NO_LINE_END)


def of_syntax(error: ParseError, tree: Tree) -> Reason:
    """The reason that corresponds to a parse error."""
    if error.code != codes.TEXT_AFTER_ITEM:
        return _SYNTAX.get(error.code, why.SYNTAX)
    start = error.span.start
    event = next((e for e in tree.events if e.line == tree.source.place(start)[0]), None)
    dropped = event is not None and (event.format is None or start < event.format.start)
    return why.TEXT if dropped else why.TEXT_AFTER_FORMAT


def _in_head(event: Event, text: str) -> Iterator[Fact]:
    """What tracetool rejects in an event before its parameters."""
    name_end = event.name_start + len(event.name)
    line = max(text.rfind("\n", 0, event.name_start), text.rfind("\r", 0, event.name_start)) + 1
    if line != event.name_start and not re.fullmatch(_BEFORE_NAME, text[line : event.name_start]):
        before = text[line : event.name_start]
        if before in (" ", "\t"):
            message = "QEMU's tracetool rejects one space before an event's name"
            yield Fact(why.TRACETOOL, Span(line, line + 1), message, "begin the line with it")
        else:
            char = next((c for c in before if re.match(_INVISIBLE, c)), before[0])
            at = line + before.index(char)
            yield Fact(why.CONTROL, Span(at, at + 1), wording.invisible(char))
    if event.open != name_end:
        message = "QEMU's tracetool rejects a space between an event's name and '('"
        between = text[name_end : event.open].strip(" \t")
        reason = why.CONTROL if between else why.TRACETOOL
        yield Fact(reason, Span(name_end, event.open), message, f"write '{event.name}('")


def _invisible(event: Event, text: str) -> Iterator[Fact]:
    """Invisible characters in a type or a name that tracetool does not read as spaces."""
    at = event.open + 1
    for parameter in event.parameters:
        span = parameter.span
        # Before a type, tracetool drops only what Python regards as a space.
        for match in re.finditer(_INVISIBLE, text[at : span.start]):
            if not match[0].isspace():
                start = at + match.start()
                yield Fact(why.CONTROL, Span(start, start + 1), wording.invisible(match[0]))
        for match in re.finditer(_INVISIBLE, text[span.start : span.end]):
            at = span.start + match.start()
            between = parameter.type_span.end <= at < parameter.name_span.start
            if not (
                between
                and match[0].isspace()
                and not text[parameter.type_span.end : parameter.name_span.start].strip()
            ):
                yield Fact(why.CONTROL, Span(at, at + 1), wording.invisible(match[0]))
        at = span.end


def _of_parameters(event: Event, types: frozenset[str], limit: int) -> Iterator[Fact]:
    parameters = event.parameters
    if not parameters and not event.void:
        yield Fact(why.EMPTY, Span(event.open, event.close + 1), wording.EMPTY_LIST)
    if len(parameters) > limit:
        extra = Span(parameters[limit].start, parameters[-1].span.end)
        reason = why.SEVEN if limit < TRACER_ARGUMENTS else why.ELEVEN
        yield Fact(reason, extra, wording.too_many(len(parameters), limit))
    for parameter in parameters:
        found = _of_type(parameter.type.text, types)
        if found is not None:
            reason, message, help_, begin, end = found
            if reason is not why.MALFORMED or parameter.declaration.flaw is None:
                yield Fact(reason, Span(parameter.start + begin, parameter.start + end), message, help_)


@lru_cache(maxsize=None)
def _of_type(text: str, types: frozenset[str]) -> tuple[Reason, str, str | None, int, int] | None:
    """The error in a type: the reason, the message, what to write, and its start and end in the text."""
    whole = (0, len(text))
    type_ = parse_type(text)
    unknown = [word for word in type_.words if word not in ALLOWED_WORDS]
    if FLOATING_WORDS.intersection(unknown):
        reason = why.FLOATING_POINTER if type_.pointers else why.FLOATING
        return reason, wording.floating(text), None, *whole
    if types.issuperset(unknown) and unknown:
        return why.OWN_TYPE, f"QEMU's tracetool rejects the type '{text}'", None, *whole
    if unknown:
        return why.TYPE, wording.not_allowed(text), None, *whole
    message = wording.malformed(type_)
    if message is not None:
        return why.MALFORMED, message, None, *whole
    if "\t" in text and any(word.replace("*", "") not in REFERENCE_WORDS | {""} for word in text.split(" ")):
        at = text.index("\t")
        return why.TRACETOOL, "QEMU's tracetool rejects a tab within a type", "write a space", at, at + 1
    if "intptr_t" in type_.words:
        at = next(m.start() for m in re.finditer(r"\bintptr_t\b", text))
        help_ = "declare it ptrdiff_t"
        return why.TRACETOOL, "QEMU's tracetool rejects the type intptr_t", help_, at, at + len("intptr_t")
    return None


def _in_format(form: Format, release: Release) -> Iterator[Fact]:
    """`%m` and newlines where tracetool finds them, rightly or wrongly."""
    if "%m" in form.text:
        meant = {c.start for c in form.parsed.conversions if c.letter == "m"}
        message = "QEMU's tracetool rejects '%m', even in '%%m', in a format"
        other = Fact(why.TRACETOOL, form.span, message, "put something between them, such as '%% m'")
        yield from _read_as(form, "%m", meant, Fact(why.ERRNO, form.span, wording.prints_errno("%m")), other)
    if "\\n" in form.text:
        meant = {flaw.start for flaw in form.parsed.flaws if flaw.kind == "newline"}
        message = "QEMU's tracetool rejects '\\n', even after an escaped backslash, in a format"
        other = Fact(why.TRACETOOL, form.span, message, "write a slash, or remove it")
        if not release.has("no-newline"):
            # Only the end of the format counted.
            if form.text.endswith('\\n"'):
                at = len(form.text) - 3
                span = Span(form.start + at, form.start + at + 2)
                yield replace(Fact(why.NEWLINE, span, wording.NEWLINE) if at in meant else other, span=span)
            return
        yield from _read_as(form, "\\n", meant, Fact(why.NEWLINE, form.span, wording.NEWLINE), other)


def _two_formats(form: Format) -> Iterator[Fact]:
    """A comma in a string that QEMU's tracetool took for the one between two formats, up to 10.1."""
    found = re.match(_SECOND_FORMAT, form.text)
    if found is not None:
        span = Span(form.start + found.start(1), form.start + found.end(1))
        message = "QEMU's tracetool before 10.2 rejects a comma at the end of a string that others follow"
        yield Fact(why.TRACETOOL, span, message, "begin the next string with it")


def _read_as(form: Format, sequence: str, meant: set[int], real: Fact, other: Fact) -> Iterator[Fact]:
    """A fact for each place of a sequence: `real` where it means what it looks like, else `other`."""
    at = form.text.find(sequence)
    while at >= 0:
        span = Span(form.start + at, form.start + at + len(sequence))
        yield replace(real if at in meant else other, span=span)
        at = form.text.find(sequence, at + len(sequence))


def _of_parameter_names(event: Event) -> Iterator[Fact]:
    """Parameter names that a C compiler rejects in an event's functions."""
    from tesc.units.reserved import C_KEYWORDS

    seen = set()
    for parameter in event.parameters:
        name = parameter.name
        if name in seen and name:
            yield Fact(why.TWICE, parameter.name_span, wording.declared_twice("parameter", name))
        elif name in C_KEYWORDS or name[:1].isdigit():
            yield Fact(why.KEYWORD, parameter.name_span, wording.no_name_in_c(name))
        seen.add(name)


def of_event_names(events: Iterable[UnitEvent]) -> dict[Source, list[Fact]]:
    """Events whose generated names clash with those of others in the unit, by file."""
    found: dict[Source, list[Fact]] = {}
    seen: dict[str, UnitEvent] = {}
    for event in events:
        first = seen.setdefault(event.name.upper(), event)
        if first.name != event.name:
            macro = c_object(event.name)
            fact = (why.CASE, wording.differ_in_case(first.name, event.name, macro))
        elif first is not event:
            fact = (why.DUPLICATE, wording.declared_twice("event", event.name))
        elif event.name == "list":
            fact = (why.TABLE, "'trace_list' is the table of all events")
        else:
            continue
        found.setdefault(event.source, []).append(Fact(fact[0], event.node.name_span, fact[1]))
    return found
