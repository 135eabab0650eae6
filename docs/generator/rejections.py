"""What keeps a unit from being generated, as a page: the table that the commands go by."""

from __future__ import annotations

from tesc.units.reasons import CONSUMERS, REASONS

_HEAD = """\
# What is generated, and what is not

A command that makes something of trace-events files refuses those that it can't make it of: it prints
each reason with its place as `tesc check` does, exits with 1, and writes nothing. (`tesc decode` and
`tesc list` print what is left all the same.) This is the table by which they decide; a test runs each of
its cells. Where a command accepts what others refuse, a note says why.

- **qemu**: {qemu}. They accept what QEMU's tracetool accepts, so that a build with tesc fails where the
  build with QEMU's tool would, and nowhere else.
- **fixed**: {fixed}, which does not repeat the mistakes of that tool, and refuses what the C compiler would.
- **guest**: {guest}
- **demux**: {demux}
- **classic**: {classic}
- **flatten**: {flatten}
- **decode**: {decode}

An output may refuse more: the Rust module and the log tapset have no words for some conversions, which
[TE421](../rules/TE421.md) and [TE430](../rules/TE430.md) report.
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
    return "\n".join([_HEAD.format(**CONSUMERS), *rows, "", "Why, where the answer is yes:", "", *told, ""])
