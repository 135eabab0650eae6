"""Plans and generates the files for a tree's groups. Pure: nothing is read or written."""

from __future__ import annotations

from tesc import codes
from tesc.codegen.qemu import generate as generate_output
from tesc.codegen.qemu.output import Options
from tesc.records import record, replace
from tesc.syntax.source import Span
from tesc.units import identifiers
from tesc.units.flatten import flatten
from tesc.units.rejections import Rejection
from tesc.units.releases import NEWEST, Release
from tesc.units.resolve import NOTHING, Outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Compat, Tapset
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit, UnitEvent

# The group of files with all events.
ALL = "all"
EVENTS_ALL = "trace-events-all"
# A group's files, by format: the kind of each file's name.
_OF_GROUP = {"h": "h", "c": "c", "rs": "rs", "d": "d", "ust-events-h": "ust"}
_OF_ALL = {"ust-events-h": "ust", "ust-events-c": "ust-c"}
FORMATS = ("h", "c", "rs", "d", "ust-events-h", "ust-events-c")
# Additional files that a backend's generated sources need.
_NEEDED = {"dtrace": ("d",), "ust": ("ust-events-h", "ust-events-c")}
# The approximate microseconds per event in each format, for dividing the work.
_COSTS = {"rs": 12, "h": 9, "ust-events-h": 8, "c": 3}
_FILE_COST = 200
# The same for reading an event.
_READING = 15


@record
class Group:
    """A named unit of a tree; `outside` are the directives from outside with which it was resolved."""

    name: str
    unit: Unit
    outside: Outside = NOTHING


@record
class TreeOptions:
    """What is generated for a tree: `out` is the folder in `#line`, relative, with slashes."""

    out: str
    backends: tuple[str, ...]
    formats: tuple[str, ...]
    tapsets: tuple[Tapset, ...] = ()
    platform: str = "linux"
    compat: Compat = "qemu"
    release: Release = NEWEST


@record
class Planned:
    """A file to generate from some groups' events; without `options`, the plain list of events."""

    name: str
    groups: tuple[Group, ...]
    options: Options | None

    @property
    def cost(self) -> int:
        """The approximate microseconds that generating and writing it takes."""
        events = sum(len(group.unit.events) for group in self.groups)
        return _cost(events, self.options.format if self.options else "")


def _cost(events: int, form: str) -> int:
    return _FILE_COST + events * (_COSTS.get(form, 2) if form else 1)


def cost_of_group(lines: int, options: TreeOptions) -> int:
    """The approximate microseconds that reading a file with a number of lines and generating takes."""
    return sum(_cost(lines, form) for form in _formats(options) if form in _OF_GROUP) + lines * _READING


@record
class GeneratedFile:
    """A generated file: its name in the folder of all generated files, and its text."""

    name: str
    text: str


def plan(groups: Sequence[Group], options: TreeOptions) -> list[Planned]:
    """The files of the groups: the list of all events, each group's files, those of all groups.

    This is the order of gen's outputs. The first one is always the same, because ninja requires that a
    depfile's first target is the command's.
    """
    everything = tuple(groups)
    made = [Planned(EVENTS_ALL, everything, None)]
    made += [one for group in groups for one in plan_of(group, options)]
    for form in _formats(options):
        if form in _OF_ALL:
            name = identifiers.file_name(ALL, _OF_ALL[form])
            made.append(Planned(name, everything, _options(options, form, ALL, name)))
    for tapset in options.tapsets:
        chosen = _options(options, tapset.format, ALL, tapset.name)
        chosen = replace(chosen, binary=tapset.binary, probe_prefix=tapset.probe_prefix)
        made.append(Planned(tapset.name, everything, chosen))
    return made


def written_twice(planned: Sequence[Planned]) -> list[Rejection]:
    """The rejections of groups whose files would be written twice."""
    first: dict[str, Planned] = {}
    found: dict[Source, Rejection] = {}
    for one in planned:
        other = first.setdefault(one.name, one)
        if other is not one:
            here, there = (each.groups[0].unit.roots[0].source for each in (one, other))
            group = one.groups[0].name
            message = f"group '{group}' is also that of {there.path}: both would write {one.name}"
            found.setdefault(here, Rejection(codes.DUPLICATE_GROUP, here, Span(0, 0), message))
    return list(found.values())


def plan_of(group: Group, options: TreeOptions) -> list[Planned]:
    """The files of one group alone."""
    return [
        Planned(name, (group,), _options(options, form, group.name, name))
        for form, name in _names(group.name, options)
    ]


def names_by_group(groups: Sequence[str], options: TreeOptions) -> list[str] | None:
    """The names of a plan's files except the first; None if some are for all groups together."""
    if options.tapsets or any(form in _OF_ALL for form in _formats(options)):
        return None
    return [name for group in groups for _, name in _names(group, options)]


def _names(group: str, options: TreeOptions) -> list[tuple[str, str]]:
    """(format, name) of each of a group's files."""
    formats = [form for form in _formats(options) if form in _OF_GROUP]
    return [(form, identifiers.file_name(group, _OF_GROUP[form])) for form in formats]


def _formats(options: TreeOptions) -> tuple[str, ...]:
    needed = [form for backend in options.backends for form in _NEEDED.get(backend, ())]
    return tuple(dict.fromkeys((*options.formats, *needed)))


def _options(options: TreeOptions, form: str, group: str, name: str) -> Options:
    path = name if options.out == "." else f"{options.out.rstrip('/')}/{name}"
    return Options(
        format=form,
        backends=options.backends,
        group=group,
        output=path,
        platform=options.platform,
        compat=options.compat,
        release=options.release,
    )


def generate(planned: Planned) -> tuple[GeneratedFile, list[Rejection]]:
    """The file, and the rejections of its events; if there are any, it must not be used."""
    if planned.options is None:
        text = "".join(flatten(group.unit) for group in planned.groups)
        return GeneratedFile(planned.name, text), []
    text, refusals = generate_output(_events(planned), planned.options)
    return GeneratedFile(planned.name, text), refusals


def _events(planned: Planned) -> Sequence[UnitEvent]:
    """The events of a file's groups, numbered consecutively if the file contains the numbers."""
    if len(planned.groups) == 1:
        return planned.groups[0].unit.events
    events = [event for group in planned.groups for event in group.unit.events]
    if planned.options is not None and planned.options.format == "simpletrace-stap":
        return [replace(event, index=at) for at, event in enumerate(events)]
    return events
