"""`tesc builds`: keeps the events of several builds in one file, to find the build that made a trace."""

from __future__ import annotations

import argparse
import json
import os

from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure, error, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.cli.commands import Commands
    from tesc.file_settings import Overrides
    from tesc.trace.builds import Build
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader
    from tesc.units.unit import Unit
    from tesc.workspace import Workspace

FILE = "trace-builds"
_MOST_NAMES = 3
_EPILOG = """\
    tesc builds add 8.2 build/trace/trace-events-all
    tesc builds add ours v9.0-ours
    tesc decode trace-1234

'tesc builds add' keeps the events of a build in the file trace-builds, which tesc looks for in the working
folder and above it. 'tesc decode' then recognizes which build made a trace, and reports how a file given by
--events differs. Each build after the first is stored as a difference. To merge two branches that each add
a build, keep both additions: 'trace-builds merge=union' in .gitattributes does that.

exit status: 0 done, 2 tesc could not run
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "builds",
        help="keep the events of several builds, to decode each trace with those of its build",
        description="Keep the events of builds, to decode each trace with those of the build that made it.",
        epilog=_EPILOG,
    )
    parser.add_argument("action", choices=["add", "remove", "list"], help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the build")
    parser.add_argument(
        "events",
        nargs="?",
        metavar="FILE|REV",
        help="its trace-events-all, or the revision that it was built from",
    )
    parser.add_argument("--builds", metavar="FILE", help=f"the builds file (default: {FILE}, see below)")
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="list: how to print them (default: text)"
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    needed = {"add": 2, "remove": 1, "list": 0}[options.action]
    given = [word for word in (options.name, options.events) if word is not None]
    if len(given) != needed:
        takes = ("nothing", "a NAME", "a NAME and a FILE or REV")[needed]
        raise Failure(f"'tesc builds {options.action}' takes {takes}")
    path = options.builds or found_file() or FILE
    builds = load_builds(path) if os.path.exists(path) else {}
    if options.action == "list":
        _print(builds, options.format)
        return 0
    if options.action == "add":
        builds = _added(builds, options)
    elif builds.pop(options.name, None) is None:
        raise Failure(f"{path} has no build '{options.name}'")
    _write(path, builds)
    return 0


def _added(builds: dict[str, Build], options: argparse.Namespace) -> dict[str, Build]:
    from tesc.cli.events import text_of, unit_of_text
    from tesc.trace.builds import BadBuilds, added, declared
    from tesc.trace.events import Catalogue

    given = overrides(options)
    _, unit = unit_of_text(options.events, text_of(options.events, given), given)
    try:
        return added(builds, options.name, declared(Catalogue(unit).events))
    except BadBuilds as wrong:
        raise Failure(str(wrong)) from None


def _write(path: str, builds: dict[str, Build]) -> None:
    from tesc.files import write_output
    from tesc.trace.builds import written

    write_output(path, written(builds))


def _print(builds: dict[str, Build], form: str) -> None:
    if form == "json":
        entries = [{"name": one.name, "events": len(one.lines)} for one in builds.values()]
        print_text(json.dumps(entries, indent=1) + "\n")
        return
    width = max(map(len, builds), default=0)
    print_text("".join(f"{one.name:<{width}}  {len(one.lines):,} events\n" for one in builds.values()))


def found_file() -> str | None:
    """The nearest builds file in the working folder or above it in the checkout; None if there is none."""
    folder = os.getcwd()
    while True:
        path = os.path.join(folder, FILE)
        if os.path.isfile(path):
            return os.path.relpath(path)
        above = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or above == folder:
            return None
        folder = above


def load_builds(path: str) -> dict[str, Build]:
    """The builds in a builds file, by name. Raises Failure, and OSError if it cannot be read."""
    from tesc.trace.builds import BadBuilds, read

    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return read(file.read(), path)
    except BadBuilds as wrong:
        raise Failure(str(wrong)) from None


def build_of(paths: Sequence[str]) -> Build | None:
    """The build that made the traces, or else the closest one; None if there is no builds file.

    Prints a note that names it; a warning if no build has all events of a trace.
    """
    from tesc.trace.beginning import mapped_names
    from tesc.trace.builds import origin

    file = found_file()
    if file is None:
        return None
    builds = load_builds(file)
    for path in paths:
        mapped = mapped_names(path)
        if mapped and builds:
            found = origin(mapped, builds.values())
            names = " or ".join(one.name for one in found.builds)
            if found.lacking:
                lacks = f"{found.lacking:,} of the trace's {len(set(mapped)):,} events"
                error(
                    f"{path}: not made by a build in {file}; {names} is the closest, but lacks {lacks}",
                    "warning",
                )
            else:
                error(f"{path}: made by build {names}", "note")
            return found.builds[0]
    return None


def warn_of_others(paths: Sequence[str], given: str, events: Sequence[TracedEvent]) -> None:
    """Warn if the events file `given` differs from the events of the build that made a trace."""
    from tesc.trace.beginning import mapped_names
    from tesc.trace.builds import differing, origin

    file = found_file()
    if file is None:
        return
    builds = load_builds(file)
    for path in paths:
        mapped = mapped_names(path)
        found = origin(mapped, builds.values()) if mapped and builds else None
        if found is None or found.lacking:
            continue
        for build in found.builds:
            names = differing(build, events, mapped)
            if names:
                more = len(names) - _MOST_NAMES
                shown = ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
                differs = f"differs in {len(names):,} event{'' if len(names) == 1 else 's'}: {shown}"
                error(f"{path}: made by build {build.name}; {given} {differs}", "warning")


def traced_events(given: str | None, paths: Sequence[str], overrides: Overrides) -> tuple[Workspace, Unit]:
    """The workspace and unit of the traces' events.

    They are the given ones, else those of the build that made the traces, else those of an installed QEMU.
    Raises Failure.
    """
    from tesc.cli.events import events_unit, unit_of_text

    if given is None:
        build = build_of(paths)
        if build is not None:
            return unit_of_text(f"build {build.name}", build.text, overrides)
    return events_unit(given, overrides)


def say_oddities(paths: Sequence[str], given: str | None, readers: Sequence[RecordReader]) -> None:
    """Warn, before decoding, if a trace was probably not made with the given events."""
    from tesc.trace.beginning import oddities

    if readers and given is not None:
        warn_of_others(paths, given, readers[0].catalogue.events)
    for reader in readers:
        found = oddities(reader)
        if found:
            more = f" (and {len(found) - 1:,} other events)" if len(found) > 1 else ""
            path = reader.catalogue.path
            error(f"{reader.source.path}: probably not made with {path}: {found[0]}{more}", "warning")
