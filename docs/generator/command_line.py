"""A page on the command line, from the parsers that read the arguments."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from prose import markdown

from tesc.cli.parsers import commands, usage_of, whole_parser

_HEAD = """\
# Command line

The arguments of every command. `tesc COMMAND --help` prints the same; `tesc man` is the manual page.

See also [exit statuses](exit-status.md) and [output formats](output-formats.md).

| command | |
| --- | --- |
"""


def page() -> str:
    """The page's text."""
    every = list(commands(whole_parser()))
    rows = [f"| [`tesc {name}`](#tesc-{name}) | {markdown(purpose)} |" for name, purpose, _ in every]
    lines = [_HEAD + "\n".join(rows), ""]
    for name, purpose, parser in every:
        lines += [f"## tesc {name}", "", *_command(name, purpose, parser)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _command(name: str, purpose: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    usage = usage_of(name)
    if usage is not None:
        yield from ("```text", usage.strip("\n"), "```", "")
        return
    yield from (markdown(parser.description or f"{purpose[:1].upper()}{purpose[1:]}."), "")
    for group in parser._action_groups:
        shown = [action for action in group._group_actions if _is_shown(action)]
        if not shown:
            continue
        if group.title not in ("positional arguments", "options", "optional arguments"):
            yield from (f"**{group.title[:1].upper()}{group.title[1:]}**", "")
        if group.description:
            yield from (markdown(group.description), "")
        yield from (_argument(action) for action in shown)
        yield ""
    if parser.epilog:
        yield from ("```text", parser.epilog.strip("\n"), "```", "")


def _is_shown(action: argparse.Action) -> bool:
    return action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction)


def _argument(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    if action.option_strings:
        names = [f"`{option} {value}`" if value else f"`{option}`" for option in action.option_strings]
    else:
        many = {"*": "[{0} ...]", "+": "{0} ...", "?": "[{0}]"}.get(str(action.nargs), "{0}")
        names = [f"`{many.format(value)}`"]
    text = (action.help or "") % {**vars(action), "prog": "tesc"}
    return f"- {', '.join(names)}{': ' if text else ''}{markdown(text)}"


def _value(action: argparse.Action) -> str:
    if action.metavar:
        return str(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
