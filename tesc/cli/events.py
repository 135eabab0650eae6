"""Loading the events of a trace or a program's probes: from a file, a revision, or an installed QEMU."""

from __future__ import annotations

import os
import shutil

from tesc.cli.terminal import Failure, error
from tesc.cli.units import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.file_settings import Overrides
    from tesc.units.unit import Unit
    from tesc.workspace import Workspace

EVENTS_HELP = (
    "the events: the trace-events-all of the traced program, or a revision in git that it was built from "
    "(default: that of the installed QEMU)"
)
_NAME = "trace-events-all"
# Where distributions and `make install` put the events file.
_SHARED = ("/usr/share/qemu", "/usr/local/share/qemu")
# Tried in this order, then any other that is installed.
_PROGRAMS = ("qemu-system-x86_64", "qemu-system-aarch64", "qemu-system-i386", "qemu-kvm", "qemu-img")


def add_events_option(parser: argparse.ArgumentParser) -> None:
    """Add --events, whose value `events_unit` takes."""
    parser.add_argument("--events", metavar="FILE|REV", help=EVENTS_HELP)


def events_unit(given: str | None, overrides: Overrides) -> tuple[Workspace, Unit]:
    """The workspace and unit of the given file or revision; without one, of an installed QEMU's events.

    A note names the installed file. Raises Failure.
    """
    if given is None:
        found = installed_events()
        if found is None:
            raise Failure("no QEMU is installed: give the events with --events")
        error(f"events: {found}", "note")
        return load(found, overrides)
    if given == "-" or os.path.lexists(given):
        return load(given, overrides)
    return unit_of_text(given, text_of(given, overrides), overrides)


def installed_events() -> str | None:
    """The path of an installed QEMU's events file; None if there is none."""
    folders = []
    for name in _PROGRAMS:
        program = shutil.which(name)
        if program is not None:
            prefix = os.path.dirname(os.path.dirname(os.path.realpath(program)))
            folders.append(os.path.join(prefix, "share", "qemu"))
    paths = [os.path.join(folder, _NAME) for folder in dict.fromkeys([*folders, *_SHARED])]
    return next(filter(os.path.isfile, paths), None)


def installed_binary() -> str | None:
    """The path of an installed system emulator, the first of _PROGRAMS; None if there is none."""
    found = [path for name in _PROGRAMS[:-1] for path in [shutil.which(name)] if path]
    return os.path.realpath(found[0]) if found else None


def text_of(given: str, overrides: Overrides) -> str:
    """The events of a file, a folder or a revision as the text of one events file. Raises Failure."""
    from tesc.units.flatten import flatten
    from tesc.versions import VersionError
    from tesc.versions import load as load_version

    try:
        version = load_version(given, overrides)
    except VersionError as wrong:
        raise Failure(str(wrong)) from None
    return "".join([flatten(unit) for unit in version.workspace.units])


def unit_of_text(name: str, text: str, overrides: Overrides) -> tuple[Workspace, Unit]:
    """The workspace and unit of an events file's text; messages call it `name`."""
    from tesc.syntax.source import Source
    from tesc.workspace import Workspace

    workspace = Workspace(overrides)
    workspace.add_source(Source(name, text))
    workspace.resolve()
    return workspace, workspace.units[0]
