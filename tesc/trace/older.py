"""Events as older QEMUs declared them, with the properties `vcpu` and `tcg`.

An event with the property `vcpu` (QEMU 2.6 to 8.0) has an argument that its declaration does not show: the
CPU, `__cpu`, before all others. An event with the property `tcg` (2.1 to 6.2) is two events with a format
each: NAME_trans, recorded when guest code is translated, and NAME_exec, recorded when it runs. Only the
latter has values of the guest, whose types begin with TCGv.

This follows tracetool's __init__.py, vcpu.py and transform.py in those releases.
"""

from __future__ import annotations

from tesc import codes
from tesc.units.properties import CPU_FORMAT, CPU_NAME, ENDINGS, GUEST_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.units.unit import Unit, UnitEvent

_CPU = ("void *", CPU_NAME)

if TYPE_CHECKING:
    # Name, parameters and format.
    Declaration = tuple[str, tuple[tuple[str, str], ...], str]


def declarations(event: UnitEvent, seconds: dict[int, str]) -> list[Declaration]:
    """The one or two events of a declaration, with any added argument; `seconds` is from `second_formats`."""
    properties = {word.text for word in event.node.properties}
    parameters, form = tuple(event.parameters), event.format
    forms = [(event.name, parameters, form)]
    if "tcg" in properties:
        ours = tuple([one for one in parameters if one[0] not in GUEST_TYPES])
        hosts = tuple([(GUEST_TYPES.get(type_, type_), name) for type_, name in parameters])
        second = seconds.get(id(event.node), form)
        made = zip(ENDINGS, (ours, hosts), (form, second))
        forms = [(f"{event.name}_{ending}", declared, one) for ending, declared, one in made]
    if "vcpu" in properties:
        forms = [(name, (_CPU, *rest), CPU_FORMAT + one) for name, rest, one in forms]
    return forms


def second_formats(unit: Unit) -> tuple[dict[int, str], set[int]]:
    """The second formats of `tcg` events by their node's `id`, and the `id`s of the errors about them."""
    found: dict[int, str] = {}
    void: set[int] = set()
    for tree in unit.trees:
        second = [error for error in tree.errors if error.code == codes.TEXT_AFTER_ITEM]
        if not second:
            continue
        ends = {event.node.end: event.node for event in unit.events if event.source is tree.source}
        for error in second:
            node = ends.get(error.span.start)
            if node is not None and any(word.text == "tcg" for word in node.properties):
                found[id(node)] = tree.source.text[error.span.start : error.span.end].lstrip(", \t")
                void.add(id(error))
    return found, void
