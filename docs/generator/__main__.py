"""Write the reference pages that are generated from the code: `python docs/generator [--check]`.

With --check nothing is written; pages that are out of date are named, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import check_json
import command_line
import configuration
import data_models
import grammar
import rejections

DOCS = Path(__file__).resolve().parent.parent


def made() -> dict[str, str]:
    """Each generated file's path below docs/, and its text."""
    return {
        "reference/command-line.md": command_line.page(),
        "reference/configuration.md": configuration.page(),
        "reference/data-models.md": data_models.page(),
        "reference/check-json.md": check_json.page(),
        "reference/rejections.md": rejections.page(),
        **grammar.pages(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, name what is out of date")
    check = parser.parse_args().check
    old = []
    wanted = made()
    for name, text in wanted.items():
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            old.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in (DOCS / grammar.DIAGRAMS).glob("*.svg"):
        name = path.relative_to(DOCS).as_posix()
        if name not in wanted:
            old.append(name)
            if not check:
                path.unlink()
    for name in old:
        print(f"docs/{name} {'is out of date: run python docs/generator' if check else 'written'}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
