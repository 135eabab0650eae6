from __future__ import annotations

from tesc.analysis.groups import groups_of
from tesc.analysis.linkage import Linkage, first_declared
from tesc.analysis.name_families import names_that_may_clash
from tesc.analysis.rule import Report, RunRule
from tesc.analysis.spellings import EVENT_SPACES, spelled
from tesc.records import record
from tesc.units import name_spaces
from tesc.units.name_spaces import Foreign, Kind
from tesc.units.unit import Unit, UnitEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Union

    from tesc.config.settings import Settings

    # The owner of an identifier: an event, the group of that name, or the program around generated code.
    Owner = Union[UnitEvent, str, Foreign]
    # An owner and its unit, None for the program. There are many, so these are plain tuples.
    Holder = tuple[Union[Unit, None], Owner]


@record
class _Meeting:
    """An event that clashes with something; `names` are the identifiers and their outputs."""

    event: UnitEvent
    other: Owner
    same_unit: bool
    names: dict[tuple[str, str], None]


class GeneratedNameClash(RunRule):
    """Two things in generated code have the same name.

    Functions, macros and variables are generated for each event: `msi` has the macros `TRACE_MSI_ENABLED`
    in C and `QEMU_MSI_ENABLED` with backend dtrace, and the function `trace_msi_enabled` in Rust. An
    event `msi_enabled` uses the same names for other things, so the two do not compile together. The
    names of a group (`trace_GROUP_register_events`) and those that generated code calls (`trace_init`)
    are also taken. The message says in which output the names clash. For events of two groups this is a
    warning: only a source that includes both headers fails to compile.

    Wrong:

        msi(int vector) "vector %d"
        msi_enabled(int vector) "vector %d"

    Right:

        msi(int vector) "vector %d"
        msi_is_enabled(int vector) "vector %d"
    """

    code = "TE103"
    name = "generated-name-clash"
    scope = "spelling"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        foreign = name_spaces.USED
        if settings.profile == "qemu":
            foreign += name_spaces.OF_QEMU
        for meeting in _Names(settings).meetings(units, groups_of(units, settings), foreign):
            event, other = meeting.event, meeting.other
            related = (first_declared(other),) if isinstance(other, UnitEvent) else ()
            yield Report(
                event.node.name_span,
                f"event '{event.name}' clashes with {_called(other)}: both have {_listed(meeting)}",
                "give one of them another name" if related else "give it another name",
                related,
                source=event.source,
                event=event.name,
                severity=None if meeting.same_unit else "warning",
            )


def _called(owner: Owner) -> str:
    if isinstance(owner, UnitEvent):
        return f"'{owner.name}'"
    return f"its group '{owner}'" if isinstance(owner, str) else owner.origin


def _listed(meeting: _Meeting) -> str:
    """The clashing identifiers, for a message: `TRACE_FOO_ENABLED in C, trace_foo_enabled in Rust`."""
    by_output: dict[str, list[str]] = {}
    for text, output in meeting.names:
        by_output.setdefault(output, []).append(text)
    listed = ", ".join(f"{' and '.join(texts)} in {output}" for output, texts in by_output.items())
    return listed if meeting.same_unit else f"{listed}, where a source includes the headers of both"


class _Names:
    """The owners of identifiers, and their clashes."""

    def __init__(self, settings: Settings) -> None:
        self._linkage = Linkage(settings)
        self._first: dict[str, dict[str, Holder]] = {space: {} for space in name_spaces.SPACES}
        # Only identifiers with several owners, since most have one; for equal names in a unit, the first.
        self._several: dict[tuple[str, str], dict[tuple[int, object], Holder]] = {}
        self._found: dict[tuple[object, int], _Meeting] = {}

    def meetings(
        self, units: Sequence[Unit], groups: Sequence[str], foreign: Sequence[Foreign]
    ) -> Iterator[_Meeting]:
        for one in foreign:
            for space in one.spaces:
                self._first[space][one.text] = (None, one)
        for unit, group in zip(units, groups):
            for kind in name_spaces.OF_GROUP:
                for space in kind.spaces:
                    self._add(space, kind.spelled(group), (unit, group))
        texts = ((space, text) for space, mine in self._first.items() for text in mine)
        for unit, names in zip(units, names_that_may_clash(units, texts)):
            for event in unit.events if names else ():
                if event.name in names:
                    holder = (unit, event)
                    for space, text in zip(EVENT_SPACES, spelled(event.name)):
                        self._add(space, text, holder)
        return iter(self._found.values())

    def _add(self, space: str, text: str, holder: Holder) -> None:
        first = self._first[space].setdefault(text, holder)
        if first is holder:
            return
        earlier = self._several.setdefault((space, text), {_key(first): first})
        unit, event = holder
        if isinstance(event, UnitEvent):
            for one in earlier.values():
                if self._clash(one, holder, space, text):
                    who = one[1].origin if isinstance(one[1], Foreign) else id(one[1])
                    new = _Meeting(event, one[1], one[0] in (None, unit), {})
                    meeting = self._found.setdefault((who, id(event)), new)
                    # Prefer the longer text, which names both.
                    outputs = {_kind(one[1], space, text).output, _kind(event, space, text).output}
                    meeting.names[text, max(outputs, key=len)] = None
        earlier.setdefault(_key(holder), holder)

    def _clash(self, one: Holder, holder: Holder, space: str, text: str) -> bool:
        """Whether an event's identifier clashes with another holder of it."""
        unit, owner = one
        mine, event = holder
        if not isinstance(owner, UnitEvent) or not isinstance(event, UnitEvent):
            return unit is None or unit is mine
        if owner.name.upper() == event.name.upper():
            return False  # other rules report equal names
        assert unit is not None
        assert mine is not None
        if unit is mine:
            return True
        kinds = (_kind(owner, space, text), _kind(event, space, text))
        return all(k.shared for k in kinds) and self._linkage.may_link_events((unit, owner), (mine, event))


def _key(holder: Holder) -> tuple[int, object]:
    """A key that is the same for holders that clash with the same holders."""
    unit, owner = holder
    return id(unit), owner.name.upper() if isinstance(owner, UnitEvent) else owner


def _kind(owner: Owner, space: str, text: str) -> Kind | Foreign:
    """The kind of the owner's identifier that has this text in a space."""
    if isinstance(owner, Foreign):
        return owner
    name, kinds = (
        (owner, name_spaces.OF_GROUP) if isinstance(owner, str) else (owner.name, name_spaces.OF_EVENT)
    )
    return next(kind for kind in kinds if space in kind.spaces and kind.spelled(name) == text)


RULE = GeneratedNameClash()
