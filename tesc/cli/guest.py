"""`tesc guest`: C for guest firmware, and the host's demultiplexer of its events."""

from __future__ import annotations

import os

from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure, error, print_text
from tesc.cli.units import load, refused
from tesc.files import relative, write_output
from tesc.units.rejections import rejections

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.units.unit import Unit

_KINDS = ("header", "source", "runtime", "demux")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "guest",
        help="header, source, runtime, demux for guest firmware",
        description="Write C for the events of a guest. From the guest's file come its header (a function "
        "for each event) and its source (the table of events); the runtime sends records to the host. From "
        "the host's file, which includes guests with a base, comes the demultiplexer that calls the host's "
        "own trace functions. All of it is under 0BSD.",
    )
    parser.add_argument("kind", choices=_KINDS, metavar="KIND", help="header, source, runtime or demux")
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="the root file, - is standard input; the runtime needs none"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="write here (default: standard output); for the runtime a folder, which must be given",
    )
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="PATTERN",
        help="source: switch on matching events only, as 'tesc list' finds them; --enable=-PATTERN takes "
        "events off again (default: all are on)",
    )
    parser.add_argument(
        "--header", metavar="FILE", help="demux: write the declarations to a header of their own"
    )
    parser.add_argument(
        "--trace-header",
        action="append",
        default=[],
        metavar="NAME",
        help="demux: include this, which declares the host's trace functions (default: qemu/osdep.h and "
        "trace-GROUP.h)",
    )
    parser.add_argument("--group", metavar="NAME", help="demux: the host's group (default: its folder's)")
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    _verify(options)
    if options.kind == "runtime":
        return _runtime(options.output)
    _, unit = load(options.file, overrides(options))
    if options.kind == "demux":
        return _demux(unit, options)
    return _firmware(unit, options)


def _verify(options: argparse.Namespace) -> None:
    """Raise Failure for what the kind of output has no use for, or lacks."""
    kind = options.kind
    if kind == "runtime":
        if options.file is not None:
            raise Failure("the runtime is the same for all files: give a folder by -o, and no FILE")
        if options.output is None:
            raise Failure("the runtime is several files: give a folder by -o")
    elif options.file is None:
        raise Failure(f"which file's {kind}? Give a FILE")
    for name, of in (
        ("enable", "source"),
        ("header", "demux"),
        ("trace_header", "demux"),
        ("group", "demux"),
    ):
        if getattr(options, name) and kind != of:
            raise Failure(f"--{name.replace('_', '-')} is for '{of}', not for '{kind}'")


def _runtime(folder: str) -> int:
    from tesc.codegen.guest import runtime

    os.makedirs(folder, exist_ok=True)
    for name, text in runtime().items():
        write_output(os.path.join(folder, name), text)
    return 0


def _firmware(unit: Unit, options: argparse.Namespace) -> int:
    from tesc.cli.list import matching
    from tesc.codegen.guest import firmware

    events = firmware.events_of(unit)
    if refused(rejections(unit, "guest", events=events)):
        return 1
    if options.kind == "header":
        _write(options.output, firmware.header(events))
        return 0
    on, unmatched = matching(events, options.enable)
    _write(options.output, firmware.source(events, {event.index for event in on}))
    for text in unmatched:
        error(f"no event matches '{text}'", "warning")
    return 0


def _demux(unit: Unit, options: argparse.Namespace) -> int:
    from tesc.codegen.guest import demux
    from tesc.units.groups import group_of

    group = options.group or group_of(relative(unit.roots[0].source.path))
    guests = demux.guests_of(unit, group)
    events = [event for guest in guests for event in guest.events]
    if refused(rejections(unit, "demux", events=events) + demux.clashes(guests)):
        return 1
    headers = tuple(options.trace_header) or demux.default_headers(group)
    own = os.path.basename(options.header) if options.header else None
    made = demux.Options(group, headers, own)
    _write(options.output, demux.source(guests, made))
    if options.header:
        write_output(options.header, demux.header(guests, made))
    return 0


def _write(path: str | None, text: str) -> None:
    if path is None:
        print_text(text)
    else:
        write_output(path, text)
