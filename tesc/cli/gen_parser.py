"""The options of `tesc gen`, and its help."""

from __future__ import annotations

from tesc.cli.overrides import add_settings
from tesc.cli.suggesting import SuggestingParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Each trace-events file of the tree is a group, named after its folder: hw/usb/trace-events becomes
trace-hw_usb.h, and trace-events at the top of the tree trace-root.h. A file that another one includes
is not a group. The dtrace backend adds trace-dtrace-GROUP.dtrace, ust adds trace-ust-GROUP.h and
trace-ust-all.h and .c. trace-events-all, the events of all groups without directives, is always
written. [generate] of tesc.toml can set the groups and their order, defaults for these options, and
SystemTap tapsets.

The depfile's targets are all outputs, trace-events-all first: ninja requires the first output of a
command to be the first target of its depfile. make compares times only, so it needs --touch.

With --check or --dry-run, --json prints one object. "files" is the number of outputs; "missing" and
"different" are the paths of those that do not exist or have different content; "leftover" are files
that earlier runs with the same arguments wrote and this one would not.

Only files whose content changes are written. A run records what it read and wrote in the file
.tesc-gen next to the outputs, so that the next run knows whether there is anything to do.

exit status: 0 done, 1 mistakes in trace-events files (nothing is written) or, with --check, files
that are out of date, 2 tesc could not run
"""


def parser() -> argparse.ArgumentParser:
    """The parser of `tesc gen`, which `gen.main` uses instead of tesc's parser with subcommands."""
    made = SuggestingParser(
        prog="tesc gen",
        description="Generate the trace code of a whole source tree: byte for byte what 'tesc tracetool'\n"
        "would generate, one output at a time, from the same working directory.",
        epilog=_EPILOG,
    )
    made.add_argument("--root", metavar="DIR", default=".", help="the tree's folder (default: .)")
    made.add_argument(
        "--out",
        metavar="DIR",
        help="the folder to write to; created if it does not exist (default: [generate] out)",
    )
    made.add_argument(
        "--backends", metavar="NAME,...", help="the backends (default: [generate] backends, else log)"
    )
    made.add_argument(
        "--formats", metavar="NAME,...", help="any of h, c, rs (default: [generate] formats, else h,c)"
    )
    made.add_argument(
        "--depfile", metavar="FILE", help="write a rule for make and ninja that names the files read"
    )
    made.add_argument(
        "--dry-run", action="store_true", help="list the files that would be written, without writing them"
    )
    made.add_argument(
        "--check",
        action="store_true",
        help="list the files that are missing, differ, or are left over; exit status 1 if there are any",
    )
    made.add_argument(
        "--json", action="store_true", help="print what --check or --dry-run found as a JSON object"
    )
    made.add_argument(
        "--touch", action="store_true", help="set the time of all outputs to now, changed or not"
    )
    made.add_argument(
        "--prune",
        action="store_true",
        help="remove outputs of earlier runs with the same arguments that are no longer generated",
    )
    made.add_argument(
        "--compat",
        choices=["qemu", "fixed"],
        help="qemu: the same bytes as QEMU's tracetool; fixed: correct where these are wrong "
        "(default: the configuration's)",
    )
    made.add_argument(
        "--qemu-release",
        metavar="X.Y",
        help="the QEMU release that the outputs are for, 5.2 or later (default: the configuration's, else "
        "that of the tree's VERSION, else the newest)",
    )
    made.add_argument(
        "-j",
        dest="processes",
        type=int,
        metavar="N",
        help="maximum number of processes (default: one per CPU)",
    )
    made.add_argument("-q", "--quiet", action="store_true", help="print no summary")
    add_settings(made)
    return made
