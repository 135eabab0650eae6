"""Loading the one unit that a command is about."""

from __future__ import annotations

import os
import sys

from tesc.analysis.whole import mistakes
from tesc.cli.terminal import Failure, printable
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.units.unit import Unit
    from tesc.workspace import Overrides


def load(path: str, overrides: Overrides) -> tuple[Workspace, Unit, bool]:
    """The unit whose root is `path`, and whether it is whole.

    What is wrong with it is printed to standard error. Raises Failure for a file that can't be read.
    """
    from tesc.cli.output import concise

    workspace = Workspace(overrides)
    if path == "-":
        from tesc.syntax.source import Source

        workspace.add_source(Source.from_bytes("<stdin>", sys.stdin.buffer.read()))
    elif os.path.isdir(path):
        raise Failure(f"{path}: a folder, not a file")
    else:
        workspace.add_file(path)
    for unreadable in workspace.unreadable:
        raise Failure(f"{unreadable.path}: {unreadable.reason}")
    workspace.resolve()
    found = mistakes(workspace.units, workspace.settings)
    sys.stderr.write(printable(concise.render(found)))
    return workspace, workspace.units[0], not found
