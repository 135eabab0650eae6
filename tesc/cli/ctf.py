"""`tesc decode --format ctf`: writes traces as a folder in the Common Trace Format."""

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
    """Raise Failure, before any work, for options that do not go with an output folder."""
    if options.output is None:
        raise Failure("--format ctf writes a folder: name it with -o")
    if options.follow:
        raise Failure("--follow cannot be combined with --format ctf, which is written as a whole")


def write(
    options: argparse.Namespace, readers: Sequence[RecordReader], selection: Selection, progress: Progress
) -> None:
    """Write the traces as one CTF trace. Raises Failure."""
    from tesc.processes import cores
    from tesc.trace.ctf import Unwritable
    from tesc.trace.ctf.writing import write_ctf

    gc.disable()
    try:
        write_ctf(
            readers,
            selection,
            options.output,
            version=options.ctf_version or "1.8",
            jobs=options.jobs or cores(),
            sort=options.sort,
            progress=progress,
        )
    except Unwritable as wrong:
        raise Failure(str(wrong)) from None
    finally:
        gc.enable()
        progress.end()
