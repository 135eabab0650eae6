"""`tesc flatten`: prints a unit as one plain trace-events file, without directives."""

from __future__ import annotations

import sys

from tesc.cli.overrides import add_overrides, overrides
from tesc.cli.terminal import Failure
from tesc.cli.units import load, refused, warn_of_missing_roots
from tesc.files import check_outputs, write_output
from tesc.units.flatten import flatten
from tesc.units.rejections import rejections

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "flatten",
        help="print a unit as one plain trace-events file, without directives",
        description="Print a file with its includes resolved, for tools that do not know directives: with "
        "effective names, 'disable' for events that a pattern disables, and pointers of guest events as "
        "numbers. "
        "A file without directives is printed byte for byte.",
    )
    parser.add_argument("file", metavar="FILE", help="the root file; - is standard input")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    parser.add_argument(
        "--depfile", metavar="FILE", help="write a rule for make and ninja that names the files read"
    )
    add_overrides(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if options.depfile and not options.output:
        raise Failure("--depfile requires an output file: give it with -o")
    workspace, unit = load(options.file, overrides(options))
    warn_of_missing_roots(workspace.configurations.values())
    if refused(rejections(unit, "flatten")):
        return 1
    read = [tree.source.file for tree in unit.trees]
    check_outputs([options.output, options.depfile], read)
    text = flatten(unit)
    if options.output:
        write_output(options.output, text)
        if options.depfile:
            from tesc.depfile import rule

            write_output(options.depfile, rule([options.output], read))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    return 0
