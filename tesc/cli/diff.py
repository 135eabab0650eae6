"""`tesc diff`: shows how events changed between two versions."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from tesc.cli.left_out import say_left_out
from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands

_EPILOG = """\
exit status: 0 the events are the same, 1 they differ, 2 the comparison failed

A VERSION is a file of events (such as QEMU's trace-events-all), a folder, or a revision in git; an existing
file or folder takes precedence. If one VERSION is a file or folder that the other, a revision, also has, only
that part of the revision is compared ('tesc diff HEAD hw/usb'). 'tesc breaking' reports what a change breaks.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "diff",
        help="show how events changed between two versions",
        description="Show which events were added, removed, renamed or changed.",
        epilog=_EPILOG,
    )
    parser.add_argument("old", metavar="OLD", help="a VERSION")
    parser.add_argument("new", metavar="NEW", help="a VERSION")
    parser.add_argument(
        "--format",
        choices=["text", "json", "markdown"],
        default="text",
        help="text: one line per event; markdown: for release notes (default: text)",
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from tesc.comparison.listing import entries
    from tesc.versions import VersionError, compared, load_two

    given = overrides(options)
    try:
        old, new = load_two(options.old, options.new, given)
    except VersionError as error:
        raise Failure(str(error)) from None
    for one in (old, new):
        say_left_out(one.left_out, one.name)
    found = entries(compared(old, new).changes)
    if options.format == "json":
        print_text(json.dumps(found, indent=1) + "\n")
    else:
        listing = import_module("tesc.comparison.listing")
        print_text(getattr(listing, options.format)(found, options.old, options.new))
    return 1 if found else 0
