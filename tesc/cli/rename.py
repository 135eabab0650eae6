"""`tesc rename`: renames an event in all files that name it."""

from __future__ import annotations

import argparse
import os

from tesc.cli.fixes import unified
from tesc.cli.overrides import add_overrides
from tesc.cli.terminal import error, plural, print_as_is
from tesc.cli.tree_sources import add_tree, scope_of, tree_and_uses
from tesc.files import is_source_code, relative
from tesc.renaming import Files, RenamingRefused, renamed_event, rewritten, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands
    from tesc.syntax.source import Source
    from tesc.workspace import Workspace

_EPILOG = """\
exit status: 0 renamed, or the diff was printed, 1 refused, 2 tesc could not run

Without --write nothing changes; 'git apply' and patch(1) can apply the diff. tesc refuses a name that would
clash with another one, an event whose uses are not all known, and changes to files outside of the tree that
links lead to.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "rename",
        help="rename an event in trace-events, C and Rust files",
        description="Rename an event everywhere: in its declaration, in patterns that match only it, and in "
        "its calls and tests in C and Rust sources. Prints a diff; --write changes the files.",
        epilog=_EPILOG,
    )
    parser.add_argument("old", metavar="EVENT", help="the event's effective name")
    parser.add_argument("new", metavar="NEW", help="its new effective name")
    add_tree(parser)
    parser.add_argument("--write", action="store_true", help="change the files instead of printing a diff")
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    workspace, uses = tree_and_uses(options, "changed")
    try:
        edits = renamed_event(Files(workspace), uses, options.old, options.new)
    except RenamingRefused as refused:
        error(str(refused))
        return 1
    texts = rewritten(edits)
    scope = scope_of(options, workspace)
    if beyond := [source for source in texts if not scope.holds(source.file)]:
        for source in beyond:
            _say_beyond(source, options, workspace)
        return 1
    places = f"{plural(len(edits), 'place')} in {plural(len(texts), 'file')}"
    if not options.write:
        for source in sorted(texts, key=lambda one: one.path):
            print_as_is("".join(unified(source, texts[source])))
        error(f"{places} would change; nothing is written without --write", "note")
        return 0
    write_all(texts, scope)
    error(f"renamed {options.old} to {options.new}: {places}", "note")
    return 0


def _say_beyond(source: Source, options: argparse.Namespace, workspace: Workspace) -> None:
    """Report that a file outside of the tree names the event, and which options include it."""
    trees = options.tree or ["."]
    target = relative(os.path.realpath(source.file))
    if is_source_code(source.file):
        words = ["--sources", *workspace.source_folders(), target]
    else:
        words = [word for path in [*trees, target] for word in ("--in", path)]
    names = (
        f"{source.path} names '{options.old}' and "
        f"{'leads out' if os.path.islink(source.file) else 'is outside'} of"
    )
    error(f"{names} {' '.join(trees)}, so nothing is renamed; '{' '.join(words)}' would change it, too")
