"""The events of several builds of a program, in one text file that git can merge; finds a trace's build.

    build 7.2
      + vm_state_notify(int running, int reason, const char *reason_str) "running %d reason %d (%s)"
      ...

    build 8.0
      like 7.2
      = 1204
      - 1
      + qmp_job_cancel(void *job) "job %p"

A build is a list of its events, or its differences from a build above it: `= N` keeps N events, `- N` drops
N, `+` adds one. So another build adds only a few lines, and two builds from two branches are merged by
keeping both.

A simpletrace file of version 4 begins with the names of all events of the program, by ID; IDs are given in
the order of the events files. So the trace's build is the one that has all these names, most of them in the
same order.
"""

from __future__ import annotations

import re

from tesc.records import record
from tesc.syntax.c_type import with_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.trace.events import TracedEvent

_HEAD = "# The trace events of builds, for tesc decode; 'tesc builds add NAME FILE|REV' adds one.\n"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+:/~-]*")
_EVENT = re.compile(r"[A-Za-z_]\w*(?=\()", re.ASCII)


class BadBuilds(Exception):
    """A file of builds is invalid, or a build cannot be added; the message says why."""


@record
class Build:
    """A build's events as declarations, one per line, in order."""

    name: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text of the build's events file."""
        return "".join([f"{line}\n" for line in self.lines])

    def names(self) -> list[str]:
        return [match[0] for match in map(_EVENT.match, self.lines) if match]


@record
class Origin:
    """The builds that may have made a trace, all equally likely.

    `lacking` is how many of the trace's events they do not have; 0 if there is no doubt.
    """

    builds: tuple[Build, ...]
    lacking: int


def declared(events: Iterable[TracedEvent]) -> tuple[str, ...]:
    """Events as the lines of a build."""
    lines = []
    for event in events:
        parameters = ", ".join([with_name(*one) for one in event.parameters])
        lines.append(f"{event.name}({parameters or 'void'}) {event.format}")
    return tuple(lines)


def read(text: str, path: str) -> dict[str, Build]:
    """The builds in the text of a file, by name; `path` is for messages. Raises BadBuilds."""
    builds: dict[str, Build] = {}
    name, lines, base, at = "", list[str](), tuple[str, ...](), 0
    for number, line in enumerate([*text.split("\n"), "build "], 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "build":
            if name:
                builds[name] = Build(name, tuple(lines))
            name, lines, base, at = rest, [], (), 0
            if name in builds:
                raise BadBuilds(f"{path}:{number}: a second build '{name}'")
        elif not name:
            raise BadBuilds(f"{path}:{number}: expected 'build NAME', not '{line.strip()[:40]}'")
        elif word == "like" and rest in builds:
            base = builds[rest].lines
        elif word == "+":
            lines.append(rest)
        elif word in ("=", "-") and rest.isdigit() and at + int(rest) <= len(base):
            lines += base[at : at + int(rest)] if word == "=" else ()
            at += int(rest)
        else:
            raise BadBuilds(f"{path}:{number}: expected 'like' and a build above, = or - and a number, or +")
    return builds


def written(builds: dict[str, Build]) -> str:
    """The text of a file of builds."""
    parts = [_HEAD]
    before: list[Build] = []
    for build in builds.values():
        parts.append(f"\nbuild {build.name}\n" + "".join(f"  {line}\n" for line in _shortest(build, before)))
        before.append(build)
    return "".join(parts)


def added(builds: dict[str, Build], name: str, lines: Sequence[str]) -> dict[str, Build]:
    """The builds with one added or replaced; `lines` are its declarations. Raises BadBuilds."""
    if not _NAME.fullmatch(name):
        raise BadBuilds(f"'{name}' is not a name for a build: use letters, digits and . _ + : / ~ -")
    if any("\n" in line for line in lines):
        raise BadBuilds(f"build '{name}': a declaration over several lines")
    return {**builds, name: Build(name, tuple(lines))}


def _shortest(build: Build, before: Sequence[Build]) -> list[str]:
    """A build's lines, as differences from the most similar earlier build."""
    mine = set(build.lines)
    base = max(before, key=lambda one: len(mine & set(one.lines)), default=None)
    if base is None or 2 * len(mine & set(base.lines)) < len(mine):
        return [f"+ {line}" for line in build.lines]
    shown = [f"like {base.name}"]
    from difflib import SequenceMatcher

    for kind, begin, end, start, stop in SequenceMatcher(None, base.lines, build.lines, False).get_opcodes():
        if kind == "equal":
            shown.append(f"= {end - begin}")
            continue
        if end > begin:
            shown.append(f"- {end - begin}")
        shown += [f"+ {line}" for line in build.lines[start:stop]]
    return shown


def origin(mapped: Sequence[str], builds: Iterable[Build]) -> Origin:
    """The builds that may have made a trace that gives IDs to these names, in this order."""
    wanted = set(mapped)
    pairs = set(zip(mapped, mapped[1:]))
    best: list[Build] = []
    least = (len(wanted) + 1, 0)
    for build in builds:
        names = build.names()
        score = (len(wanted.difference(names)), -len(pairs.intersection(zip(names, names[1:]))))
        if score < least:
            best, least = [], score
        if score == least:
            best.append(build)
    return Origin(tuple(best), least[0])


def differing(build: Build, events: Iterable[TracedEvent], names: Iterable[str]) -> list[str]:
    """The names whose declaration in a build is missing or differs from the event's."""
    theirs = {line.partition("(")[0]: " ".join(line.split()) for line in build.lines}
    mine = {line.partition("(")[0]: " ".join(line.split()) for line in declared(events)}
    return [name for name in dict.fromkeys(names) if name in theirs and theirs[name] != mine.get(name)]
