"""`tesc decode`: prints traces as text, JSON lines, CSV or Chrome's trace events, or counts their records."""

from __future__ import annotations

import argparse
import gc
import sys
from io import StringIO

from tesc.cli.builds import say_oddities, traced_events
from tesc.cli.decode_options import add_options, check
from tesc.cli.filters import selection_of
from tesc.cli.guest_options import guest_of
from tesc.cli.lacking import say_keyless, say_lacking, say_undrawn
from tesc.cli.overrides import overrides
from tesc.cli.span_options import drawn_of, say_unmatched
from tesc.cli.suggesting import SuggestingParser
from tesc.cli.terminal import Failure, error
from tesc.cli.units import refused
from tesc.files import check_outputs
from tesc.trace.formats import FOLDER_FORMATS
from tesc.trace.layout import LOG
from tesc.trace.tables import TABLE_FORMATS
from tesc.units.rejections import rejections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.cli.commands import Commands
    from tesc.cli.span_options import Drawn
    from tesc.config.settings import Compat
    from tesc.trace.formats import TraceWriter
    from tesc.trace.output import TraceOutput
    from tesc.trace.progress import Progress
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.spans import Pairing
    from tesc.trace.values import Model
    from tesc.units.rejections import Rejection
    from tesc.units.unit import Unit


def main(words: Sequence[str]) -> int:
    """Run the command without creating the parsers of all others, which takes as long as a short trace."""
    parser = SuggestingParser(prog="tesc decode")
    add_options(parser)
    # `--guest TRACE` names a trace: it takes a value only after `=`, which argparse does not support.
    options = list(words).index("--") if "--" in words else len(words)
    spelled = ["--guest=" if word == "--guest" else word for word in words[:options]]
    return run(parser.parse_args([*spelled, *words[options:]]))


def add_parser(commands: Commands) -> None:
    """List the command in the help; `main` parses its arguments."""
    parser = commands.add_parser("decode", help="print traces and logs as text, JSON lines, ...")
    add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    check(options)
    outputs = (options.output, options.other_lines, options.bundle)
    check_outputs(outputs, (*options.traces, options.events, options.elf, options.firmware))
    if options.open or options.bundle:
        from tesc.cli import pictures

        return (pictures.open_in_viewer if options.open else pictures.bundle)(options, _run)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Decode the traces into one output."""
    from tesc.trace.output import Lines, open_output

    workspace, unit = traced_events(options.events, options.traces, overrides(options))
    settings = workspace.settings_of(unit.roots[0].source)
    drawn = drawn_of(options, workspace, unit)
    whole = not refused(errors_in(unit))
    readers = open_traces(options, unit, whole, options.compat or settings.compat)
    if options.other_lines and readers and not any(reader.layout is LOG for reader in readers):
        paths = ", ".join([reader.source.path for reader in readers])
        for reader in readers:
            reader.source.close()
        raise Failure(f"{paths}: no log, so it has no lines for --other-lines")
    _relate_clocks(readers, options.clock_offset)
    say_oddities(options.traces, options.events, readers)
    ended: KeyboardInterrupt | None = None
    selection: Selection | None = None
    if readers and options.format in TABLE_FORMATS:
        from tesc.cli.tables import write

        end_on_signals()
        selection = selection_of(options, readers)
        write(options, readers, selection, _progress(options, readers))
    elif readers and options.format == "ctf":
        from tesc.cli import ctf

        end_on_signals()
        selection = selection_of(options, readers)
        ctf.write(options, readers, selection, _progress(options, readers))
    elif readers:
        end_on_signals()
        # Decoding creates no cycles, only very many short-lived values that the collector would visit.
        gc.disable()
        try:
            selection = selection_of(options, readers)
            with (
                open_output(options.output, options.follow) as output,
                Lines(options.other_lines, options.follow) as others,
            ):
                for reader in readers:
                    reader.other = others.add
                _decode(options, drawn, unit, readers, output, selection)
        except KeyboardInterrupt as pressed:
            if not options.follow:
                raise
            ended = pressed  # errors until then are still reported
        finally:
            gc.enable()
    if not (options.sort or options.stats or options.format in (*TABLE_FORMATS, *FOLDER_FORMATS)):
        _say_order(readers)
    _say_others(readers)
    say_lacking(options, readers, selection, options.latency)
    _say_uncertainty(readers)
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


def end_on_signals() -> None:
    """Make SIGTERM and SIGHUP raise an exception, so that partial files are removed and processes ended."""
    import signal

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), end)


def _say_order(readers: Sequence[RecordReader]) -> None:
    """Warn of traces whose records are not in the order of their times."""
    for reader in readers:
        if reader.steps_back:
            earlier = "record is" if reader.steps_back == 1 else "records are"
            error(
                f"{reader.source.path}: {reader.steps_back:,} {earlier} earlier than the one before; "
                "use --sort to order them",
                "warning",
            )


def _say_others(readers: Sequence[RecordReader]) -> None:
    """Report how many lines of each log are not events."""
    for reader in readers:
        if reader.others and reader.records:
            what = (
                "1 line is not an event" if reader.others == 1 else f"{reader.others:,} lines are not events"
            )
            error(f"{reader.source.path}: {what}", "note")


def _relate_clocks(readers: Sequence[RecordReader], ahead: int | None) -> None:
    """Convert the times of logs to the clock of the other traces; warn if the offset is unknown.

    `ahead` is the offset given by the user, in nanoseconds.
    """
    from tesc.trace.host_clock import on_one_clock

    for one in on_one_clock(readers, ahead):
        error(
            f"{one.source.path}: its times are CLOCK_REALTIME, those of other traces CLOCK_MONOTONIC: "
            "give the difference with --clock-offset",
            "warning",
        )


def _say_uncertainty(readers: Sequence[RecordReader]) -> None:
    """Report the uncertainty of a guest's times when its trace is merged with others."""
    for reader in readers:
        if len(readers) > 1 and reader.host_clock and reader.host_clock.uncertainty:
            off = reader.host_clock.uncertainty / 1000
            error(f"{reader.source.path}: times are accurate to {off:,.0f} us", "note")


