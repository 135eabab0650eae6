from __future__ import annotations

from functools import lru_cache

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.c_type import BASE_WORDS, parse_type
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

# The spellings that SystemTap's dtrace(1) reads; of the others none is a plainer one.
_PLAIN = {
    "int": "int",
    "unsigned int": "unsigned int",
    "long": "long",
    "unsigned long": "unsigned long",
    # LTTng's generator gives a plain short no field.
    "short": "int16_t",
    "unsigned short": "unsigned short",
    "unsigned char": "unsigned char",
}
_FINE = frozenset({"int", "long", "short", "signed", "unsigned", *(s for s in _PLAIN.values() if " " in s)})


class TypeSpelling(EventRule):
    """An integer type is spelled in a way that dtrace(1) cannot read.

    C has many names for one type: `long unsigned int`, `unsigned long int` and `int long unsigned` are
    all `unsigned long`. SystemTap's dtrace(1) reads only the last, and warns of a syntax error at the
    others.

    Wrong:

        ram_resize(long unsigned int size) "size %lu"

    Right:

        ram_resize(unsigned long size) "size %lu"
    """

    code = "TE419"
    name = "type-spelling"
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for parameter in event.parameters:
            plain = _plain(parameter.type.text)
            if plain is None:
                continue
            written = parameter.type_span
            text = parameter.type.text
            yield Report(
                written,
                f"dtrace(1) cannot read the type '{text}'",
                f"write '{plain}'",
                fix=Fix("safe", (SourceEdit(tree.source, Span(written.start, written.end), plain),)),
            )


@lru_cache(maxsize=None)
def _plain(type_text: str) -> str | None:
    """The plain spelling of a type that is not spelled so."""
    parsed = parse_type(type_text)
    words = [word for word in parsed.words if word != "const"]
    spelled = " ".join(words)
    plain = _PLAIN.get(parsed.base or "")
    if plain is None or spelled in _FINE or not BASE_WORDS.issuperset(words):
        return None
    const = "const " if "const" in parsed.words else ""
    stars = type_text[type_text.index("*") :] if parsed.pointers else ""
    return f"{const}{plain}{' ' if stars else ''}{stars}"


RULE = TypeSpelling()
