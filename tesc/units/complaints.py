"""What keeps a unit from being generated."""

from __future__ import annotations

from tesc.syntax.source import Span
from tesc.units.refused import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.nodes import ParseError, Tree
    from tesc.units.unit import Unit

    # Path, line, column, message.
    Complaint = tuple[str, int, int, str]


def complaints(unit: Unit, compat: str = "qemu", types: frozenset[str] = frozenset()) -> Iterator[Complaint]:
    """What is wrong with a unit, file by file in the order of the text.

    With `compat` "qemu" that is all that keeps the reference from reading it. Otherwise what only
    the reference minds is no mistake, and neither are the words of `types` in a type.
    """
    for tree in unit.trees:
        source = tree.source
        found = [(p.span, f"{p.message} [{p.code}]") for p in tree.errors if not _dropped(tree, p)]
        found += [(p.span, f"{p.message} [{p.code}]") for p in unit.errors if p.source is source]
        lines = {source.place(span.start)[0] for span, _ in found}
        for one in refused(tree):
            if compat != "qemu" and (
                one.only_there or _allowed(source.text[one.span.start : one.span.end], types)
            ):
                continue
            if source.place(one.span.start)[0] not in lines:
                found.append((one.span, f"QEMU's tracetool refuses {one.message} [TE009]"))
        text = source.text
        if not text.isascii():
            bad = next((at for at, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
            if bad is not None:
                found.append((Span(bad, bad + 1), "a byte that is not UTF-8 [TE005]"))
        for span, message in sorted(found, key=lambda item: item[0].start):
            yield (source.path, *source.place(span.start), message)
    for error in unit.errors:
        if not any(error.source is tree.source for tree in unit.trees):
            place = error.source.place(error.span.start)
            yield (error.source.path, *place, f"{error.message} [{error.code}]")


def _dropped(tree: Tree, error: ParseError) -> bool:
    """Whether the reference would drop the text in question and go on."""
    if error.code != "TE004":
        return False
    start = error.span.start
    event = next((e for e in tree.events if e.line == tree.source.place(start)[0]), None)
    return event is not None and (event.format is None or start < event.format.start)


def _allowed(type_text: str, types: frozenset[str]) -> bool:
    """Whether a type is refused only for words that the project allows."""
    from tesc.syntax.c_type import ALLOWED_WORDS

    words = type_text.replace("*", " ").split()
    return bool(types) and all(word in ALLOWED_WORDS or word in types for word in words)
