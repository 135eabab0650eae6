"""How help is laid out: argparse's formatters, without the shutil that they import for the width."""

from __future__ import annotations

import argparse

from tesc.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Filled(argparse.HelpFormatter):
    """Fills all text. argparse makes one for every argument that it is told of, help or not."""

    def __init__(self, prog: str, **keywords: Any) -> None:
        if keywords.get("width") is None:
            keywords["width"] = columns(80) - 2
        super().__init__(prog, **keywords)


class Described(Filled, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions as they are."""
