"""The events that a trace may contain, by ID or name."""

from __future__ import annotations

import os

from tesc.trace.errors import Unusable
from tesc.trace.layout import DROPPED_ID
from tesc.trace.older import declarations, second_formats
from tesc.trace.values import LP64, TEXT, kind_of, splitter, typer
from tesc.units.former_names import former_names
from tesc.units.text import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tesc.config.settings import Compat
    from tesc.trace.values import Kind, Model, Values
    from tesc.units.flatten import FlattenedGuest
    from tesc.units.unit import Range, Unit, UnitEvent


class TracedEvent:
    """An event as recorded.

    `parameters` are types and names, as generated code declares them (also called `args`, for analyzers
    written for QEMU's simpletrace.py); `format` is the format's text. `model` is the traced program's data
    model, `compat` how its code was generated, which decides which arguments were recorded as text
    (`tesc.units.text`). `uncertain` is true if values may be None because a log does not show them.
    """

    __slots__ = ("compat", "format", "model", "name", "parameters", "texts", "uncertain")

    def __init__(
        self,
        name: str,
        parameters: tuple[tuple[str, str], ...],
        format_: str,
        texts: bool = True,
        model: Model = LP64,
        compat: Compat = "qemu",
    ) -> None:
        self.compat = compat
        self.name = name
        self.parameters = parameters
        self.format = format_
        self.texts = texts
        self.model = model
        self.uncertain = False

    @property
    def args(self) -> tuple[tuple[str, str], ...]:
        return self.parameters

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kind of each argument, as recorded."""
        if not self.texts:
            return tuple([kind_of(type_, False, self.model) for type_, _ in self.parameters])
        found = texts(self.parameters, self.format, self.compat)
        return tuple(
            [
                TEXT if text is not None else kind_of(type_, False, self.model)
                for text, (type_, _) in zip(found, self.parameters)
            ]
        )

    def typer(self) -> Callable[[Values], tuple[int | str | bool | None, ...]]:
        """A function from recorded values to typed ones: see `values.typer`."""
        return typer(self.kinds, self.uncertain)

    @property
    def has_texts(self) -> bool:
        return any(kind.text for kind in self.kinds)

    def splitter(self, order: str, words: bool) -> Callable[[bytes], Values]:
        """A function from a payload to values: see `values.splitter`."""
        return splitter(order, tuple([kind.text for kind in self.kinds]), words)

    def __repr__(self) -> str:
        return f"<event {self.name}>"


# The simpletrace record of a full buffer, with the name that QEMU's reader gives it.
DROPPED = TracedEvent("Dropped_Event", (("uint64_t", "num_events_dropped"),), '"%" PRIu64 " events dropped"')


def crossing_event(event: UnitEvent) -> TracedEvent:
    """A guest's event as sent in the words of 2011, which have only numbers, no pointers."""
    from tesc.units.crossing import crossed

    parameters, form = crossed(event.node, "words")
    return TracedEvent(event.name, tuple(parameters), form, texts=False)


