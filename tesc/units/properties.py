"""The properties `vcpu` and `tcg` in older releases of QEMU.

`tcg` (up to 6.2) declared two events, for the translation of guest code and for its execution, each with its
own format. `vcpu` (up to 9.0) added the CPU before an event's arguments.
"""

from __future__ import annotations

import re

from tesc.records import replace
from tesc.syntax.c_type import CType, Declaration
from tesc.syntax.nodes import Event, Format, Malformed, Parameter, Tree, Word
from tesc.syntax.plain_events import plain_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.syntax.nodes import Item
    from tesc.units.releases import Release
    from tesc.units.unit import UnitEvent

# The argument that `vcpu` added, and the text that it added before the event's format.
CPU_NAME = "__cpu"
CPU_FORMAT = '"cpu=%p "'
# The suffixes of the two events that `tcg` declared; the first has the first format.
ENDINGS = ("trans", "exec")
# The type in which a guest's value is recorded; it fits TCGv on every target.
GUEST_TYPES = {"TCGv": "uint64_t", "TCGv_i32": "uint32_t", "TCGv_i64": "uint64_t", "TCGv_ptr": "void *"}
# How tracetool split such a line.
_TWO_FORMATS = r"[ \t]*((?:\w+[ \t]+)*)(\w+)\(([^)]*)\)[ \t]*(\".+),\s*(\".+)"
_GUEST_WORD = rf"\b(?:{'|'.join(GUEST_TYPES)})\b"


def known(release: Release) -> frozenset[str]:
    """The properties that a release's tracetool accepts; it turns `tcg` into `tcg-trans` and `tcg-exec`."""
    vcpu = () if release.has("no-vcpu") else ("vcpu",)
    tcg = () if release.has("no-tcg") else ("tcg", "tcg-trans", "tcg-exec")
    return frozenset(("disable", *vcpu, *tcg))


def as_read_by(tree: Tree, release: Release) -> Tree:
    """A tree in which each line with the property `tcg` is replaced by the two events that it declared."""
    if release.has("no-tcg") or "tcg" not in tree.source.text:
        return tree
    items: list[Item] = []
    split = set()
    for item in tree.items:
        made = _two_events(item, tree) if isinstance(item, (Event, Malformed)) else None
        items += made or [item]
        if made:
            split.add(item.line)
    left = (e for e in tree.errors if tree.source.place(e.span.start)[0] not in split)
    return Tree(tree.source, tuple(items), tuple(left))


def _two_events(item: Event | Malformed, tree: Tree) -> list[Event] | None:
    """The events for translation and execution; None if the line does not declare two."""
    found = re.compile(_TWO_FORMATS).match(tree.source.text, item.start)
    if found is None or "tcg" not in found[1].split():
        return None
    properties = tuple(Word(item.start + m.start(), m[0]) for m in re.finditer(r"\w+", found[1]))
    declared = [part.strip() for part in found[3].split(",")]
    before = [part for part in declared if not GUEST_TYPES.keys() & set(part.split())] or ["void"]
    after = [re.sub(_GUEST_WORD, lambda word: GUEST_TYPES[word[0]], part) for part in declared]
    made = []
    for ending, arguments, shape in zip(ENDINGS, (before, after), (found[4], found[5].rstrip("\r"))):
        text = f"{found[2]}_{ending}({', '.join(arguments)}) {shape}"
        event = plain_event(text, item.start, item.line)
        if event is None:
            return None
        marks = (*properties, Word(item.start, f"tcg-{ending}"))
        made.append(replace(event, properties=marks))
    return made


def with_cpu(events: Iterable[UnitEvent], release: Release) -> tuple[UnitEvent, ...]:
    """The events, where those with the property `vcpu` have its additional argument."""
    if release.has("no-vcpu-argument"):
        return tuple(events)
    return tuple([replace(e, node=_with_cpu(e.node, release)) if e.node.has("vcpu") else e for e in events])


def _with_cpu(event: Event, release: Release) -> Event:
    type_text = "void *" if release.has("void-cpu") else "CPUState *"
    declared = CType(type_text, ("void",), 1, "void")
    text = f"{type_text}{CPU_NAME}"
    end = len(type_text)
    cpu = Parameter(
        event.open,
        Declaration(
            text=text,
            type=declared,
            name=CPU_NAME,
            type_end=end - 1,
            name_start=end,
            name_end=len(text),
            flaw=None,
        ),
    )
    form = event.format
    shape = Format(form.start if form else event.end, CPU_FORMAT + (form.text if form else ""))
    return replace(event, parameters=(cpu, *event.parameters), void=False, format=shape)
