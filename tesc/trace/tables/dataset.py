"""A dataset: a folder of Parquet files, with a list of its tables and traces next to them.

    DIR/_tesc.json         the tables with the declarations of their events, and the traces
    DIR/EVENT/0001-1.parquet    rows of the first trace's records of an event

Parquet readers skip names with a leading underscore. New data appears all at once; an interruption leaves the
dataset unchanged.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager

from tesc.files import UNEXPECTED_JSON
from tesc.records import record
from tesc.trace.output import folder_beside, replace_folder
from tesc.trace.tables import Unwritable
from tesc.trace.tables.layout import Argument, Layout, Names, trace_names
from tesc.trace.values import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection

LIST = "_tesc.json"
_VERSION = 1


class NoDataset(Unwritable):
    """A folder that is not a dataset; the message says why."""


@record
class Dataset:
    """The tables of a folder: names by layout, rows by name, and the traces with their record counts."""

    names: Names
    rows: dict[str, int]
    traces: tuple[tuple[str, int], ...]


def read_dataset(folder: str) -> Dataset:
    """The dataset in a folder, according to its list. Raises OSError, NoDataset."""
    path = os.path.join(folder, LIST)
    try:
        with open(path, encoding="utf-8") as file:
            listed = json.load(file)
        if listed["version"] != _VERSION:
            raise NoDataset(f"{path}: version {listed['version']} is unknown; this tesc knows {_VERSION}")
        names = Names()
        for one in listed["tables"]:
            names[_layout(one)] = one["name"]
        rows = {str(one["name"]): int(one["rows"]) for one in listed["tables"]}
        traces = tuple([(str(one["name"]), int(one["records"])) for one in listed["traces"]])
    except (FileNotFoundError, NotADirectoryError):
        raise NoDataset(f"{folder}: not a dataset that tesc wrote: it has no {LIST}") from None
    except UNEXPECTED_JSON:
        raise NoDataset(f"{path}: not the list that tesc writes") from None
    return Dataset(names, rows, traces)


def _layout(listed: Any) -> Layout:
    arguments = [
        Argument(
            name=one["name"],
            column=one["column"],
            type=one["type"],
            kind=Kind(
                bits=one["bits"],
                signed=one["signed"],
                text=one["text"],
                truth=one["truth"],
                pointer=one["pointer"],
            ),
        )
        for one in listed["arguments"]
    ]
    return Layout(listed["event"], tuple(arguments))


def _listed(dataset: Dataset) -> str:
    """The text of a dataset's list."""
    tables = []
    for layout, name in dataset.names.items():
        arguments = [
            {
                "name": one.name,
                "column": one.column,
                "type": one.type,
                "bits": one.kind.bits,
                "signed": one.kind.signed,
                "text": one.kind.text,
                "truth": one.kind.truth,
                "pointer": one.kind.pointer,
            }
            for one in layout.arguments
        ]
        rows = dataset.rows.get(name, 0)
        tables.append({"name": name, "event": layout.event, "rows": rows, "arguments": arguments})
    traces = [{"name": name, "records": records} for name, records in dataset.traces]
    return json.dumps({"version": _VERSION, "tables": tables, "traces": traces}, indent=1) + "\n"


def write_dataset(
    readers: Sequence[RecordReader],
    selection: Selection,
    folder: str,
    append: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda offset, records: None,
) -> Dataset:
    """Write traces into a dataset, one after another, each in `jobs` processes.

    With `append`, they are added to an existing dataset; otherwise it is replaced, but nothing else is.
    Raises OSError, NoDataset, MissingExtra.
    """
    from tesc.trace.tables.arrow import pyarrow

    pa = pyarrow("--format parquet")
    target = os.path.realpath(folder)
    if not os.path.lexists(folder):
        return _write(
            pa, readers, selection, Dataset(Names(), {}, ()), target, replace_folder, jobs, progress
        )
    there = read_dataset(folder)
    if not append:
        return _write(
            pa, readers, selection, Dataset(Names(), {}, ()), target, replace_folder, jobs, progress
        )
    with _alone(folder):
        return _write(pa, readers, selection, there, target, _move_into, jobs, progress)


def _write(
    pa: Any,
    readers: Sequence[RecordReader],
    selection: Selection,
    dataset: Dataset,
    target: str,
    put: Callable[[str, str], object],
    jobs: int,
    progress: Callable[[int, int], object],
) -> Dataset:
    """Write traces into a new folder next to the target, then move it there."""
    work = folder_beside(target)
    try:
        names = trace_names([one.source.path for one in readers], [name for name, _ in dataset.traces])
        for reader, name in zip(readers, names):
            dataset = _add(pa, dataset, reader, name, selection, work, jobs, progress)
        with open(os.path.join(work, LIST), "w", encoding="utf-8") as file:
            file.write(_listed(dataset))
        put(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return dataset


def _add(
    pa: Any,
    dataset: Dataset,
    reader: RecordReader,
    trace: str,
    selection: Selection,
    folder: str,
    jobs: int,
    progress: Callable[[int, int], object],
) -> Dataset:
    """Write one trace's files into a folder; returns the dataset with it added.

    `trace` is its name in the dataset.
    """
    from tesc.trace import vectors
    from tesc.trace.parts import can_split, split, whole
    from tesc.trace.tables.parquet import ParquetWork

    if (reader.source.file_size or 0) >= vectors.WORTH:
        reader.use_vectors()
    work = ParquetWork(pa, folder, trace, selection, dataset.names)
    if jobs > 1 and can_split(reader):
        split(reader, work, jobs, progress)
    else:
        whole(reader, work, progress)
    number = len(dataset.traces) + 1
    for name in work.state.rows:
        _number_files(os.path.join(folder, name), number)
    rows = dict(dataset.rows)
    for name, count in work.state.rows.items():
        rows[name] = rows.get(name, 0) + count
    return Dataset(work.state.names, rows, (*dataset.traces, (trace, work.state.records)))


def _number_files(folder: str, number: int) -> None:
    """Rename the files that processes have written, by the number of their trace."""
    new = sorted(name for name in os.listdir(folder) if name.startswith("new-"))
    for at, name in enumerate(new, 1):
        os.rename(os.path.join(folder, name), os.path.join(folder, f"{number:04}-{at}.parquet"))


def _move_into(new: str, folder: str) -> None:
    """Move the files in a folder's subfolders to those of another, all or nothing, the list last."""
    moved: list[str] = []
    try:
        for table in sorted(os.listdir(new)):
            if table == LIST:
                continue
            os.makedirs(os.path.join(folder, table), exist_ok=True)
            for name in sorted(os.listdir(os.path.join(new, table))):
                target = os.path.join(folder, table, name)
                if os.path.lexists(target):
                    raise FileExistsError(17, "exists, but is not in the dataset's list", target)
                os.rename(os.path.join(new, table, name), target)
                moved.append(target)
        os.replace(os.path.join(new, LIST), os.path.join(folder, LIST))
    except BaseException:
        for path in moved:
            os.unlink(path)
        raise


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Lock a folder against other processes that add to it. Raises NoDataset if it is locked."""
    try:
        import fcntl
    except ImportError:  # not on Unix
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise NoDataset(f"{folder}: another process is adding to it") from None
    finally:
        os.close(held)
