"""The part of docs/reference/tracers.md that the harness writes: two tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.e2e.arrivals import ADDRESS, COUNTED, EMPTY, LONG, NULL, NULL_COUNTED, TEXT

PAGE = Path(__file__).parents[2] / "docs/reference/tracers.md"
BEGIN, END = "<!-- written by tests/e2e/test_table.py -->", "<!-- end of what it writes -->"
TEXT_ROWS = (ADDRESS, TEXT, LONG, EMPTY, NULL, COUNTED, NULL_COUNTED)
# The columns in which versions of a tool may differ.
BY_VERSION = ("lines as the log's", LONG, EMPTY, NULL, COUNTED, NULL_COUNTED, "arguments", "name")

# A cell by its row and column.
Cells = dict[tuple[str, str], str]


def cells(column: str, seen: Iterable[tuple[str, str]]) -> Cells:
    """What was seen for each row; if several things were seen, all of them."""
    found: dict[str, list[str]] = {}
    for row, what in seen:
        if what not in found.setdefault(row, []):
            found[row].append(what)
    return {(row, column): "; ".join(sorted(each)) for row, each in found.items()}


def table(head: str, rows: list[tuple[str, str]], columns: list[str], found: Cells) -> str:
    """A table with a row for each key, with the label next to it."""
    lines = [f"| {' | '.join([head, *columns])} |", "|" + " --- |" * (len(columns) + 1)]
    for row, label in rows:
        lines.append(f"| {' | '.join([label, *(found.get((row, column), '') for column in columns)])} |")
    return "\n".join(lines)


def read_table(text: str) -> tuple[list[str], Cells]:
    """The columns and cells of a table that `table` wrote, by the rows' labels."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines()]
    (_, *columns), _, *body = rows
    return columns, {(label, column): cell for label, *rest in body for column, cell in zip(columns, rest)}


def written() -> str:
    """The part of the page that the tests write."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]


def write(part: str) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{part.strip()}\n{END}{after}", "utf-8")


def tables(part: str) -> list[str]:
    return re.findall(r"(?:^\|.*\n)+", part, re.M)


def known_rows(part: str) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the second table by tool and version."""
    _, found = read_table(tables(part)[1])
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for (label, column), cell in found.items():
        tool, _, version = label.rpartition(" ")
        rows.setdefault((tool, version), {})[column] = cell
    return rows
