"""Shared by commands that read all trace-events files of a tree and the sources that use its events."""

from __future__ import annotations

import os

from tesc.cli.left_out import say_left_out
from tesc.cli.overrides import overrides
from tesc.cli.terminal import Failure, error
from tesc.files import Scope, find_files
from tesc.paths import distinct, project_of
from tesc.records import replace
from tesc.workspace import Workspace, declaring

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.uses.index import Index


def add_tree(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the tree."""
    parser.add_argument(
        "--in",
        dest="tree",
        action="append",
        metavar="PATH",
        help="the trace-events files: a file, or all below a folder; may be repeated (default: .)",
    )
    parser.add_argument(
        "--sources",
        nargs="*",
        action="extend",
        metavar="DIR",
        help="the folders of the C and Rust sources (default: the whole project)",
    )


def tree_and_uses(options: argparse.Namespace, done: str) -> tuple[Workspace, Index]:
    """The trace-events files of a tree, and the uses of events in its sources. Raises Failure.

    Warns about links that lead out of the tree, which are not `done` (such as "searched").
    """
    from tesc.uses.index import build

    paths = options.tree or ["."]
    folders = tuple(path for path in paths if os.path.isdir(path))
    given = overrides(options)
    workspace = Workspace(replace(given, folders=folders, sources=given.sources or ()))
    for path in paths:
        if not os.path.exists(path):
            raise Failure(f"{path}: no such file or folder")
        left_out: list[str] = []
        for file in distinct(find_files(path, left_out)) if os.path.isdir(path) else [path]:
            if path == file or not workspace.excludes(file):
                workspace.add_file(file)
        named = set(map(os.path.abspath, paths))
        links = [
            file for file in left_out if os.path.abspath(file) not in named and not workspace.excludes(file)
        ]
        say_left_out(links, path, f"not {done}", "name {0} with --in to include {0}")
    workspace.resolve()
    for unreadable in workspace.unreadable:
        raise Failure(f"{unreadable.path}: {unreadable.reason}")
    if not workspace.units:
        raise Failure(f"{' '.join(paths)}: no trace-events files here")
    sources = workspace.source_folders()
    for folder in sources:
        if not os.path.exists(folder):
            raise Failure(f"{folder}: no such source file or folder")
    uses = build(sources, declaring=declaring(workspace.units))
    if not uses.sources:
        error(f"{' '.join(sources)}: no C or Rust sources here", "warning")
    return workspace, uses


def scope_of(options: argparse.Namespace, workspace: Workspace) -> Scope:
    """The files that a command may change: the tree, its sources, and what its files may include."""
    named = [*(options.tree or ["."]), *workspace.source_folders()]
    for unit in workspace.units:
        for root in unit.roots:
            named += [project_of(root.source.file), *workspace.project_of(root.source)]
            named += workspace.include_path_of(root.source)
    return Scope(dict.fromkeys(named))
