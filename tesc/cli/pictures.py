"""`tesc decode --open` and `--bundle`: serves a Perfetto trace, or archives several."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace

from tesc.cli.terminal import Failure, error, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tesc.trace.bundle import Member


def check(options: Namespace) -> None:
    """Raise Failure, before any work, for options that cannot be combined with --open or --bundle."""
    if options.open and options.bundle:
        raise Failure("--open serves one trace, not a bundle: open the file in the viewer")
    if options.bundle and (options.output or options.stats or options.latency or options.follow):
        raise Failure(
            "--bundle FILE is the only output: it cannot be combined with -o, --stats, --latency or --follow"
        )
    if options.bundle and options.format not in ("text", "perfetto"):
        raise Failure("--bundle always has the format perfetto")
    if options.clock_offset is not None and not options.bundle and len(options.traces) < 2:
        raise Failure("--clock-offset requires --bundle, or a log that is merged with other traces")
    if options.open and (options.format != "perfetto" or options.follow):
        raise Failure("--open requires --format perfetto and a whole trace")


def open_in_viewer(options: Namespace, run: Callable[[Namespace], int]) -> int:
    """Write the Perfetto trace, to a temporary file without -o, and serve it until Ctrl-C.

    `run` decodes with changed options. Returns its exit status; raises Failure if the port is in use.
    """
    from tesc.trace.serving import PORT, Server

    with tempfile.TemporaryDirectory(prefix="tesc-") as folder:
        path = options.output or os.path.join(folder, "trace.pftrace")
        try:
            server = Server(path)
        except OSError as wrong:
            raise Failure(f"port {PORT}, from which the viewer reads: {wrong.strerror or wrong}") from None
        with server:
            status = run(Namespace(**{**vars(options), "output": path}))
            if status < 2:
                print_text(f"{server.address}\n")
                _serve(server.serve_forever)
        return status


def _serve(serve: Callable[[], object]) -> None:
    try:
        serve()
    except KeyboardInterrupt:
        pass  # the way to stop it


def bundle(options: Namespace, run: Callable[[Namespace], int]) -> int:
    """Write a Perfetto trace of each input, and an archive of them all.

    Returns the exit status: 2 without any, 1 if one is incomplete or missing. Raises Failure.
    """
    from tesc.trace.bundle import base_of, unrelated, write_bundle
    from tesc.trace.output import replacing

    statuses = [0]
    with tempfile.TemporaryDirectory(prefix="tesc-") as folder:
        members = []
        for member, status in _members(options, run, folder):
            statuses.append(status)
            if member is not None and status < 2:
                members.append(member)
        if not members:
            return 2
        for one in unrelated(members, options.clock_offset):
            error(
                f"{one.name}: its times are CLOCK_{one.clock}, those of "
                f"{base_of(members).name} are not: say with --clock-offset how far that is "
                "ahead of CLOCK_MONOTONIC",
                "warning",
            )
        try:
            with replacing(options.bundle) as partial, open(partial, "wb") as file:
                write_bundle(file, members, options.clock_offset)
        except OSError as wrong:
            raise Failure(f"{options.bundle}: {wrong.strerror or wrong}") from None
    return min(max(statuses), 1)


def _members(
    options: Namespace, run: Callable[[Namespace], int], folder: str
) -> Iterator[tuple[Member | None, int]]:
    """The archive's files, each with the exit status of generating it; None for a file that failed."""
    from tesc.trace.bundle import described

    for number, path in enumerate(options.traces):
        try:
            member = described(path, number, options.guest)
        except OSError as wrong:
            error(f"{path}: {wrong.strerror or wrong}")
            yield None, 2
            continue
        if member.kernel:
            yield member, 0
            continue
        made = os.path.join(folder, member.name)
        alone = {"traces": [path], "format": "perfetto", "output": made, "bundle": None}
        if member.machine == "host":
            alone["guest"] = None
        status = run(Namespace(**{**vars(options), **alone}))
        yield member.drawn(made) if status < 2 else None, status
