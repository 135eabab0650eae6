"""`tesc decode`: traces as text, JSON lines, CSV or Chrome's trace events, or counted."""

from __future__ import annotations

import argparse
import gc
import sys
from io import StringIO

from tesc.cli.builds import say_oddities, traced_events
from tesc.cli.events import add_events_option
from tesc.cli.filters import add_filters, selection_of
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.span_options import add_span_options, counters_of, pairings_of, say_unmatched
from tesc.cli.terminal import Failure, error
from tesc.cli.units import refused
from tesc.trace.ctf import VERSIONS
from tesc.trace.formats import FOLDER_FORMATS, FORMATS
from tesc.trace.tables import TABLE_FORMATS
from tesc.units.rejections import rejections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.cli.commands import Commands
    from tesc.config.settings import Compat, Settings
    from tesc.trace.formats import TraceWriter
    from tesc.trace.guest import GuestTrace
    from tesc.trace.output import TraceOutput
    from tesc.trace.progress import Progress
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.spans import Pairing
    from tesc.trace.values import Model
    from tesc.units.rejections import Rejection
    from tesc.units.unit import Unit

_ALL_FORMATS = {**FORMATS, **FOLDER_FORMATS, **TABLE_FORMATS}
_EPILOG = f"""\
formats:
{"".join(f"  {name:<13}{text}{chr(10)}" for name, text in _ALL_FORMATS.items())}
TIME is a number with or without a unit, ns (the default), us, ms or s, counted as the trace counts:
'1500000', '2.5s'. With a + it counts from the first record: '+100ms'. --since is inclusive, --until
is not. PATTERN is a name in which * stands for any characters and ? for any one; '-PATTERN' takes
events off again (--event=-PATTERN, or after a comma).

CONDITION compares with == != < <= > >= and, for texts, ~ and !~ (a PATTERN in quotes); & masks bits;
and, or, not and parentheses join. Names are arguments, or the record's name, pid and time; an argument
of one of these names comes first, and record.name is always the event's. Numbers have the values of their
types. What an event lacks makes a comparison false: 'not len > 5' leaves out events without len.

Several traces are merged by time; records without a time (a guest's stream has none) come first.
A simpletrace file is known by its header, and so is its byte order. Text that the tracer recorded is
printed byte for byte; QEMU cuts it after 512 bytes, and records NULL as empty text.

exit status: 0 all was read, 1 something could not be (what could is printed), 2 nothing could
"""


def main(words: Sequence[str]) -> int:
    """Run the command without the parsers of all others: making them takes as long as many a trace."""
    parser = argparse.ArgumentParser(prog="tesc decode")
    _add_arguments(parser)
    # `--guest TRACE` names a trace: it takes a value only after `=`, which argparse does not know of.
    options = list(words).index("--") if "--" in words else len(words)
    spelled = ["--guest=" if word == "--guest" else word for word in words[:options]]
    return run(parser.parse_args([*spelled, *words[options:]]))


