"""`tesc query`: SQL queries on traces."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import contextmanager

from tesc.cli.builds import say_oddities, traced_events
from tesc.cli.decode import end_on_signals, errors_in, open_traces
from tesc.cli.filters import add_filters, selection_of
from tesc.cli.guest_options import add_guest_options
from tesc.cli.lacking import say_lacking
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.span_options import check_keys
from tesc.cli.suggesting import SuggestingParser
from tesc.cli.terminal import Failure, error, print_text, standard_input
from tesc.cli.units import refused
from tesc.files import check_outputs
from tesc.trace.progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from tesc.cli.commands import Commands
    from tesc.trace.events import TracedEvent
    from tesc.trace.query.session import Session
    from tesc.trace.spans import Pairing

_FORMATS = ("table", "csv", "json", "jsonl", "parquet")
_EPILOG = """\
TRACE is a trace or a log (several are read one after the other), or a folder that 'tesc decode --format
parquet' wrote; --events has the same default as for 'tesc decode'. The last argument is SQL if it contains
a space and is not a file. Without it, SQL is read from standard input, or on a terminal from a prompt.

Each event is a view: ts (nanoseconds), time (a timestamp in microseconds), pid, a column per argument,
trace, seq (the record's number). 'records' has all records, 'spans' all spans, 'spans.NAME' those of a
--span. The SQL is DuckDB's. It can read these views, but no files.

  tesc query trace-1234 --events trace-events-all 'SELECT * FROM spans ORDER BY duration DESC LIMIT 10'

The tables of the last three traces are kept in the cache for the next query ('tesc cache clear' removes
them), but not with --no-cache.

exit status: 0 answered, 1 answered from the part of the trace that could be read, 2 not answered
"""


def main(words: Sequence[str]) -> int:
    """Run the command; options may be between the traces and the SQL. Returns the exit status."""
    parser = SuggestingParser(prog="tesc query")
    _add_arguments(parser)
    # `--guest TRACE` names a trace: it takes a value only after `=`, which argparse does not support.
    spelled = ["--guest=" if word == "--guest" else word for word in words]
    options = parser.parse_intermixed_args(spelled)
    options.words = list(words)
    return run(options)


def add_parser(commands: Commands) -> None:
    """List the command in the help; `main` parses its arguments."""
    _add_arguments(commands.add_parser("query", help="query traces with SQL"))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    # argparse gives all words to the traces, and so does not know that the last one may be something else.
    parser.usage = "%(prog)s [options] TRACE [TRACE ...] [SQL]"
    parser.description = "Query traces with SQL: how many, how long, what came before."
    parser.epilog = _EPILOG
    parser.add_argument("traces", nargs="+", metavar="TRACE", help="the traces, and the SQL as the last word")
    parser.add_argument(
        "--events", metavar="FILE", help="the events: the trace-events-all of the traced program"
    )
    parser.add_argument(
        "--format", choices=_FORMATS, default="table", help="how to print the result (default: table)"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the result to this file")
    parser.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="NAME=BEGIN..END[,key=PARAMETER]",
        help="spans in addition to those that event names suggest, as for 'tesc decode'",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        type=int,
        metavar="N",
        help="processes to use for a long trace (default: one per core)",
    )
    parser.add_argument(
        "--guest", nargs="?", const="", metavar="PREFIX", help="read traces without a header as guest streams"
    )
    add_guest_options(parser)
    add_filters(parser)
    add_overrides(parser)
    parser.set_defaults(run=run, configured=())


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from tesc.trace.spans import BadPairing
    from tesc.trace.tables import Unwritable

    _check(options)
    sql = _sql(options)
    check_outputs([options.output], [*options.traces, options.events])
    try:
        _check_packages()
        from tesc.trace.query.session import BadQuery

        with _dataset(options) as (folder, whole):
            try:
                _ask(options, folder, sql)
            except BadQuery as wrong:
                message, *picture = wrong.pictured()
                raise Failure(message, picture) from None
    except (Unwritable, BadPairing) as wrong:
        raise Failure(str(wrong)) from None
    return 0 if whole else 1


def _check(options: argparse.Namespace) -> None:
    """Raise Failure for options that cannot be combined."""
    if options.format == "parquet" and options.output is None:
        raise Failure("--format parquet is written to a file: name it with -o")
    if options.jobs is not None and options.jobs < 1:
        raise Failure("--jobs must be 1 or more")


def _check_packages() -> None:
    """Check for missing packages before a trace is read. Raises MissingExtra."""
    from tesc.trace.tables import MissingExtra

    try:
        import duckdb  # noqa: F401 (whether it is installed)
        import pyarrow  # noqa: F401
    except ImportError as missing:
        raise MissingExtra("tesc query", missing.name or "duckdb", "query") from None


def _sql(options: argparse.Namespace) -> str | None:
    """The query, which is removed from the list of traces; None for a prompt."""
    last = options.traces[-1]
    if (not last or any(one.isspace() for one in last)) and not os.path.exists(last):
        options.traces.pop()
        if not options.traces:
            raise Failure("no trace given: it comes before the SQL")
        return _not_empty(last)
    if sys.stdin is not None and sys.stdin.isatty() and "-" not in options.traces:
        if options.format != "table" or options.output:
            raise Failure(
                "the prompt prints only tables: give the SQL as an argument for other formats and files"
            )
        return None
    if "-" in options.traces:
        raise Failure("give the SQL as the last argument: standard input is the trace")
    return _not_empty(standard_input().decode("utf-8", "replace"))


def _not_empty(sql: str) -> str:
    if not sql.strip():
        raise Failure("no SQL given: it is the last argument, in quotes, or comes from standard input")
    return sql


@contextmanager
def _dataset(options: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """The tables' folder, and whether the traces were read completely. Raises Failure and Unwritable."""
    from tesc.trace.events import Catalogue
    from tesc.trace.query import kept
    from tesc.trace.spans import chosen_pairings
    from tesc.trace.tables.dataset import NoDataset
    from tesc.workspace import Workspace

    folders = [path for path in options.traces if os.path.isdir(path)]
    if folders:
        if len(options.traces) > 1:
            raise NoDataset("one folder at a time; 'tesc decode --format parquet --append' adds to one")
        filters = (options.event, options.where, options.since, options.until, options.pid)
        if any(value not in (None, []) for value in filters):
            raise Failure("the records of a folder cannot be selected by options: filter them in SQL")
        # The settings are those of the tables' folder; for a trace, those of its events file.
        above = os.path.abspath(folders[0])
        options.configured = Workspace(overrides(options)).settings_for(above).spans
        check_keys((), chosen_pairings(options.span, options.configured, (), False), _events(folders[0]))
        yield folders[0], True
        return
    workspace, unit = traced_events(options.events, options.traces, overrides(options))
    settings = workspace.settings_of(unit.roots[0].source)
    options.configured = settings.spans
    spans = chosen_pairings(options.span, settings.spans, (), False)
    declared = Catalogue(unit).events
    check_keys(options.span, spans, declared, workspace.configuration_for(unit.roots[0].source.file))
    whole = not refused(errors_in(unit))
    options.no_header = options.follow = False

    def make(folder: str) -> bool:
        from tesc.processes import cores
        from tesc.trace.host_clock import on_one_clock
        from tesc.trace.tables.dataset import write_dataset

        readers = open_traces(options, unit, whole, settings.compat)
        on_one_clock(readers)
        if not readers:
            raise Failure("there are no records to query")
        say_oddities(options.traces, options.events, readers)
        progress = Progress(readers[0].source.size)
        end_on_signals()
        try:
            selection = selection_of(options, readers)
            write_dataset(readers, selection, folder, False, options.jobs or cores(), progress)
        finally:
            progress.end()
        say_lacking(options, readers, selection)
        for reader in readers:
            reader.source.close()
        problems = [problem for reader in readers for problem in reader.errors]
        for problem in problems:
            error(str(problem))
        if problems and not any(reader.decoded for reader in readers):
            raise Failure("there are no records to query")
        return whole and not problems and len(readers) == len(options.traces)

    asked = [
        options.guest,
        options.wire,
        options.elf,
        options.firmware,
        options.go_on,
        options.event,
        options.where,
        options.pid,
        options.data_models,
    ]
    texts = [tree.source.text for tree in unit.trees]
    moments = [repr(options.since), repr(options.until)]
    key = kept.key_of(options.traces, repr(asked), *moments, *texts)
    with kept.dataset(key, make) as found:
        yield found


def _ask(options: argparse.Namespace, folder: str, sql: str | None) -> None:
    """Run one query, or without one those typed at the prompt. Raises BadQuery."""
    from tesc.trace.query.session import BadQuery, Session

    pairings, likely = _pairings(options, folder)
    with Session(folder, pairings, likely) as session:
        if sql is not None:
            _answer(options, session, sql)
            return
        from tesc.trace.query.prompt import read_line, read_queries

        def answer(question: str) -> None:
            try:
                _answer(options, session, question)
            except BadQuery as wrong:
                print_text("".join(f"{line}\n" for line in wrong.pictured()))

        print_text("'.help' for help, Ctrl-D to leave\n")
        read_queries(session, answer, print_text, read_line(session))


def _pairings(options: argparse.Namespace, folder: str) -> tuple[list[Pairing], list[Pairing]]:
    """The spans of the options, and those of tesc.toml and those that event names suggest."""
    from tesc.trace.spans import Pairing, likely_pairings, parse_pairing

    given = [parse_pairing(text) for text in options.span]
    # Those of tesc.toml may not fit this trace.
    configured = (
        [] if given else [Pairing(one.name, one.begin, one.end, one.key) for one in options.configured]
    )
    return given, [*configured, *likely_pairings(_events(folder))]


def _events(folder: str) -> list[TracedEvent]:
    """The events that a folder has tables for."""
    from tesc.trace.events import TracedEvent
    from tesc.trace.tables.dataset import read_dataset

    return [
        TracedEvent(layout.event, tuple([(one.type, one.name) for one in layout.arguments]), "")
        for layout in read_dataset(folder).names
    ]


def _answer(options: argparse.Namespace, session: Session, sql: str) -> None:
    """Print the result of one query."""
    from tesc.trace.output import open_output
    from tesc.trace.query.results import lines, write_parquet

    if options.format == "parquet":
        write_parquet(session.reader(sql), options.output)
        return
    with open_output(options.output) as output:
        for result in session.run(sql):
            columns = [column[0] for column in result.description]

            def fetch(rows: int, result: Any = result) -> Any:
                return session.fetched(sql, lambda: result.fetchmany(rows))

            for text in lines(options.format, columns, fetch):
                output.write(text.encode("utf-8", "surrogateescape").decode("latin-1"))
