"""The options of `tesc decode`, and which of them cannot be combined."""

from __future__ import annotations

import argparse
import sys

from tesc.cli.events import add_events_option
from tesc.cli.filters import add_filters
from tesc.cli.guest_options import add_guest_options
from tesc.cli.overrides import add_overrides
from tesc.cli.span_options import add_span_options
from tesc.cli.terminal import Failure
from tesc.trace.ctf import VERSIONS
from tesc.trace.formats import FOLDER_FORMATS, FORMATS
from tesc.trace.tables import TABLE_FORMATS

_ALL_FORMATS = {**FORMATS, **FOLDER_FORMATS, **TABLE_FORMATS}
_EPILOG = f"""\
formats:
{"".join(f"  {name:<13}{text}{chr(10)}" for name, text in _ALL_FORMATS.items())}
TIME is a number with or without a unit, ns (the default), us, ms or s, on the trace's clock: '1500000',
'2.5s'. With a + it counts from the first record: '+100ms'. --since is inclusive, --until is not.
PATTERN is a name in which * matches any characters and ? a single one; '-PATTERN' excludes events
(--event=-PATTERN, or after a comma).

CONDITION compares with == != < <= > >= and, for strings, ~ and !~ (a PATTERN in quotes); & masks bits;
combine conditions with and, or, not and parentheses. Names are arguments, or the record's name, pid and
time; an argument with one of these names takes precedence, and record.name is always the event's name.
Numbers have the size and sign of their C types. A comparison with an argument that an event lacks is false,
even if negated: 'not len > 5' leaves out events without len.

Several traces are merged by time; records without a time (a guest's stream has none) come first.
A simpletrace file and its byte order are recognized by its header. Text that the tracer recorded is
printed byte for byte; QEMU cuts it after 512 bytes, and records NULL as empty text.

exit status: 0 everything was read, 1 some of it could not be read (the rest is printed), 2 nothing was read
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the description, the arguments and the epilog of `tesc decode`."""
    parser.description = "Print the records that QEMU's simple or log backend wrote, or that a guest sent."
    parser.epilog = _EPILOG
    parser.add_argument("traces", nargs="+", metavar="TRACE", help="the trace; - is standard input")
    add_events_option(parser)
    parser.add_argument(
        "--format",
        choices=[*FORMATS, *FOLDER_FORMATS, *TABLE_FORMATS],
        default="text",
        help="see below (default: text)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    parser.add_argument(
        "--append",
        action="store_true",
        help="parquet, sqlite: add the traces to FILE instead of replacing it",
    )
    parser.add_argument(
        "--stats", action="store_true", help="count the records of each event instead of printing them"
    )
    spans = parser.add_argument_group("spans: the time between two records")
    spans.add_argument(
        "--latency",
        action="store_true",
        help="print how long spans took: count, median, percentiles and a histogram (as text or jsonl)",
    )
    add_span_options(spans)
    spans.add_argument(
        "--counter",
        action="append",
        default=[],
        metavar="EVENT.ARGUMENT",
        help="perfetto: draw this argument of events as a counter; EVENT may be a pattern",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="perfetto: serve the file, to this machine only, until Ctrl-C, and print the address that opens "
        "it in Perfetto's viewer",
    )
    parser.add_argument(
        "--bundle",
        metavar="FILE",
        help="write an archive (tar) for Perfetto's viewer, with a file for each TRACE and a manifest that "
        "names their machines; a TRACE may be the text of 'trace-cmd report'",
    )
    parser.add_argument(
        "--clock-offset",
        type=_offset,
        metavar="TIME",
        help="how far the traced host's real-time clock is ahead of its monotonic one: for --bundle, and for "
        "a log that is merged with other traces (default: from a file of 'tesc guest receive' among them)",
    )
    parser.add_argument(
        "--ctf-version",
        choices=VERSIONS,
        help="ctf: the version to write (default: 1.8, which all readers support)",
    )
    parser.add_argument("--follow", action="store_true", help="continue as the file grows, until Ctrl-C")
    parser.add_argument(
        "--other-lines", metavar="FILE", help="write the lines of a log that are not events to this file"
    )
    parser.add_argument(
        "--guard-cells",
        action="store_true",
        help="csv: put an apostrophe before text that spreadsheets would run as a formula",
    )
    parser.add_argument("--sort", action="store_true", help="sort the records by time, even within a trace")
    parser.add_argument(
        "-j", "--jobs", type=_jobs, metavar="N", help="processes for a long trace (default: one per core)"
    )
    parser.add_argument("--timestamps", action="store_true", help="start lines of text with PID@SECONDS:")
    kinds = parser.add_argument_group("traces that have no header").add_mutually_exclusive_group()
    kinds.add_argument(
        "--guest",
        nargs="?",
        metavar="PREFIX",
        help="the trace is what a guest sent: frames, the words of 2011, or a copy of its memory with rings. "
        "Its events are those of the only include with a base, or of the file itself if there is none; "
        "--guest=PREFIX selects the include with that prefix",
    )
    kinds.add_argument(
        "--no-header",
        action="store_true",
        help="the trace is simpletrace records; IDs are positions in the events file",
    )
    add_guest_options(parser)
    parser.add_argument(
        "--compat",
        choices=["qemu", "fixed"],
        help="how the traced program's code was generated, which determines what was recorded as text "
        "(default: the configuration's)",
    )
    add_filters(parser)
    add_overrides(parser)


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes: expected 1 or more")
    return int(text)


