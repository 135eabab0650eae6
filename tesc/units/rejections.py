"""Decides whether code can be generated for a unit, and if not, why; all generating commands use it.

The table in `reasons` says which consumers each reason stops, and `facts` finds the reasons that apply. A
quick check here shows for most files that nothing can stop QEMU's outputs, without using either.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.limits import TRACER_ARGUMENTS
from tesc.records import record
from tesc.syntax.c_type import REFERENCE_WORDS, parse_type
from tesc.syntax.source import Span, is_visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Source
    from tesc.units.reasons import Consumer
    from tesc.units.releases import Release
    from tesc.units.unit import Unit, UnitEvent

_MOST_SHOWN = 10


@record
class Rejection:
    """Why something is not generated; `code` is that of the rule that reports it, or empty."""

    code: str
    source: Source
    span: Span
    message: str

    @property
    def line(self) -> str:
        """The rejection as one line."""
        from tesc.units.wording import line_of

        return line_of(self.source, self.span, "error", self.code, self.message)


def few_lines(found: Sequence[Rejection]) -> str:
    """The first few rejections, one per line, and how many more there are."""
    more = [f"and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return "\n".join([*(one.line for one in found[:_MOST_SHOWN]), *more])


def rejections(
    unit: Unit,
    consumer: Consumer,
    types: frozenset[str] = frozenset(),
    events: Sequence[UnitEvent] | None = None,
) -> list[Rejection]:
    """Why a consumer rejects a unit, by file and position; empty if it accepts the unit.

    `types` are words that the project allows in types; `events` are those that the consumer uses (None: all
    of the unit's).
    """
    if consumer == "qemu" and not unit.errors and all(is_sound(tree, unit.release) for tree in unit.trees):
        return []
    from tesc.units.facts import facts, of_event_names, of_syntax
    from tesc.units.reasons import ENCODING, END, READERS

    any_names = consumer in ("qemu", "classic", *READERS)
    names = {} if any_names else of_event_names(unit.events if events is None else events)
    nodes = None if events is None else {id(event.node) for event in events}
    found = []
    for tree in unit.trees:
        source = tree.source
        broken = [
            Rejection(error.code, source, error.span, error.message)
            for error in tree.errors
            # Invalid lines that QEMU's tracetool reads anyway are no longer errors of the tree.
            if consumer == "qemu" or consumer not in of_syntax(error, tree).accepted
        ]
        broken += [Rejection(e.code, e.source, e.span, e.line) for e in unit.errors if e.source is source]
        lines = {source.place(one.span.start)[0] for one in broken}
        for fact in (*facts(tree, consumer, types, nodes, unit.release), *names.get(source, ())):
            line = source.place(fact.span.start)[0]
            # Nothing else is reported about a broken line.
            if line in lines:
                continue
            stops = consumer not in fact.reason.accepted
            if consumer == "qemu" and fact.reason not in (END, ENCODING):
                stops = not _reads(source, line, unit.release)
            if stops:
                broken.append(Rejection(fact.reason.code, source, fact.span, fact.message))
        found += sorted(broken, key=lambda one: one.span.start)
    sources = {tree.source for tree in unit.trees}
    found += [Rejection(e.code, e.source, e.span, e.line) for e in unit.errors if e.source not in sources]
    return found


def _reads(source: Source, line: int, release: Release) -> bool:
    """Whether QEMU's tracetool accepts an event's line although facts were found in it."""
    from tesc.units.reference import reads

    return reads(source.line_text(line), source.line_starts[line - 1], line, release) is not None


def is_sound(tree: Tree, release: Release) -> bool:
    """Whether it is certain that a file has nothing that QEMU's tracetool rejects."""
    text = tree.source.text
    if tree.errors or not (text.isascii() and is_visible(text)) or (text and text[-1] not in "\r\n"):
        return False
    # Before 10.2, a comma could split a format in two.
    if "%m" in text or "\\n" in text or not release.has("one-format"):
        return False
    for event in tree.events:
        begin = event.name_start
        if event.properties:
            if event.properties[-1].text != "disable" or len(event.properties) > 1:
                return False
            begin = event.properties[0].start
        parameters = event.parameters
        if (
            (begin and text[begin - 1] not in "\r\n")
            or event.open != event.name_start + len(event.name)
            or len(parameters) > TRACER_ARGUMENTS
            or not (parameters or event.void)
        ):
            return False
        for parameter in parameters:
            if not _is_plain(parameter.declaration.type.text):
                return False
    return True


@lru_cache(maxsize=None)
def _is_plain(type_text: str) -> bool:
    """Whether all tracers accept a type, and QEMU's tracetool knows its words."""
    type_ = parse_type(type_text)
    known = type_.base is not None and REFERENCE_WORDS.issuperset(type_.words)
    return known and "\t" not in type_text and (type_.pointers > 0 or type_.base != "void")
