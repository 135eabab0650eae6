"""`tesc config`: the effective configuration, and where each value came from."""

from __future__ import annotations

import os

from tesc.cli.overrides import add_selection, add_settings, overrides
from tesc.cli.terminal import Failure, print_text
from tesc.config.settings import profile_at
from tesc.config.toml_text import toml_value
from tesc.file_settings import Overrides
from tesc.records import replace
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tesc.cli.commands import Commands
    from tesc.config.loading import Configuration
    from tesc.config.merging import Origin

# The column of the comments that follow values; a longer value moves its comment.
_WIDTH = 48

# Which option sets which key, and whether it extends the configured value.
_OPTIONS = {
    "profile": ("--profile", False),
    "max_args": ("--max-args", False),
    "data_models": ("--data-model", False),
    "include_path": ("-I", True),
    "disable": ("--disable", True),
    "select": ("--select", False),
    "ignore": ("--ignore", True),
    "severity": ("--severity", True),
}


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "config",
        help="print the effective configuration, and where each value came from",
        description="Print the configuration that applies to a file or folder: that of the nearest "
        "tesc.toml, or pyproject.toml with [tool.tesc], over its profile's defaults. The text output is "
        "itself a valid tesc.toml.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a file or folder (default: .)")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of tesc.toml instead")
    add_selection(parser)
    add_settings(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if options.schema:
        from tesc.config.validation import schema_text

        print_text(schema_text())
        return 0
    if not os.path.lexists(options.path):
        raise Failure(f"{options.path}: no such file or folder")
    file = os.path.join(options.path, "trace-events") if os.path.isdir(options.path) else options.path
    given = overrides(options)
    workspace = Workspace(given)
    configuration = workspace.configuration_for(file)
    _check_rules(configuration)
    found = _origins(workspace, configuration, file)
    print_text(_json(found, configuration) if options.format == "json" else _text(found, configuration))
    return 0


def _check_rules(configuration: Configuration | None) -> None:
    if configuration is None:
        return
    from tesc.analysis.selection import unknown_rules
    from tesc.config.errors import BadConfiguration
    from tesc.config.named_paths import missing_root_files

    wrong = [*unknown_rules(configuration), *missing_root_files(configuration)]
    if wrong:
        raise BadConfiguration(wrong)


def _origins(workspace: Workspace, configuration: Configuration | None, file: str) -> list[Origin]:
    from tesc.config.merging import origins

    given = workspace.overrides
    settings = workspace.settings_for(file)
    settings = replace(
        settings,
        include_path=(*map(os.path.abspath, given.include_path), *settings.include_path),
        disable=(*settings.disable, *(one for part in given.disable for one in part.split(","))),
    )
    nothing = Overrides()
    used = {
        field.replace("_", "-"): option
        for field, option in _OPTIONS.items()
        if getattr(given, field) != getattr(nothing, field)
    }
    if given.select:
        # It replaces the selection of the configuration, including `ignore`.
        used["ignore"] = ("--ignore" if given.ignore else "--select", False)
    recognized = "scripts/tracetool.py" if profile_at(file) == "qemu" else None
    return origins(settings, configuration, used, recognized)


def _json(found: Sequence[Origin], configuration: Configuration | None) -> str:
    import json

    settings = {one.key: {"value": one.value, "source": one.source} for one in found}
    return json.dumps({"file": configuration and configuration.shown, "settings": settings}, indent=1) + "\n"


def _text(found: Sequence[Origin], configuration: Configuration | None) -> str:
    lines = [f"# {configuration.shown}" if configuration else "# no configuration file"]
    for one in found:
        if one.value is None:
            lines.append(f"# {one.key} is not set")
        else:
            lines.append(f"{f'{one.key} = {toml_value(one.value)}':<{_WIDTH}}  # {one.source}")
    return "\n".join(lines) + "\n"
