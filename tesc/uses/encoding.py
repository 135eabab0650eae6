"""Encodes facts about sources as plain lists, for the cache and for pipes between processes."""

from __future__ import annotations

import sys

from tesc.uses.pasting import Paste
from tesc.uses.scan import Facts
from tesc.uses.use import Argument, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encoded(facts: Facts) -> list[Any]:
    """Facts as lists of strings and numbers."""
    return [
        [_encoded(use) for use in facts.uses],
        [
            [p.macro, list(p.parts), p.kind, p.capitals, p.start, p.end, p.dead, p.foreign]
            for p in facts.pastes
        ],
        list(facts.headers),
    ]


def _encoded(use: Use) -> list[Any]:
    return [
        *(use.kind, use.name, use.start, use.end, use.name_start, use.line, use.column, use.function),
        *(use.arguments, use.capitals, use.behind_macro, use.expanded, use.dead),
        [[argument.text, argument.type] for argument in use.given],
        list(use.hiding),
        *(use.macro, use.before, use.after),
    ]


def decoded(values: list[Any]) -> Facts:
    """The facts encoded in lists."""
    uses, pastes, headers = values
    return Facts(
        tuple([_decoded(use) for use in uses]),
        tuple([Paste(macro, tuple(parts), *rest) for macro, parts, *rest in pastes]),
        tuple(headers),
    )


_known: dict[tuple[str, str], Argument] = {}


def _decoded(values: list[Any]) -> Use:
    # Cached, since many arguments are equal.
    given = tuple([_argument(text, type_) for text, type_ in values[13]])
    values = list(values)
    for number in (0, 1, 7):
        values[number] = sys.intern(values[number]) if values[number] else None
    values[13], values[14] = given, tuple(values[14])
    return Use(*values)


def _argument(text: str, type_: str) -> Argument:
    found = _known.get((text, type_))
    if found is None:
        found = _known[text, type_] = Argument(sys.intern(text), sys.intern(type_))
    return found