def _offset(text: str) -> int:
    from tesc.trace.selection import parse_moment

    try:
        return parse_moment(text).nanoseconds
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def check(options: argparse.Namespace) -> None:
    """Raise Failure for options that cannot be combined."""
    if options.follow and len(options.traces) > 1:
        raise Failure(
            "--follow reads one trace: the order of the records of several is unknown while they grow"
        )
    if [*options.traces, options.events].count("-") > 1:
        raise Failure("standard input can be read only once")
    if options.follow and options.sort:
        raise Failure("--follow and --sort cannot be combined: the order is known only at the end")
    if options.stats and options.format not in ("text", "jsonl", "csv"):
        raise Failure(f"--stats prints text, jsonl or csv, not {options.format}")
    if (options.span or options.spans) and not (
        options.latency or options.bundle or options.format == "perfetto"
    ):
        raise Failure("--span and --spans require --latency or --format perfetto")
    drawn = options.format == "perfetto" or options.bundle
    if options.counter and (options.latency or options.stats or not drawn):
        raise Failure("--counter requires --format perfetto")
    if options.open or options.bundle or options.clock_offset is not None:
        from tesc.cli import pictures

        pictures.check(options)
    if options.format == "ctf":
        from tesc.cli import ctf

        ctf.check(options)
    elif options.ctf_version:
        raise Failure("--ctf-version requires --format ctf")
    if options.format == "perfetto" and not (options.output or options.open) and sys.stdout.isatty():
        raise Failure("--format perfetto is not text: name a file with -o")
    if options.latency and (options.stats or options.follow or options.format not in ("text", "jsonl")):
        raise Failure(
            "--latency prints whole traces as text or jsonl: it cannot be combined with --stats or --follow"
        )
    if options.other_lines and (options.bundle or options.format in (*FOLDER_FORMATS, *TABLE_FORMATS)):
        what = "--bundle" if options.bundle else f"--format {options.format}"
        raise Failure(f"--other-lines cannot be combined with {what}")
    if options.guard_cells and (options.stats or options.format != "csv"):
        raise Failure("--guard-cells requires --format csv")
    if options.format in TABLE_FORMATS:
        from tesc.cli.tables import check

        check(options)
    elif options.append:
        raise Failure("--append requires --format parquet or sqlite")
    if options.timestamps and (options.stats or options.format != "text"):
        raise Failure("--timestamps requires --format text; other formats always show times")
