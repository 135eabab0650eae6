"""Options shared by commands that override the settings of files."""

from __future__ import annotations

import argparse

from tesc import cache
from tesc.cli.terminal import Failure
from tesc.config.settings import PROFILES, WIRES
from tesc.file_settings import Overrides
from tesc.syntax.data_models import DATA_MODELS

LEVELS = ("error", "warning", "information", "off")


class _NoCache(argparse.Action):
    def __call__(self, *_: object) -> None:
        cache.disable()


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add the options that define a unit; `overrides` reads them."""
    group = add_settings(parser)
    group.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="PATH[,prefix=NAME][,base=N]",
        help="include PATH at the end of each root file; PATH is relative to that file's folder, then to "
        "those of -I, not to the working directory",
    )
    group.add_argument("--event-prefix", default="", metavar="NAME", help="put NAME before all names")


def add_settings(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options that override a configuration's keys, and choose the configuration."""
    group = parser.add_argument_group(
        "settings", "These override tesc.toml, whose settings 'tesc config' shows."
    )
    which = group.add_mutually_exclusive_group()
    which.add_argument("--config", metavar="FILE", help="read this configuration instead of the nearest one")
    which.add_argument("--isolated", action="store_true", help="read no configuration")
    group.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        help="defaults for a kind of project (in a QEMU checkout: qemu)",
    )
    group.add_argument(
        "--max-args",
        type=_positive,
        metavar="N",
        help="maximum arguments of an event (default: the profile's)",
    )
    group.add_argument(
        "--data-model",
        dest="data_models",
        action="append",
        default=[],
        choices=DATA_MODELS,
        metavar="MODEL",
        help="check formats for this data model; may be repeated (default: the profile's): "
        + ", ".join(DATA_MODELS),
    )
    group.add_argument(
        "--wire",
        choices=WIRES,
        help="how guests send events: frames, which survive damage, or the words of 2011 (default: "
        "[guest] wire, else frames; words in profile classic)",
    )
    group.add_argument(
        "-I",
        dest="include_path",
        action="append",
        default=[],
        metavar="DIR",
        help="also search this folder for included files",
    )
    group.add_argument("--no-cache", action=_NoCache, nargs=0, help="neither read nor write the cache")
    group.add_argument(
        "--disable", action="append", default=[], metavar="PATTERN,...", help="compile matching events out"
    )
    return group


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose rules."""
    group = parser.add_argument_group("rules")
    group.add_argument(
        "--select",
        action="append",
        type=_rules,
        metavar="RULE,...",
        default=[],
        help="run only these rules, whatever the configuration selects or ignores",
    )
    group.add_argument(
        "--ignore",
        action="append",
        type=_rules,
        metavar="RULE,...",
        default=[],
        help="do not run these rules, in addition to those of the configuration",
    )
    group.add_argument(
        "--severity",
        action="append",
        type=_severity,
        metavar="RULE=LEVEL",
        default=[],
        help="error, warning, information or off",
    )


def overrides(options: argparse.Namespace) -> Overrides:
    """The overrides from the options; a command may lack some of them."""
    given = vars(options)
    return Overrides(
        profile=given["profile"],
        max_args=given["max_args"],
        wire=given["wire"],
        include_path=tuple(given["include_path"]),
        include=tuple(given.get("include", ())),
        event_prefix=given.get("event_prefix", ""),
        disable=tuple(given["disable"]),
        data_models=tuple(dict.fromkeys(given["data_models"])),
        select=tuple(rule for rules in given.get("select", ()) for rule in rules),
        ignore=tuple(rule for rules in given.get("ignore", ()) for rule in rules),
        severity=tuple(given.get("severity", ())),
        sources=None if given.get("sources") is None else tuple(given["sources"]),
        config=given["config"],
        isolated=given["isolated"],
        qemu_release=given.get("qemu_release"),
    )


def _rules(text: str) -> list[str]:
    from tesc.analysis.selection import flaw_of

    selectors = [part.strip() for part in text.split(",") if part.strip()]
    for selector in selectors:
        flaw = flaw_of(selector)
        if flaw:
            raise Failure(flaw)
    return selectors


def _severity(text: str) -> tuple[str, str]:
    selector, equals, level = text.partition("=")
    if not equals or level not in LEVELS:
        levels = f"{', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        raise Failure(f"--severity {text}: expected RULE=LEVEL, where LEVEL is {levels}")
    for rule in _rules(selector):
        return rule, level
    raise Failure(f"--severity {text}: no rule given")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)
