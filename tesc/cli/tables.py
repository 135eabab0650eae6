"""`tesc decode --format parquet` and `--format sqlite`: writes traces as tables."""

from __future__ import annotations

import gc

from tesc.cli.terminal import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tesc.trace.progress import Progress
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection


def check(options: argparse.Namespace) -> None:
    """Raise Failure, before any work, for options that tables do not support, or a missing package."""
    if options.output is None:
        raise Failure(f"--format {options.format} is written to a file or folder: name it with -o")
    if options.follow or options.sort:
        option = "--follow" if options.follow else "--sort"
        raise Failure(
            f"{option} cannot be used with tables: they are written as a whole, and only ORDER BY sorts them"
        )
    if options.format == "parquet":
        from tesc.trace.tables import Unwritable
        from tesc.trace.tables.arrow import pyarrow

        try:
            pyarrow("--format parquet")
        except Unwritable as wrong:
            raise Failure(str(wrong)) from None


def write(
    options: argparse.Namespace, readers: Sequence[RecordReader], selection: Selection, progress: Progress
) -> None:
    """Write traces as tables, one after the other. Raises Failure."""
    from tesc.processes import cores
    from tesc.trace.tables import Unwritable, write_tables

    gc.disable()
    try:
        write_tables(
            options.format,
            readers,
            selection,
            options.output,
            append=options.append,
            jobs=options.jobs or cores(),
            progress=progress,
        )
    except Unwritable as wrong:
        raise Failure(str(wrong)) from None
    finally:
        gc.enable()
        progress.end()
