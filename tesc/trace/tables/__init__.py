"""Traces as tables: a table for each event, with a column for each argument, for queries.

`layout` describes the tables in any format; `arrow` makes Arrow data from columns;
`parquet` and `sqlite` write files, `query` queries them.

Every table has these columns:

    ts      the record's time in nanoseconds, on the trace's clock; a signed 64-bit integer
    time    the same in microseconds, as a timestamp without time zone, for people (not in SQLite)
    pid     the process that recorded it
    ...     the arguments, by their parameters' names
    trace   the trace's file name, with its folders if another one has the same name
    seq     the order of the trace's rows, of all events together, from 0 on

`ts`, `time` and `pid` are null if the trace has none (a guest's stream), and so is an argument that a log
does not show. An argument whose name is taken, ignoring case, gets an underscore.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection

# Each format with its sentence for --help.
TABLE_FORMATS = {
    "parquet": "a folder of Parquet files (-o DIR): one folder per event, one column per argument",
    "sqlite": "an SQLite database (-o FILE): one table per event",
}


class Unwritable(Exception):
    """Tables cannot be written; the message says why."""


class MissingExtra(Unwritable):
    """A package is not installed; the message says how to install it."""

    def __init__(self, what: str, package: str, extra: str | None = None) -> None:
        """`extra` is tesc's extra that installs the package."""
        brings = f"'tesc[{extra}]'" if extra else package
        super().__init__(f"{what} needs {package}: pip install {brings}")


def write_tables(
    name: str,
    readers: Sequence[RecordReader],
    selection: Selection,
    path: str,
    *,
    append: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda offset, records: None,
) -> None:
    """Write traces in the format `name`, one after another, into a file or folder that is replaced.

    With `append`, they are added to the existing ones. Raises OSError, Unwritable.
    """
    if name == "parquet":
        from tesc.trace.tables.dataset import write_dataset

        write_dataset(readers, selection, path, append, jobs, progress)
    else:
        from tesc.trace.tables.sqlite import write_database

        write_database(readers, selection, path, append, progress)
