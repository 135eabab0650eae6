"""`tesc rename`: renames an event in all files that name it."""

from __future__ import annotations

import argparse

from tesc.cli.fixes import unified
from tesc.cli.overrides import add_overrides
from tesc.cli.terminal import error, plural, print_as_is
from tesc.cli.tree_sources import add_tree, tree_and_uses
from tesc.renaming import Files, RenamingRefused, renamed_event, rewritten, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands

_EPILOG = """\
exit status: 0 renamed, or the diff was printed, 1 refused, 2 tesc could not run

Without --write nothing changes; 'git apply' and patch(1) can apply the diff. tesc refuses a name that would
clash with another one, and an event whose uses are not all known.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "rename",
        help="rename an event, in trace-events, C and Rust files",
        description="Rename an event everywhere: in its declaration, in patterns that match only it, and in "
        "its calls and tests in C and Rust sources. Prints a diff; --write changes the files.",
        epilog=_EPILOG,
    )
    parser.add_argument("old", metavar="OLD", help="the event's effective name")
    parser.add_argument("new", metavar="NEW", help="its new effective name")
    add_tree(parser)
    parser.add_argument("--write", action="store_true", help="change the files instead of printing a diff")
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    workspace, uses = tree_and_uses(options, "it is not changed")
    try:
        edits = renamed_event(Files(workspace), uses, options.old, options.new)
    except RenamingRefused as refused:
        error(str(refused))
        return 1
    texts = rewritten(edits)
    if not options.write:
        for source in sorted(texts, key=lambda one: one.path):
            print_as_is("".join(unified(source, texts[source])))
        return 0
    write_all(texts)
    places = f"{plural(len(edits), 'place')} in {plural(len(texts), 'file')}"
    error(f"renamed {options.old} to {options.new}: {places}", "note")
    return 0
