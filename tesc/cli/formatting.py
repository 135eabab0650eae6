"""The layout of help texts: a formatter for argparse that does not import shutil for the width."""

from __future__ import annotations

import argparse

from tesc.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Filled(argparse.HelpFormatter):
    """Wraps text paragraph by paragraph. argparse creates one for every argument, even without --help."""

    def __init__(self, prog: str, **keywords: Any) -> None:
        if keywords.get("width") is None:
            keywords["width"] = columns(80) - 2
        super().__init__(prog, **keywords)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        for paragraph in paragraphs(text, width - len(indent)):
            lines += [""] if lines else []
            lines += [f"{indent}{line}" for line in paragraph]
        return "\n".join(lines)


def paragraphs(text: str, width: int) -> Iterator[list[str]]:
    """The lines of each paragraph, wrapped to the width unless spaces align its words."""
    for paragraph in text.strip("\n").split("\n\n"):
        if is_table(paragraph):
            yield paragraph.split("\n")
        else:
            yield filled(paragraph, width)


def filled(text: str, width: int) -> list[str]:
    """A paragraph's lines, wrapped to the width but not within an option such as --dry-run."""
    from textwrap import wrap

    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def is_table(paragraph: str) -> bool:
    """Whether spaces align the words of a paragraph."""
    return "  " in paragraph or "\n " in paragraph
