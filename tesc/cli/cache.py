"""`tesc cache`: prints the folder of the cache, or clears it."""

from __future__ import annotations

from tesc import cache
from tesc.cli.terminal import plural, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands

_EPILOG = """\
exit status: 0 done, 2 tesc could not run

The cache holds the findings in files and the uses of events in sources, keyed by the content of those files,
the settings and the version of tesc; and the tables of queried traces. It is the folder tesc in
XDG_CACHE_HOME (default: ~/.cache). It is never required: with --no-cache a command neither reads nor
writes it.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "cache",
        help="print or clear the folder of cached results",
        description="Print the folder of the cache, or empty it.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "action", choices=["clear", "dir"], help="clear: remove everything in it; dir: print the folder"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if options.action == "dir":
        print_text(f"{cache.folder()}\n")
        return 0
    files, size = cache.clear()
    print_text(f"removed {plural(files, 'table')}, {size:,} bytes\n")
    return 0