class Catalogue:
    """The events of a unit, by every name and ID that a trace may use.

    `whole` is true if all of the unit's files were read without errors; otherwise positions of events mean
    nothing. `model` is the traced program's data model, `compat` how its code was generated.

    `events` are in the order of the files; a `tcg` event is two events, as in QEMU's tracetool.
    """

    def __init__(self, unit: Unit, whole: bool = True, model: Model = LP64, compat: Compat = "qemu") -> None:
        self.unit = unit
        self.whole = whole
        seconds, _ = second_formats(unit)
        self.events: list[TracedEvent] = []
        self._streams: dict[int, TracedEvent] = {}
        # If the tree's release is known, properties mean what they meant in that release.
        resolved = not unit.release.has("no-vcpu-argument")
        for event in unit.events:
            plain = (event.name, tuple(event.parameters), event.format)
            made = [
                TracedEvent(name, parameters, form, True, model, compat)
                for name, parameters, form in ([plain] if resolved else declarations(event, seconds))
            ]
            self.events += made
            if event.range:
                self._streams[event.stream_id] = made[-1]
        # The last of several events with one name wins, as in QEMU's reader.
        self._names = {event.name: event for event in self.events}
        self._crossing: dict[str, UnitEvent] | None = None
        for name, event in former_names(unit).items():
            if event.name in self._names:
                self._names.setdefault(name, self._names[event.name])

    @property
    def path(self) -> str:
        """The events file's path for messages."""
        return self.unit.roots[0].source.path if self.unit.roots else "the events file"

    def named(self, name: str) -> TracedEvent | None:
        """The event whose name or former name is `name`; None if there is none."""
        event = self._names.get(name)
        return DROPPED if event is None and name == "dropped" else event

    @property
    def flattened(self) -> list[FlattenedGuest]:
        """The guests that the events file lists, if it was flattened."""
        from tesc.units.flatten import flattened_guests

        return [one for tree in self.unit.roots for one in flattened_guests(tree.source.text)]

    def names(self) -> list[tuple[str, TracedEvent]]:
        """All names of events, including former ones."""
        return list(self._names.items())

    def sent(self, name: str) -> TracedEvent | None:
        """The event called `name` in a file recorded from a guest's frames, which carry text as text."""
        from tesc.trace.guest import guest_unit, sent_event

        if self._crossing is None:
            units = [self.unit, *(guest_unit(one) for one in self.flattened)]
            self._crossing = {event.name: event for unit in units for event in unit.events if event.crosses}
        event = self._crossing.get(name)
        if event is None:
            return self.named(name)
        return sent_event(event)

    def numbered(self, event_id: int, texts: bool) -> TracedEvent | None:
        """The event at an index, or with a stream ID in a range with a base; None if there is none."""
        if event_id == DROPPED_ID:
            return DROPPED
        events = self.events
        event = events[event_id] if event_id < len(events) else self._streams.get(event_id)
        if event is None or texts:
            return event
        return TracedEvent(event.name, event.parameters, event.format, False, event.model)

    def streamed(self, event_id: int) -> TracedEvent | None:
        """The event with a stream ID in a range with a base, which no mapping record names."""
        return self._streams.get(event_id)

    def guest(self, prefix: str) -> tuple[TracedEvent, ...]:
        """The events of a guest by wire ID: of the range with this prefix, or of the only guest.

        Without a prefix, that is the only range with a base or, if there is none, the root: then the file is
        the guest's own. Raises Unusable.
        """
        at = self.range_of(prefix)
        return tuple([crossing_event(event) for event in self.unit.events if event.range == at])

    def range_of(self, prefix: str) -> int:
        """The number of the range whose events `guest` returns. Raises Unusable."""
        ranges = self.unit.ranges
        based = range(1, len(ranges))
        if prefix:
            hits = [at for at in range(len(ranges)) if ranges[at].prefix in (prefix, f"{prefix}_")]
        else:
            hits = list(based) or [0]
        if len(hits) == 1:
            return hits[0]
        known = ", ".join([_shown(ranges[at]) for at in based])
        if not hits:
            has = f"its includes with a base are {known}" if known else "it has no include with a base"
            raise Unusable(f"{self.path}: no guest with the prefix '{prefix}': {has}")
        which = f"with the prefix '{prefix}'" if prefix else "(give --guest=PREFIX)"
        raise Unusable(f"{self.path}: more than one guest {which}: {known}")


def _shown(one: Range) -> str:
    return f"'{one.prefix}' at {one.base:#x}"


def load_unit(path: str | os.PathLike[str], include_path: tuple[str, ...] = ()) -> Unit:
    """The unit of an events file, such as a build's trace-events-all. Raises OSError."""
    from tesc.files import read_source, relative
    from tesc.syntax.parser import parse
    from tesc.units.loading import Loader
    from tesc.units.resolve import resolve

    name = os.fspath(path)
    project = (os.path.dirname(os.path.abspath(name)),)
    return resolve((parse(read_source(name, name)),), Loader(include_path, relative, project=project))
