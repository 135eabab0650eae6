"""`tesc cache`: where tesc keeps what it found, and how to be rid of it."""

from __future__ import annotations

from tesc import cache
from tesc.cli.terminal import plural, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands

_EPILOG = """\
exit status: 0 done, 2 tesc could not do its work

What was found in files, and the uses of events in sources, is kept by the content of those files, the
settings and the version of tesc, in the folder tesc of XDG_CACHE_HOME (~/.cache where that is not set).
It is never needed: with --no-cache a command neither reads nor writes it.
"""


def add_parser(commands: Commands) -> None:
    from tesc.cli.formatting import Described

    parser = commands.add_parser(
        "cache",
        help="where results are kept from run to run; clear them",
        description="Print the folder of the cache, or empty it.",
        epilog=_EPILOG,
        formatter_class=Described,
    )
    parser.add_argument(
        "action", choices=["clear", "dir"], help="clear: remove all that is kept; dir: print the folder"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    if options.action == "dir":
        print_text(f"{cache.folder()}\n")
        return 0
    files, size = cache.clear()
    print_text(f"removed {plural(files, 'table')}, {size:,} bytes\n")
    return 0