def add_parser(commands: Commands) -> None:
    """Let the list of commands have it; `main` reads its arguments."""
    _add_arguments(commands.add_parser("decode", help="a simpletrace binary as text, JSON lines, ..."))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from tesc.cli.formatting import Described

    parser.description = "Print traces that QEMU's simple backend wrote, or that a guest sent."
    parser.epilog = _EPILOG
    parser.formatter_class = Described
    parser.add_argument("traces", nargs="+", metavar="TRACE", help="the trace; - is standard input")
    add_events_option(parser)
    parser.add_argument(
        "--format",
        choices=[*FORMATS, *FOLDER_FORMATS, *TABLE_FORMATS],
        default="text",
        help="see below (default: text)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    parser.add_argument(
        "--append",
        action="store_true",
        help="parquet, sqlite: add the traces to what FILE has (default: FILE is replaced)",
    )
    parser.add_argument("--stats", action="store_true", help="count the records of each event instead")
    spans = parser.add_argument_group("spans: the time from one record to another")
    spans.add_argument(
        "--latency",
        action="store_true",
        help="how long spans took: count, median, percentiles and a histogram of each (as text or jsonl)",
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
        help="perfetto: serve the file on this machine alone, and print the address that opens it in "
        "Perfetto's viewer, until Ctrl-C",
    )
    parser.add_argument(
        "--bundle",
        metavar="FILE",
        help="write an archive (tar) for Perfetto's viewer with a picture of each TRACE, among which may be "
        "the text of 'trace-cmd report', and a manifest that says which machine's it is",
    )
    parser.add_argument(
        "--clock-offset",
        type=_offset,
        metavar="TIME",
        help="bundle: how far the traced host's real-time clock is ahead of its monotonic one",
    )
    parser.add_argument(
        "--ctf-version", choices=VERSIONS, help="ctf: the version to write (default: 1.8, which all can read)"
    )
    parser.add_argument("--follow", action="store_true", help="continue as the file grows, until Ctrl-C")
    parser.add_argument(
        "--other-lines", metavar="FILE", help="write a log's lines that are none of an event's here"
    )
    parser.add_argument(
        "--guard-cells",
        action="store_true",
        help="csv: an apostrophe before text that spreadsheets would run",
    )
    parser.add_argument("--sort", action="store_true", help="order the records by time, also within a trace")
    parser.add_argument(
        "-j", "--jobs", type=_jobs, metavar="N", help="processes for a long trace (default: the cores)"
    )
    parser.add_argument("--timestamps", action="store_true", help="begin lines of text with PID@SECONDS:")
    kinds = parser.add_argument_group("traces that have no header").add_mutually_exclusive_group()
    kinds.add_argument(
        "--guest",
        nargs="?",
        metavar="PREFIX",
        help="what a guest sent (frames, the words of 2011, a copy of its memory with rings): of the only "
        "include with a base, or of the file itself if there is none; --guest=PREFIX means the include with "
        "that prefix",
    )
    kinds.add_argument(
        "--no-header", action="store_true", help="simpletrace records; IDs are positions in FILE"
    )
    add_elf(parser)
    parser.add_argument(
        "--compat",
        choices=["qemu", "fixed"],
        help="how the traced program's code was generated, which decides what was recorded as text "
        "(default: the configuration's)",
    )
    add_filters(parser)
    add_overrides(parser)
    parser.set_defaults(run=run)


