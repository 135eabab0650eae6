"""Calls in C sources whose arguments can be matched to the event's parameters."""

from __future__ import annotations

import re

from tesc.analysis.callers import declared_in, for_units
from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import Report
from tesc.syntax.source import Span
from tesc.uses.use import CALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.callers import Declared, Place
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import Use

# A variable, or a member (s->regs.base), with or without a cast.
_NAMED = re.compile(r"(?:\((?:const )?[a-z_][a-z0-9_ ]*\) ?)?(?:[A-Za-z_]\w*(?:->|\.))*([A-Za-z_]\w*)")


def name_of(text: str) -> str | None:
    """The name of an argument that is a variable or a structure's member; None for anything else."""
    found = _NAMED.fullmatch(text)
    return found[1] if found else None


def matched_calls_in(units: Sequence[Unit], uses: Index) -> list[tuple[Declared, list[Place]]]:
    """`matched_calls` for all units, computed once for all rules."""
    return for_units(units, uses, _matched_of_all)


def _matched_of_all(units: Sequence[Unit], uses: Index) -> list[tuple[Declared, list[Place]]]:
    return list(matched_calls(declared_in(units, uses), uses))


def matched_calls(events: Sequence[Declared], uses: Index) -> Iterator[tuple[Declared, list[Place]]]:
    """Each event with its C calls that have one argument per parameter.

    Events with the same name but different parameters are left out: which one a source calls depends on the
    program that it is compiled into. So are functions that a source defines itself.
    """
    from tesc.uses.scan import C, language_of  # few runs look into sources

    owners: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for one in events:
        for name in one.names:
            owners.setdefault(name, set()).add(_signature(one))
    for one in events:
        if not one.node.parameters:
            continue
        calls = [
            place
            for name in one.names
            if len(owners[name]) == 1
            for place in uses.uses_of(name)
            if is_matched(place[1], len(one.node.parameters)) and language_of(place[0]) == C
        ]
        if calls and not any(uses.declares(name, capitals=False) for name in one.names):
            yield one, calls


def _signature(one: Declared) -> tuple[tuple[str, str], ...]:
    return tuple((parameter.type.text, parameter.name) for parameter in one.node.parameters)


def is_matched(use: Use, parameters: int) -> bool:
    """Whether a call has as many arguments as there are `parameters`.

    In that case any macro among them is one argument: otherwise the call would not compile.
    """
    return use.kind == CALL and not use.dead and len(use.given) == parameters


def at_arguments(
    uses: Index, place: Place, one: Declared, numbers: tuple[int, int], message: str, help: str | None
) -> Iterator[Report]:
    """A report on the arguments `numbers` (first, last) of a call; nothing if the source no longer exists."""
    path, use = place
    source = uses.source(path)
    if source is not None:
        first, last = (argument_span(source, use, number) for number in numbers)
        parameters = one.node.parameters
        wanted = Span(parameters[numbers[0]].start, parameters[numbers[1]].span.end)
        yield Report(
            Span(first.start, max(first.end, last.end)),
            message,
            help,
            (Related(one.source, wanted, "declared here"),),
            source=source,
            event=one.name,
        )


def argument_span(source: Source, use: Use, number: int) -> Span:
    """The span of an argument of a call; that of the identifier if the source has changed since."""
    from tesc.uses.arguments import split_arguments
    from tesc.uses.masking import masked_c

    masked = masked_c(source.text)
    inside = masked.find("(", use.end) + 1
    given = split_arguments(masked, inside) if inside and not masked[use.end : inside - 1].strip() else None
    if given is None or number >= len(given.places):
        return use.span
    start, end = given.places[number]
    text = masked[start:end]
    return Span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))


def swapped_in(names: Sequence[str], use: Use) -> list[int]:
    """The positions of arguments that are named like each other's parameters."""
    given = [name_of(argument.text) for argument in use.given]
    to = {n: names.index(name) for n, name in enumerate(given) if name in names and name != names[n]}
    if len(set(to.values())) < len(to):
        return []
    while True:
        # Only cycles remain in the end.
        kept = {n: target for n, target in to.items() if target in to and n in to.values()}
        if len(kept) == len(to):
            return sorted(kept)
        to = kept


# Macros of C libraries that expand to one value; GLib's are in glib/gmacros.h.
_VALUES = frozenset("MAX MIN ABS CLAMP".split())


def is_one_argument(macro: str, path: str, uses: Index) -> bool:
    """Whether a macro in the source at `path` is certainly one argument, judging by its definition."""
    if macro in _VALUES:
        return True
    define = re.compile(rf"^[ \t]*#[ \t]*define[ \t]+{macro}\b(\([^()]*\))?((?:[^\n\\]|\\\r?\n|\\.)*)", re.M)
    bodies = []
    for file in uses.includes.reached(path):
        source = uses.source(file)
        if source is not None and macro in source.text:
            bodies += [found[2] for found in define.finditer(source.text)]
    return bool(bodies) and not any(_has_comma(body) for body in bodies)


def _has_comma(body: str) -> bool:
    """Whether a macro's replacement may be several arguments, or contains the names of other macros."""
    depth = 0
    for char in body:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth <= 0:
            return True
    return "__VA_ARGS__" in body or re.search(r"\b[A-Z_]*ARGS?\b", body) is not None