def errors_in(unit: Unit) -> list[Rejection]:
    """The errors in the events file, except for those in older QEMU's files that do not affect decoding."""
    from tesc.trace.older import second_formats

    _, void = second_formats(unit)
    places = {(tree.source, error.span) for tree in unit.trees for error in tree.errors if id(error) in void}
    return [one for one in rejections(unit, "decode") if (one.source, one.span) not in places]


def _model(options: argparse.Namespace) -> Model:
    """The traced program's data model, by default LP64 (64-bit Unix). Raises Failure."""
    from tesc.trace.values import MODELS

    models = options.data_models or ["lp64"]
    if len(models) > 1:
        raise Failure("a trace comes from one program: give --data-model once")
    return MODELS[models[0]]


def open_traces(
    options: argparse.Namespace, unit: Unit, whole: bool, compat: Compat = "qemu"
) -> list[RecordReader]:
    """The readers of all traces that can be opened; prints an error for each of the others."""
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
    drawn: Drawn,
    unit: Unit,
    readers: Sequence[RecordReader],
    output: TraceOutput,
    selection: Selection,
) -> None:
    """Write what the options request to the output; Ctrl-C ends a followed trace."""
    if options.latency:
        _latency(drawn.pairings, readers, options.format, output, selection)
        return
    if options.stats:
        from tesc.processes import cores
        from tesc.trace.counting import count
        from tesc.trace.stats import Tally, render

        tally = Tally()
        progress = _progress(options, readers)
        try:
            count(readers, selection, options.jobs or cores(), progress, tally)
        finally:
            progress.end()
            output.write(render(tally, options.format))
        return
    _print(options, drawn, unit, readers, output, selection)


def _latency(
    pairings: Sequence[Pairing],
    readers: Sequence[RecordReader],
    form: str,
    output: TraceOutput,
    selection: Selection,
) -> None:
    """Print the latencies of spans."""
    from tesc.trace import latency_text
    from tesc.trace.columns import column_batches
    from tesc.trace.spans import Latencies

    latencies = Latencies(pairings)
    spans = latencies.spans
    for batch in column_batches(readers, selection.limited_to(spans.wants)):
        spans.take(batch)
    say_keyless(spans)
    # Most pairs of names that events suggest do not occur in a trace.
    results = [one for one in latencies.results() if one.count or one.unfinished or one.orphaned]
    shown = latency_text.as_text if form == "text" else latency_text.as_jsonl
    output.write(shown(results))


def _print(
    options: argparse.Namespace,
    drawn: Drawn,
    unit: Unit,
    readers: Sequence[RecordReader],
    output: TraceOutput,
    selection: Selection,
) -> None:
    """Write the selected records in the requested format."""
    from tesc.processes import cores
    from tesc.trace.writing import write

    form = _format(options, drawn, unit, selection)
    progress = _progress(options, readers)
    try:
        write(readers, form, selection, output, options.jobs or cores(), options.sort, progress)
    finally:
        progress.end()
    if form.spans:
        say_keyless(form.spans)
        say_unmatched(form.spans)
    say_undrawn(form.undrawn)


def _format(options: argparse.Namespace, drawn: Drawn, unit: Unit, selection: Selection) -> TraceWriter:
    """The writer for the requested format."""
    if options.format == "perfetto":
        from tesc.trace.drawing import picture

        return picture(unit, drawn.pairings, drawn.counters)
    from tesc.trace.formats import make_format

    events = [event for event in unit.events if selection.chosen(event.name)]
    return make_format(options.format, events, options.timestamps, options.guard_cells)


def _progress(options: argparse.Namespace, readers: Sequence[RecordReader]) -> Progress:
    """The progress display; hidden for a followed trace, or if the output is on the same terminal."""
    from tesc.trace.progress import Progress

    source = readers[0].source
    hidden = options.follow or (options.output is None and not options.stats and sys.stdout.isatty())
    return Progress(source.size, StringIO() if hidden else None)