def add_elf(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the option that finds texts in a firmware's file."""
    parser.add_argument(
        "--elf",
        metavar="FIRMWARE[@OFFSET]",
        help="find texts here that the guest sent by address only; OFFSET is how far it was moved when "
        "it was loaded",
    )


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes: it is 1 or more")
    return int(text)


def _offset(text: str) -> int:
    from tesc.trace.selection import parse_moment

    try:
        return parse_moment(text).nanoseconds
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def run(options: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    _check(options)
    if options.open or options.bundle:
        from tesc.cli import pictures

        return (pictures.open_in_viewer if options.open else pictures.bundle)(options, _run)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Decode the traces into one output."""
    from tesc.trace.output import Lines, open_output

    workspace, unit = traced_events(options.events, options.traces, overrides(options))
    settings = workspace.settings_of(unit.roots[0].source)
    whole = not refused(errors_in(unit))
    readers = open_traces(options, unit, whole, options.compat or settings.compat)
    say_oddities(options.traces, options.events, readers)
    ended: KeyboardInterrupt | None = None
    if readers and options.format in TABLE_FORMATS:
        from tesc.cli.tables import write

        end_when_told()
        write(options, readers, _progress(options, readers))
    elif readers and options.format == "ctf":
        from tesc.cli import ctf

        end_when_told()
        ctf.write(options, readers, _progress(options, readers))
    elif readers:
        end_when_told()
        # Decoding makes no cycles, only very many short-lived values that the collector would walk.
        gc.disable()
        try:
            selection = selection_of(options, readers)
            with open_output(options.output, options.follow) as output, Lines(options.other_lines) as others:
                for reader in readers:
                    reader.other = others.add
                _decode(options, settings, unit, readers, output, selection)
        except KeyboardInterrupt as pressed:
            if not options.follow:
                raise
            ended = pressed  # what was wrong until then is said all the same
        finally:
            gc.enable()
    if not (options.sort or options.stats or options.format in (*TABLE_FORMATS, *FOLDER_FORMATS)):
        _say_order(readers)
    _say_others(readers)
    problems = [problem for reader in readers for problem in reader.errors]
    for problem in problems:
        error(str(problem))
    for reader in readers:
        reader.source.close()
    if ended is not None:
        raise ended
    if len(readers) < len(options.traces) or (problems and not any(reader.decoded for reader in readers)):
        return 2
    return 0 if whole and not problems else 1


def end_when_told() -> None:
    """Have SIGTERM and SIGHUP end the command as an exception does: half a file and other processes go."""
    import signal

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), end)


def _say_order(readers: Sequence[RecordReader]) -> None:
    """Report once that records of a trace are not in the order of their times."""
    for reader in readers:
        if reader.steps_back:
            earlier = "record is" if reader.steps_back == 1 else "records are"
            error(
                f"{reader.source.path}: {reader.steps_back:,} {earlier} earlier than the one before; "
                "--sort puts all in order",
                "warning",
            )


def _say_others(readers: Sequence[RecordReader]) -> None:
    """Say how many lines of a log were passed over."""
    for reader in readers:
        if reader.others and reader.records:
            what = "1 line is" if reader.others == 1 else f"{reader.others:,} lines are"
            error(f"{reader.source.path}: {what} none of an event's", "note")


def _check(options: argparse.Namespace) -> None:
    """Refuse options that contradict each other."""
    if options.follow and len(options.traces) > 1:
        raise Failure(
            "--follow reads one trace: which record of several comes next is not known while they grow"
        )
    if [*options.traces, options.events].count("-") > 1:
        raise Failure("standard input can be read once only")
    if options.follow and options.sort:
        raise Failure("--follow and --sort contradict each other: what comes first is known at the end")
    if options.stats and options.format not in ("text", "jsonl", "csv"):
        raise Failure(f"--stats has no format {options.format}: it is text, jsonl or csv")
    if (options.span or options.spans) and not (
        options.latency or options.bundle or options.format == "perfetto"
    ):
        raise Failure("--span and --spans go with --latency, or with --format perfetto")
    drawn = options.format == "perfetto" or options.bundle
    if options.counter and (options.latency or options.stats or not drawn):
        raise Failure("--counter is for the format perfetto")
    if options.open or options.bundle or options.clock_offset is not None:
        from tesc.cli import pictures

        pictures.check(options)
    if options.format == "ctf":
        from tesc.cli import ctf

        ctf.check(options)
    elif options.ctf_version:
        raise Failure("--ctf-version is for the format ctf")
    if options.format == "perfetto" and not (options.output or options.open) and sys.stdout.isatty():
        raise Failure("the format perfetto is not text: name a file with --output")
    if options.latency and (options.stats or options.follow or options.format not in ("text", "jsonl")):
        raise Failure("--latency is printed as text or jsonl, of whole traces, without --stats")
    if options.guard_cells and (options.stats or options.format != "csv"):
        raise Failure("--guard-cells is for the format csv; others are no spreadsheets")
    if options.format in TABLE_FORMATS:
        from tesc.cli.tables import check

        check(options)
    elif options.append:
        raise Failure("--append is for the formats parquet and sqlite")
    if options.timestamps and (options.stats or options.format != "text"):
        raise Failure("--timestamps is for the format text; others show times anyway")


def errors_in(unit: Unit) -> list[Rejection]:
    """What is wrong with the events file, but for what an older QEMU writes and a decoder can do without."""
    from tesc.trace.older import second_formats

    _, void = second_formats(unit)
    places = {(tree.source, error.span) for tree in unit.trees for error in tree.errors if id(error) in void}
    return [one for one in rejections(unit, "decode") if (one.source, one.span) not in places]


def _model(options: argparse.Namespace) -> Model:
    """The traced program's data model: that of most, 64-bit Unix, if nothing is said."""
    from tesc.trace.values import MODELS

    models = options.data_models or ["lp64"]
    if len(models) > 1:
        raise Failure("a trace is of one program: give --data-model once")
    return MODELS[models[0]]


def guest_of(options: argparse.Namespace) -> GuestTrace | None:
    """What the options say of traces that a guest sent."""
    if options.guest is None:
        if options.elf:
            raise Failure("--elf is for --guest: it finds texts of which the guest sent the address")
        return None
    from tesc.cli.guest_receive import texts_of
    from tesc.trace.guest import GuestTrace

    return GuestTrace(options.guest, options.wire, texts_of(options.elf))


def open_traces(
    options: argparse.Namespace, unit: Unit, whole: bool, compat: Compat = "qemu"
) -> list[RecordReader]:
    """The traces, opened; why others can't be is printed."""
    from tesc.trace.errors import Unusable
    from tesc.trace.events import Catalogue
    from tesc.trace.opening import open_reader

    catalogue = Catalogue(unit, whole, _model(options), compat)

    guest = guest_of(options)

    def opened(path: str) -> RecordReader | None:
        try:
            return open_reader(path, catalogue, guest, options.no_header, options.follow)
        except Unusable as wrong:
            error(str(wrong))
        except OSError as wrong:
            error(f"{path}: {wrong.strerror or wrong}")
        return None

    return [reader for reader in map(opened, options.traces) if reader]


def _decode(
    options: argparse.Namespace,
    settings: Settings,
    unit: Unit,
    readers: Sequence[RecordReader],
    output: TraceOutput,
    selection: Selection,
) -> None:
    """Print what the options ask for; Ctrl-C ends a trace that is followed."""
    if options.latency:
        _latency(pairings_of(options, settings, unit, True), readers, options.format, output, selection)
        return
    if options.stats:
        from tesc.trace.counting import count
        from tesc.trace.parts import cores
        from tesc.trace.stats import Tally, render

        tally = Tally()
        progress = _progress(options, readers)
        try:
            count(readers, selection, options.jobs or cores(), progress, tally)
        finally:
            progress.end()
            output.write(render(tally, options.format))
        return
    _print(options, settings, unit, readers, output, selection)


def _latency(
    pairings: Sequence[Pairing],
    readers: Sequence[RecordReader],
    form: str,
    output: TraceOutput,
    selection: Selection,
) -> None:
    """Print how long spans took."""
    from tesc.trace import latency_text
    from tesc.trace.columns import column_batches
    from tesc.trace.spans import BadPairing, Latencies

    if not pairings:
        raise Failure("no names of events speak of a beginning and an end: say which ones with --span")
    latencies = Latencies(pairings)
    spans = latencies.spans
    try:
        for batch in column_batches(readers, selection.among(spans.wants)):
            spans.take(batch)
    except BadPairing as wrong:
        raise Failure(str(wrong)) from None
    results = list(latencies.results())
    shown = latency_text.as_text if form == "text" else latency_text.as_jsonl
    output.write(shown(results))


def _print(
    options: argparse.Namespace,
    settings: Settings,
    unit: Unit,
    readers: Sequence[RecordReader],
    output: TraceOutput,
    selection: Selection,
) -> None:
    from tesc.trace.parts import cores
    from tesc.trace.spans import BadPairing
    from tesc.trace.writing import write

    form = _format(options, settings, unit, selection)
    progress = _progress(options, readers)
    try:
        write(readers, form, selection, output, options.jobs or cores(), options.sort, progress)
    except BadPairing as wrong:
        raise Failure(str(wrong)) from None
    finally:
        progress.end()
    if form.spans:
        say_unmatched(form.spans)


def _format(options: argparse.Namespace, settings: Settings, unit: Unit, selection: Selection) -> TraceWriter:
    """What writes the traces in the format that is asked for."""
    if options.format == "perfetto":
        from tesc.trace.drawing import picture

        pairings = pairings_of(options, settings, unit, False)
        return picture(unit, pairings, counters_of(options.counter, unit))
    from tesc.trace.formats import make_format

    events = [event for event in unit.events if selection.chosen(event.name)]
    return make_format(options.format, events, options.timestamps, options.guard_cells)


def _progress(options: argparse.Namespace, readers: Sequence[RecordReader]) -> Progress:
    """What says how far it is: not of what is followed, nor over text on the same terminal."""
    from tesc.trace.progress import Progress

    source = readers[0].source
    shown = options.follow or (options.output is None and not options.stats and sys.stdout.isatty())
    return Progress(source.size, StringIO() if shown else None)
