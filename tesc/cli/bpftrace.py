"""`tesc bpftrace`: scripts for QEMU's SDT probes, with named and typed arguments."""

from __future__ import annotations

import argparse
import re
import shutil

from tesc.cli.events import add_events_option, events_unit, installed_binary
from tesc.cli.filters import WHERE_HELP, parsed_where
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.span_options import check_keys
from tesc.cli.terminal import Failure, error
from tesc.cli.units import refused
from tesc.files import check_outputs
from tesc.units.rejections import rejections
from tesc.units.unknown_event import no_match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands
    from tesc.trace.bpf_format import Version
    from tesc.trace.bpf_script import Script
    from tesc.trace.events import TracedEvent

_BINARY = "/usr/bin/qemu-system-x86_64"
_MOST_NAMES = 3
_EPILOG = """\
    tesc bpftrace 'virtio_blk_*' --where 'status != 0' > blk.bt
    bpftrace blk.bt -c 'qemu-system-x86_64 ...'

The script prints what the log backend would print, without enabling any event in QEMU. QEMU only has to be
built with the dtrace backend, as in Fedora, RHEL, SUSE and Ubuntu (Debian's QEMU has no probes). Whatever the
version of bpftrace does not support is left out and reported: arguments beyond the sixth (0.17, 0.23), long
strings.

PATTERN is a name in which * matches any characters and ? a single one; '-PATTERN' (after --) excludes events.
CONDITION is as for 'tesc decode --where', but bpftrace supports only the patterns 'abc*' and, from 0.23 on,
'*abc*', and no times relative to the first record.

exit status: 0 a script was printed, 1 a script was printed, but the events file has errors, 2 no script was
printed
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "bpftrace",
        help="generate a bpftrace script for QEMU's probes",
        description="Print a bpftrace script for events: their SDT probes with named, typed arguments.",
        epilog=_EPILOG,
    )
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="events (default: all)")
    add_events_option(parser)
    parser.add_argument("--where", metavar="CONDITION", help=WHERE_HELP)
    parser.add_argument(
        "--binary", metavar="FILE", help="the traced program (default: the installed qemu-system)"
    )
    parser.add_argument(
        "--bpftrace-version",
        choices=["0.17", "0.23", "0.27"],
        help="the version to write it for (default: the installed bpftrace's, else 0.27)",
    )
    parser.add_argument(
        "--latency",
        action="store_true",
        help="print histograms of the time between events, instead of lines",
    )
    parser.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="NAME=BEGIN..END[,key=PARAMETER]",
        help="with --latency: the events that begin and end a span, as for 'tesc decode --span'",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from tesc.trace.output import open_output

    if options.span and not options.latency:
        raise Failure("--span requires --latency")
    check_outputs([options.output], [options.events])
    events, whole = _events(options)
    script = _script(options, events)
    if not script.number:
        for what, names in script.differences:
            error(f"{what}: {_shown(names)}", "warning")
        raise Failure("no probe is left to write a script for")
    for what, names in script.differences:
        error(f"{what}: {_shown(names)}", "note")
    with open_output(options.output) as output:
        output.write(script.text.encode().decode("latin-1"))
    return 0 if whole else 1


def _events(options: argparse.Namespace) -> tuple[list[TracedEvent], bool]:
    """The selected events, and whether their file is free of errors. Raises Failure."""
    from tesc.trace.events import Catalogue
    from tesc.trace.selection import chooser, unmatched

    _, unit = events_unit(options.events, overrides(options))
    whole = not refused(rejections(unit, "decode"))
    events = {event.name: event for event in Catalogue(unit).events}
    for text in unmatched(options.patterns, events):
        error(no_match(text, events), "warning")
    chosen = chooser(options.patterns)
    found = [event for event in events.values() if chosen(event.name)]
    if not found:
        raise Failure("no events are selected")
    return found, whole


def _script(options: argparse.Namespace, events: list[TracedEvent]) -> Script:
    """The script that the options ask for. Raises Failure."""
    from tesc.trace.bpf_script import latency_script, printing_script
    from tesc.trace.expressions import BadExpression
    from tesc.trace.spans import BadPairing, likely_pairings, parse_pairing

    version = _version(options.bpftrace_version)
    binary = options.binary or installed_binary() or _BINARY
    probes = _probes(binary)
    where = None if options.where is None else parsed_where(options.where, events)
    try:
        if not options.latency:
            return printing_script(events, binary, version, where, probes)
        pairings = [parse_pairing(text) for text in options.span]
        check_keys(options.span, pairings, events)
        pairings = pairings or likely_pairings(events)
        if not pairings:
            raise Failure("no events look like the beginning and end of a span: name them with --span")
        return latency_script(events, pairings, binary, version, where, probes)
    except BadPairing as wrong:
        raise Failure(str(wrong)) from None
    except BadExpression as wrong:
        message, *picture = wrong.pictured().split("\n")
        raise Failure(f"--where: {message}", picture) from None


def _probes(binary: str) -> set[str] | None:
    """The probes that a binary has; None, with a warning, if they are unknown or there are none."""
    from tesc.trace.bpf_script import PROVIDER
    from tesc.trace.sdt_notes import probes_of

    try:
        found = probes_of(binary, PROVIDER)
    except OSError as wrong:
        error(f"{binary}: {wrong.strerror or wrong}; the script expects the program at this path", "warning")
        return None
    if not found:
        what = "is not an ELF file" if found is None else "has no SDT probes of QEMU"
        error(f"{binary} {what}; the script expects a program with probes at this path", "warning")
        return None
    return found


def _version(given: str | None) -> Version:
    """The version to write for: the given one, the installed one, or the newest."""
    from tesc.trace.bpf_format import NEWEST, VERSIONS, Version

    if given is not None:
        return Version(VERSIONS[given])
    program = shutil.which("bpftrace")
    if program is not None:
        import subprocess

        try:
            said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
        except (OSError, subprocess.SubprocessError):
            said = ""
        match = re.search(r"v?(\d+)\.(\d+)", said)
        if match is not None:
            number = (int(match[1]), int(match[2]))
            # Write for the newest known version that is not newer than the installed one.
            return Version(max([one for one in VERSIONS.values() if one <= number], default=(0, 17)))
    return Version(NEWEST)


def _shown(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
