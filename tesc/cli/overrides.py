"""Options that commands share: what they say in place of a file's settings."""

from __future__ import annotations

import argparse

from tesc.config.settings import PROFILES
from tesc.workspace import Overrides


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add the options; `overrides` reads them."""
    group = parser.add_argument_group("settings")
    group.add_argument(
        "--profile", choices=sorted(PROFILES), help="defaults for a kind of project (in a QEMU checkout: qemu)"
    )
    group.add_argument(
        "--max-args", type=_positive, metavar="N", help="most arguments of an event (default: the profile's)"
    )
    group.add_argument(
        "-I", dest="include_path", action="append", default=[], metavar="DIR", help="look for included files here too"
    )
    group.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="PATH[,prefix=NAME][,base=N]",
        help="include PATH at the end of each root file",
    )
    group.add_argument("--event-prefix", default="", metavar="NAME", help="put NAME before all names")
    group.add_argument(
        "--disable", action="append", default=[], metavar="PATTERN,...", help="compile matching events out"
    )


def overrides(options: argparse.Namespace) -> Overrides:
    """What the options say."""
    return Overrides(
        options.profile,
        options.max_args,
        tuple(options.include_path),
        tuple(options.include),
        options.event_prefix,
        tuple(options.disable),
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)
