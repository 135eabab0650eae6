"""How QEMU's tracetool reads invalid lines: it accepts many of them, and the build continues.

`tesc tracetool`, and `tesc gen` with compat `qemu`, do the same; a compiler finds the error, and `tesc check`
reports it earlier. tracetool matches each line against a regular expression, splits the parameters at commas,
stars and spaces, and checks types word by word.
"""

from __future__ import annotations

import re

from tesc.limits import TRACER_ARGUMENTS
from tesc.syntax.c_type import ALLOWED_WORDS, Declaration, parse_type
from tesc.syntax.nodes import Event, Format, Parameter, Tree, Word
from tesc.syntax.source import split_lines
from tesc.units.properties import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item
    from tesc.units.releases import Release

_LINE = re.compile(r'(?:([\w\s]+)\s+)?(\w+)(\()([^)]*)(\))\s*(".+)?')
_WORDS = ALLOWED_WORDS - {"intptr_t"}
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
)
_SECOND_FORMAT = re.compile(r'".+,\s*".')


def reads(text: str, start: int, line: int, release: Release) -> Event | None:
    """The event that a release's tracetool reads from a line; None if it rejects the line.

    `text` has no line end; it starts at the offset `start` of its file.
    """
    found = _LINE.match(text)
    if found is None:
        return None
    properties = [Word(start + m.start(), m[0]) for m in re.finditer(r"\S+", found[1] or "")]
    form = found[6] or ""
    if not known(release).issuperset(word.text for word in properties) or _refuses_format(form, release):
        return None
    parameters = _parameters(found[4], start + found.start(4))
    if parameters is None or len(parameters) > TRACER_ARGUMENTS:
        return None
    begin = properties[0].start if properties else start + found.start(2)
    return Event(
        start=begin,
        end=start + len(text.rstrip()),
        line=line,
        properties=tuple(properties),
        name_start=start + found.start(2),
        name=found[2],
        open=start + found.start(3),
        close=start + found.start(5),
        void=not parameters,
        parameters=tuple(parameters),
        format=Format(start + found.start(6), form) if form else None,
    )


def _refuses_format(form: str, release: Release) -> bool:
    if "%m" in form or form.endswith('\\n"'):
        return True
    if release.has("no-newline") and "\\n" in form:
        return True
    return not release.has("one-format") and _SECOND_FORMAT.match(form) is not None


def _parameters(text: str, start: int) -> list[Parameter] | None:
    made = []
    for part in text.split(","):
        stripped = part.strip()
        at = start + part.index(stripped)
        start += len(part) + 1
        if stripped == "void":
            continue
        type_text, star, name = stripped.rpartition("*")
        if star:
            type_text += star
            name = name.strip()
        else:
            words = stripped.rsplit(None, 1)
            if len(words) != 2:
                return None
            type_text, name = words
        if any(word and word not in _WORDS for word in type_text.replace("*", "").split(" ")):
            return None
        name_start = len(stripped) - len(name)
        declared = Declaration(
            text=stripped,
            type=parse_type(type_text),
            name=name,
            type_end=len(type_text),
            name_start=name_start,
            name_end=len(stripped),
            flaw=None,
        )
        made.append(Parameter(at, declared))
    return made


def as_reference_reads(tree: Tree, release: Release) -> Tree:
    """A tree in which invalid lines that a release's tracetool accepts are replaced by what it reads."""
    place = tree.source.place
    broken = {place(error.span.start)[0] for error in tree.errors}
    # The parser reads invisible characters as spaces, tracetool as parts of names.
    broken.update([place(found.start())[0] for found in _UNSEEN.finditer(tree.source.text)])
    if not broken:
        return tree
    taken: dict[int, Event] = {}
    for line, (start, text) in enumerate(split_lines(tree.source.text), 1):
        event = reads(text, start, line, release) if line in broken else None
        if event is not None:
            taken[line] = event
    items: list[Item] = [item for item in tree.items if item.line not in taken]
    items = sorted((*items, *taken.values()), key=lambda item: item.line)
    errors = [error for error in tree.errors if tree.source.place(error.span.start)[0] not in taken]
    return Tree(tree.source, tuple(items), tuple(errors))
