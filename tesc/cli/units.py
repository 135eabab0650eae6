"""Loading the unit of a file, and reporting why nothing is generated from it."""

from __future__ import annotations

import os

from tesc.cli.terminal import Failure, print_errors, standard_input
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.config.loading import Configuration
    from tesc.file_settings import Overrides
    from tesc.units.rejections import Rejection
    from tesc.units.unit import Unit


def load(path: str, overrides: Overrides) -> tuple[Workspace, Unit]:
    """A workspace and its unit with the root `path`; - is standard input. Raises Failure if unreadable."""
    workspace = Workspace(overrides)
    if path == "-":
        from tesc.syntax.source import Source

        workspace.add_source(Source.from_bytes("<stdin>", standard_input()))
    elif os.path.isdir(path):
        raise Failure(f"{path}: a folder, not a file")
    else:
        workspace.add_file(path)
    for unreadable in workspace.unreadable:
        raise Failure(f"{unreadable.path}: {unreadable.reason}")
    workspace.resolve()
    return workspace, workspace.units[0]


def warn_of_missing_roots(configurations: Iterable[Configuration]) -> None:
    """Say which root files that configurations name do not exist, and so have no effect.

    `tesc check` finds the same and fails: here, a build may still generate them.
    """
    from tesc.config.named_paths import missing_root_files

    found = [problem for one in configurations for problem in missing_root_files(one)]
    print_errors("".join(f"{one.said_as('warning')}\n" for one in found))


def refused(found: Iterable[Rejection]) -> bool:
    """Print the rejections, each once; true if there are any."""
    lines = list(dict.fromkeys(one.line for one in found))
    print_errors("".join(f"{line}\n" for line in lines))
    return bool(lines)
