"""`tesc man`: prints the manual page, which is generated from the commands' parsers."""

from __future__ import annotations

import argparse

from tesc.cli.formatting import filled, is_table
from tesc.cli.terminal import print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.cli.commands import Commands

_END = r"""
.SH EXIT STATUS
.TP
.B 0
Nothing at error severity was found, or the work is done.
.TP
.B 1
There are findings, or files that would change.
.TP
.B 2
The command could not do its work: bad usage, an unreadable file, a bad configuration.
.PP
.B tesc tracetool
exits with 1 if it fails, like the tool that it replaces.
.SH ENVIRONMENT
.TP
.B NO_COLOR
Print no colours unless
.B \-\-color
says so.
.SH FILES
.TP
.I tesc.toml
Settings; the nearest one above a trace-events file applies to it.
.RB ( "tesc config"
shows where each value comes from.)
.TP
.IR trace-events ", " *.trace-events
Declarations of trace events; folders are searched for these files.
.SH EXAMPLES
.nf
tesc check
tesc fmt \-\-diff hw/usb/trace-events
tesc explain TE401
.fi
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "man",
        help="print the manual page",
        description="Print the manual page of tesc; 'tesc man | man -l -' shows it.",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    print_text(page())
    return 0


def page() -> str:
    """The manual page, in roff with man macros."""
    from tesc import __version__
    from tesc.cli.parsers import arguments, commands, whole_parser

    parser = whole_parser()
    lines = [
        f'.TH TESC 1 "" "tesc {__version__}" "User Commands"',
        # No hyphenation and no justification, so that text to type is shown unchanged.
        ".nh",
        ".ad l",
        ".SH NAME",
        r"tesc \- the trace-event compiler",
        ".SH SYNOPSIS",
        ".B tesc",
        ".I COMMAND",
        ".RI [ ARGUMENT ...]",
        ".SH DESCRIPTION",
        *_paragraphs(parser.description or ""),
        ".SH OPTIONS",
        *(line for action in arguments(parser) for line in _argument(action)),
        ".SH COMMANDS",
    ]
    for name, purpose, command in commands(parser):
        lines.extend(_command(name, purpose, command))
    return "\n".join(lines) + _END


def _command(name: str, purpose: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    from tesc.cli.parsers import arguments, usage_of

    usage = usage_of(name)
    if usage is not None:
        yield f'.SS "tesc {_escaped(name)}"'
        yield from _verbatim(usage.strip("\n"))
        return
    shown = [action for action in arguments(parser) if "--help" not in action.option_strings]
    options = "[OPTION...]" if any(action.option_strings for action in shown) else ""
    words = [f"tesc {name}", options, *(_positional(a) for a in shown if not a.option_strings)]
    yield f'.SS "{_escaped(" ".join(word for word in words if word))}"'
    yield from _paragraphs(parser.description or f"{purpose[:1].upper()}{purpose[1:]}.")
    for action in shown:
        yield from _argument(action)
    if parser.epilog:
        yield ".PP"
        yield from _paragraphs(parser.epilog)


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices:
        return "|".join(map(str, action.choices))
    return action.dest.upper()


def _positional(action: argparse.Action) -> str:
    name = _metavar(action)
    return {"*": f"[{name}...]", "+": f"{name}...", "?": f"[{name}]"}.get(str(action.nargs), name)


def _argument(action: argparse.Action) -> Iterator[str]:
    """An argument and its help."""
    yield ".TP"
    value = _positional(action) if action.option_strings else _metavar(action)
    value = rf" \fI{_escaped(value)}\fR" if action.nargs != 0 else ""
    if action.option_strings:
        yield ", ".join(rf"\fB{_escaped(option)}\fR{value}" for option in action.option_strings)
    else:
        yield value.strip()
    text = (action.help or "") % {**vars(action), "prog": "tesc"}
    yield from _filled(text) if text else (r"\&",)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.strip("\n").split("\n\n")):
        if number:
            yield ".PP"
        yield from _verbatim(paragraph) if is_table(paragraph) else _filled(paragraph)


def _verbatim(text: str) -> Iterator[str]:
    yield ".nf"
    yield from (_escaped(line) for line in text.split("\n"))
    yield ".fi"


def _filled(text: str) -> Iterator[str]:
    yield from (_escaped(line) for line in filled(text, 72))


def _escaped(text: str) -> str:
    """A line of text escaped for roff."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("^", r"\(ha")
    return rf"\&{text}" if text.startswith((".", "'")) else text
