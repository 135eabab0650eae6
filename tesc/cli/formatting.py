"""How help is laid out: argparse's formatters, which need not import shutil to know the terminal's width."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Filled(argparse.HelpFormatter):
    """Fills all text. argparse makes one for every argument that it is told of, help or not."""

    def __init__(self, prog: str, **keywords: Any) -> None:
        if keywords.get("width") is None:
            keywords["width"] = _columns() - 2
        super().__init__(prog, **keywords)


class Described(Filled, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions as they are."""


def _columns() -> int:
    """The width of the terminal, as shutil.get_terminal_size() finds it."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
        except (AttributeError, ValueError, OSError):
            pass
    return columns if columns > 0 else 80
