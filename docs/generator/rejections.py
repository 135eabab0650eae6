"""A page on why units are not generated: the table that the commands use."""

from __future__ import annotations

from tesc.units.output_reasons import OUTPUT_REASONS
from tesc.units.reasons import CONSUMERS, REASONS

_HEAD = """\
# What is generated, and what is not

A command that generates something from trace-events files refuses files that it cannot handle: it prints each
reason with its location, as `tesc check` does, exits with 1, and writes nothing. (`tesc decode` and `tesc
list` still print the rest.) This table shows what is accepted (*yes*) and refused (*no*); a test checks each
cell. Where a command accepts what others refuse, a note says why.

- **qemu**: {qemu}. They accept what QEMU's tracetool accepts, so that a build with tesc fails exactly where a
  build with QEMU's tool would.
- **fixed**: {fixed}, which does not repeat that tool's bugs, and refuses what the C compiler would.
- **frames**: {frames}
- **demux**: {demux}
- **guest**: {guest}
- **guest demux**: {guest demux}
- **classic**: {classic}
- **flatten**: {flatten}
- **decode**: {decode}

Single outputs may refuse more: see [the second table](#what-single-outputs-refuse).
"""
_OUTPUTS = """\
## What single outputs refuse

Some events of accepted files cannot be expressed in some outputs: not by QEMU's tracetool, and so not by tesc
with compat **qemu**. With **fixed**, an output refuses what it could not express correctly. *all* means that
the first table refuses the file. A test runs each example through each output.
"""


def page() -> str:
    """The page's text."""
    rows = [f"| | rule | {' | '.join(CONSUMERS)} |", "| --- " * (2 + len(CONSUMERS)) + "|"]
    notes: dict[str, int] = {}
    for reason in REASONS:
        cells = [
            f"yes [{notes.setdefault(reason.accepted[consumer], len(notes) + 1)}]"
            if consumer in reason.accepted
            else "no"
            for consumer in CONSUMERS
        ]
        rule = f"[{reason.code}](../rules/{reason.code}.md)" if reason.code else ""
        rows.append(f"| {reason.what} | {rule} | {' | '.join(cells)} |")
    told = [f"{number}. {note}" for note, number in notes.items()]
    return "\n".join(
        [
            *(_HEAD.format(**CONSUMERS), *rows, "", "Why a command accepts it:", "", *told, ""),
            *(_OUTPUTS, *_output_rows(), ""),
        ]
    )


def _output_rows() -> list[str]:
    rows = ["| | rule | example | qemu | fixed |", "| --- " * 5 + "|"]
    for reason in OUTPUT_REASONS:
        example = reason.example.strip()
        shown = f"`{example}`" if len(example) < 80 else ""
        cells = [
            ", ".join(f"`{output.split()[0]}` ({output.split()[1]})" for output in reason.refused[compat])
            if compat in reason.refused
            else "*all*"
            for compat in ("qemu", "fixed")
        ]
        rule = f"[{reason.rule}](../rules/{reason.rule}.md)"
        rows.append(f"| {reason.what} | {rule} | {shown} | {' | '.join(cells)} |")
    return rows
