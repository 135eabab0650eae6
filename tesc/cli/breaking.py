"""`tesc breaking`: what a change to events breaks for scripts and programs that depend on them."""

from __future__ import annotations

import argparse

from tesc.analysis.change_reports import with_version
from tesc.analysis.check import check
from tesc.analysis.dependent_lines import with_dependents
from tesc.analysis.rule import ChangeRule
from tesc.analysis.selection import chosen
from tesc.cli import report
from tesc.cli.left_out import say_left_out
from tesc.cli.overrides import add_overrides, add_selection, overrides
from tesc.cli.terminal import Failure, add_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.cli.commands import Commands

KINDS = {
    "wire": "guests' IDs and recorded traces",
    "probe": "SystemTap, bpftrace and LTTng",
    "text": "programs that read logs",
    "name": "-trace patterns and lists of events",
    "source": "code that calls events",
}
_EPILOG = """\
exit status: 0 nothing breaks, 1 something does, 2 the comparison failed

VERSION is a file of events (such as QEMU's trace-events-all), a folder, or a revision in git; an
existing file or folder takes precedence. It is compared with the PATHs as they are now.

Comments in the files approve a change: '# tesc: renamed-from OLD_NAME' and
'# tesc: breaking[KIND, ...] reason' above the event, '# tesc: removed NAME, ... reason' anywhere in
a file. 'tesc explain RULE' says what a rule means.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "breaking",
        help="report what a change to events breaks for scripts, traces, logs, guests and callers",
        description="Compare events with another version of them, and report what breaks and for whom.",
        epilog=_EPILOG,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: .)")
    parser.add_argument(
        "--against", metavar="VERSION", required=True, help="the version that others depend on"
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=list(KINDS),
        help="; ".join(f"{kind}: {what}" for kind, what in KINDS.items()) + " (default: all of them)",
    )
    add_selection(parser)
    report.add_options(parser)
    add_overrides(parser)
    add_color(parser)
    parser.set_defaults(run=run, unsafe_fixes=False)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from tesc.versions import VersionError, compared, load, working_tree

    paths = options.paths or ["."]
    try:
        given = overrides(options)
        new = working_tree(given, paths)
        old = load(options.against, given, paths)
    except VersionError as error:
        raise Failure(str(error)) from None
    for one in (old, new):
        say_left_out(one.left_out, one.name)
    changes = compared(old, new)
    workspace = new.workspace
    rules, levels = chosen(workspace.settings)
    kinds = set(options.kind or KINDS)
    wanted = [rule for rule in rules if isinstance(rule, ChangeRule) and kinds & set(rule.kinds)]
    found = check(workspace.units, wanted, workspace.settings, {}, levels, changes=changes)
    if options.write_baseline:
        report.write_baseline(found, options.write_baseline)
        return 0
    found = report.unaccepted(found, options.baseline)
    found = with_version(found, old.events, old.name)
    report.report(with_dependents(found, changes, new.events, paths), workspace.files, options)
    return 1 if found else 0
