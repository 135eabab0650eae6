"""`tesc guest`: generates C for guest firmware and the host, and receives a guest's events."""

from __future__ import annotations

import argparse
import os
import re

from tesc.cli.guest_options import NAMES, add_guest_options, guest_of
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure, error, print_text
from tesc.cli.units import load, refused
from tesc.files import check_outputs, make_folder, relative, write_output
from tesc.units.rejections import Rejection, rejections
from tesc.units.unknown_event import no_match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands
    from tesc.units.reasons import Consumer
    from tesc.units.unit import Unit

_KINDS = ("header", "source", "runtime", "demux", "receive")
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
# Options that only some kinds of output use.
_ONLY_FOR = (
    ("enable", ("source",)),
    ("header", ("demux",)),
    ("trace_header", ("demux",)),
    ("group", ("demux",)),
    ("only", ("header",)),
    ("prefix", ("header", "source", "runtime")),
    ("depfile", ("header", "source", "runtime", "demux")),
    *((name, ("receive",)) for name in ("source", "guest", "until", "live", "timestamps", *NAMES)),
)
_EPILOG = """\
CHARDEV is the other end of QEMU's character device:
  unix:PATH      a socket on which QEMU listens (-chardev socket,path=PATH,server=on,...)
  listen:PATH    a socket on which tesc listens and to which QEMU connects (-chardev socket,path=PATH,...)
  tcp:HOST:PORT  TCP, QEMU listens
  pty:PATH       a terminal (-chardev pty,...)
  PATH, -        a file, a pipe, standard input

exit status of receive: 0 everything was read, 1 something was lost or could not be read, 2 the guest was
built from different declarations, or there is nothing to read
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "guest",
        help="generate C for guest firmware and its host; receive a guest's events",
        description="Generate C for the events of a guest. From the guest's file come its header (a function "
        "for each event) and its source (the table of events); the runtime sends records to the host. From "
        "the host's file, which includes guests with a base, comes the demultiplexer that calls the host's "
        "own trace functions. All generated code is under 0BSD. 'receive' reads what a guest sends through "
        "any of QEMU's character devices. It prints the events, or writes them to a simpletrace file with "
        "the host's time, which 'tesc decode' merges with QEMU's own.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "kind", choices=_KINDS, metavar="KIND", help="header, source, runtime, demux or receive"
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="the root file (- is standard input); runtime needs none"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="write here (default: standard output); for runtime a folder, which is required; for "
        "receive a simpletrace file",
    )
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="PATTERN",
        help="source: enable only the events that match this pattern, as for 'tesc list'; "
        "--enable=-PATTERN excludes events (default: all are enabled)",
    )
    parser.add_argument("--header", metavar="FILE", help="demux: write the declarations to this header")
    parser.add_argument(
        "--trace-header",
        action="append",
        default=[],
        metavar="NAME",
        help="demux: include this, which declares the host's trace functions (default: qemu/osdep.h and "
        "trace-GROUP.h)",
    )
    parser.add_argument(
        "--group",
        metavar="NAME",
        help="demux: the host's group (default: that of its folder in the checkout)",
    )
    parser.add_argument(
        "--prefix",
        default="",
        metavar="NAME",
        help="header, source, runtime: start all names with NAME_ instead of tesc_guest_",
    )
    parser.add_argument(
        "--only",
        metavar="FILE",
        help="header: only the events that this included file declares, for one header per folder",
    )
    parser.add_argument(
        "--depfile", metavar="FILE", help="write a rule for make and ninja that names the files read"
    )
    _add_receive(parser)
    add_overrides(parser)
    parser.set_defaults(run=run)


def _add_receive(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("receive")
    group.add_argument(
        "--from", dest="source", metavar="CHARDEV", help="where the bytes come from, see below"
    )
    group.add_argument(
        "--guest", metavar="PREFIX", help="the guest whose include has this prefix (default: the only one)"
    )
    group.add_argument("--until", metavar="EVENT", help="stop after an event of this name")
    group.add_argument("--live", action="store_true", help="print the events while writing the file")
    group.add_argument(
        "--timestamps", action="store_true", help="start lines with the host's time in seconds"
    )
    add_guest_options(group)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    _verify(options)
    if options.kind == "runtime":
        return _runtime(options)
    workspace, unit = load(options.file, overrides(options))
    options.wire = workspace.settings_of(unit.roots[0].source).wire
    _verify_wire(options)
    read = [tree.source.file for tree in unit.trees]
    check_outputs(
        [options.output, options.header, options.depfile],
        [*read, options.source, options.elf, options.firmware],
    )
    if options.kind == "receive":
        return _receive(unit, options)
    status = _demux(unit, options) if options.kind == "demux" else _firmware(unit, options)
    if status == 0 and options.depfile:
        _write_depfile(options, read)
    return status


def _verify(options: argparse.Namespace) -> None:
    """Raise Failure for options that the kind of output requires but lacks, or does not use."""
    kind = options.kind
    if kind == "runtime":
        if options.file is not None:
            raise Failure("the runtime is the same for all files: give a folder with -o, and no FILE")
        if options.output is None:
            raise Failure("the runtime is several files: give a folder with -o")
    elif options.file is None:
        raise Failure(f"'{kind}' requires a FILE")
    if kind == "receive" and options.source is None:
        raise Failure("'receive' requires --from CHARDEV")
    if options.live and options.output is None:
        raise Failure("--live requires -o: without it the events are always printed")
    if options.depfile and options.output is None:
        raise Failure("--depfile requires an output file: give it with -o")
    if options.prefix and not _WORD.fullmatch(options.prefix):
        raise Failure(f"--prefix {options.prefix}: use lower-case letters, digits and _, as in 'fw_trace'")
    for name, of in _ONLY_FOR:
        if getattr(options, name) and kind not in of:
            raise Failure(
                f"--{name.replace('_', '-')} is for {' and '.join(map(repr, of))}, not for '{kind}'"
            )


def _verify_wire(options: argparse.Namespace) -> None:
    """Raise Failure for options that the wire does not support."""
    for name in ("prefix", "only"):
        if getattr(options, name) and options.wire == "words":
            raise Failure(f"--{name} requires the wire 'frames': the names for the words of 2011 are fixed")


def _runtime(options: argparse.Namespace) -> int:
    from tesc.codegen.guest import runtime
    from tesc.workspace import Workspace

    workspace = Workspace(overrides(options))
    options.wire = workspace.settings_for(os.path.join(options.output, "tesc_guest.h")).wire
    _verify_wire(options)
    make_folder(options.output)
    for name, text in runtime(options.wire, options.prefix).items():
        write_output(os.path.join(options.output, name), text)
    if options.depfile:
        _write_depfile(options, [])
    return 0


def _firmware(unit: Unit, options: argparse.Namespace) -> int:
    from tesc.cli.list import matching
    from tesc.codegen.guest import firmware, framed, renamed

    events = firmware.events_of(unit)
    words = options.wire == "words"
    found = rejections(unit, "guest" if words else "frames", events=events)
    if refused(found if words else found + framed.too_long(events)):
        return 1
    files = framed.files_of(events, unit.roots[0].source.path)
    if options.kind == "header":
        if options.only:
            files = [one for one in files if os.path.realpath(one.path) == os.path.realpath(options.only)]
            if not files:
                raise Failure(f"{options.only}: {options.file} has no events of this file")
        text = firmware.header(events) if words else framed.header(files)
        _write(options.output, renamed(text, options.prefix))
        return 0
    on, unmatched = matching(events, options.enable)
    states = {event.index for event in on}
    text = firmware.source(events, states) if words else framed.source(files, events, states)
    _write(options.output, renamed(text, options.prefix))
    for text in unmatched:
        error(no_match(text, (event.name for event in events)), "warning")
    return 0


def _demux(unit: Unit, options: argparse.Namespace) -> int:
    from tesc.codegen.guest import demux, demux_frames, framed

    group = options.group or _group(unit.roots[0].source.path)
    guests = demux.guests_of(unit, group)
    events = [event for guest in guests for event in guest.events]
    consumer: Consumer = "guest demux" if options.wire == "words" else "demux"
    found = rejections(unit, consumer, events=events) + demux.clashes(guests)
    if options.wire != "words":
        found += [one for guest in guests for one in framed.too_long(guest.events)]
    if refused(found):
        return 1
    headers = tuple(options.trace_header) or demux.default_headers(group)
    own = os.path.basename(options.header) if options.header else None
    made = demux.Options(group, headers, own)
    made_by = demux if options.wire == "words" else demux_frames
    _write(options.output, made_by.source(guests, made))
    if options.header:
        write_output(options.header, made_by.header(guests, made))
    return 0


def _receive(unit: Unit, options: argparse.Namespace) -> int:
    from tesc.cli.guest_receive import receive

    if refused(rejections(unit, "decode")) or refused(_collisions(unit)):
        return 1
    options.guest = options.guest or ""
    asked = guest_of(options)
    assert asked is not None
    return receive(unit, options, asked)


def _collisions(unit: Unit) -> list[Rejection]:
    """Guests that have IDs of another one, or of the host's events, as `tesc check` reports them."""
    from tesc.analysis.rules.te201_id_collision import RULE
    from tesc.config.settings import Settings

    found = RULE.check([unit], Settings())
    return [
        Rejection(RULE.code, one.source, one.span, one.message) for one in found if one.source is not None
    ]


def _group(path: str) -> str:
    """The group named after a file's folder in its checkout, however the path is written."""
    from tesc.units.groups import checkout_of, group_of

    root = checkout_of(path)
    return group_of(relative(path) if root is None else os.path.relpath(os.path.realpath(path), root))


def _write_depfile(options: argparse.Namespace, inputs: list[str]) -> None:
    from tesc.depfile import rule

    outputs = [options.output, *([options.header] if options.header else [])]
    write_output(options.depfile, rule(outputs, inputs))


def _write(path: str | None, text: str) -> None:
    if path is None:
        print_text(text)
    else:
        write_output(path, text)
