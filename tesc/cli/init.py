"""`tesc init`: writes a tesc.toml for this tree."""

from __future__ import annotations

import os

from tesc.cli.terminal import Failure, error, plural, print_text
from tesc.config.lookup import NAME, PYPROJECT, find_configuration
from tesc.config.settings import PROFILES
from tesc.files import relative, write_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "init",
        help="write a tesc.toml that suits this tree",
        description="Write a tesc.toml that changes nothing yet: it names the profile that applies without "
        "it (or that of --profile), and shows the other keys with their defaults in comments. "
        "In a QEMU checkout it lists the groups that meson.build lists, in that order, for 'tesc gen'.",
    )
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="FOLDER", help="where to write it (default: .)"
    )
    parser.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        help="the kind of project (default: the profile that applies without a configuration)",
    )
    parser.add_argument("--force", action="store_true", help="replace an existing tesc.toml")
    parser.add_argument("--stdout", action="store_true", help="print it instead of writing it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from tesc.config.template import draft

    folder = options.folder
    if not os.path.isdir(folder):
        raise Failure(f"{folder}: no such folder")
    made = draft(folder, options.profile)
    if options.stdout:
        print_text(made.text)
        return 0
    path = os.path.join(folder, NAME) if folder != "." else NAME
    if os.path.lexists(path) and not options.force:
        raise Failure(f"{path}: already exists; --force replaces it")
    if _has_table(folder) and not options.force:
        raise Failure(
            f"{os.path.join(folder, PYPROJECT)} has [tool.tesc], which {path} would hide; --force writes it"
        )
    above = find_configuration(os.path.join(os.path.dirname(os.path.abspath(folder)), NAME))
    if above:
        error(f"{relative(above)} no longer applies in {folder}", "warning")
    write_output(path, made.text)
    groups = f" and {plural(made.groups, 'group')} from meson.build" if made.groups else ""
    print_text(f"wrote {path} with profile '{made.profile}'{groups}; 'tesc config' shows all settings\n")
    return 0


def _has_table(folder: str) -> bool:
    """Whether the folder's pyproject.toml is a configuration."""
    if os.path.lexists(os.path.join(folder, NAME)):
        return False
    found = find_configuration(os.path.join(folder, NAME))
    return found == os.path.join(os.path.abspath(folder), PYPROJECT)
