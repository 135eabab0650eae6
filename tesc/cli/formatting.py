"""The layout of help: argparse's formatters, without importing shutil for the width."""

from __future__ import annotations

import argparse

from tesc.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Filled(argparse.HelpFormatter):
    """Fills all text. argparse creates one for every argument, even without printing help."""

    def __init__(self, prog: str, **keywords: Any) -> None:
        if keywords.get("width") is None:
            keywords["width"] = columns(80) - 2
        super().__init__(prog, **keywords)


class Described(Filled, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions as they are."""
