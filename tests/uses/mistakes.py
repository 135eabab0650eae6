"""Makes mistakes for `tesc check --sources` in a copy of a tree, and counts those found.

    python -m tests.uses.mistakes QEMU [--seed N]

These files find declarations and calls with their own regular expressions, not with tesc's parser and
scanner, and choose what to spoil independently of what tesc judges. Each event gets at most one mistake.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.uses.call_mistakes import CallMistakes
from tests.uses.declaration_mistakes import DeclarationMistakes
from tests.uses.spoilt_tree import Mistake

# Mistakes of each kind; two hundred in all.
KINDS = {
    "misspelt call": 25,
    "misspelt state test": 8,
    "misspelt word of a pasting macro": 6,
    "argument left out": 20,
    "one argument more": 10,
    "arguments swapped": 20,
    "NULL for a string": 14,
    "text for a number": 15,
    "number for a text": 10,
    "narrowed": 10,
    "declared in another folder": 15,
    "call removed": 15,
    "call in #if 0": 5,
    "heading names no file": 8,
    "below another heading": 8,
    "folder listed twice": 3,
    "labels swapped": 4,
    "label of another parameter": 4,
}


class Tree(CallMistakes, DeclarationMistakes):
    """The files of a tree, in memory; `put_in` changes them, `write` writes those that changed."""

    def put_in(self, kinds: dict[str, int]) -> list[Mistake]:
        made = []
        for kind, times in kinds.items():
            method = getattr(self, re.sub(r"\W+", "_", kind.lower()).strip("_"))
            for _ in range(times):
                mistake = method()
                mistake.kind = kind
                made.append(mistake)
        return made


CODES = "TE110,TE425,TE431,TE601,TE602,TE603,TE604,TE605,TE606,TE607,TE608,TE702"


def findings(root: Path) -> list[dict]:
    """What tesc finds in a tree in QEMU's layout, from its JSON."""
    words = ["check", "--sources", "--profile", "qemu", "--select", CODES, "--output-format", "json", "."]
    ran = subprocess.run(
        [sys.executable, "-m", "tesc", *words], cwd=root, stdout=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode in (0, 1)
    return json.loads(ran.stdout)


def is_found(mistake: Mistake, new: list[dict]) -> bool:
    return any(
        one["code"] == mistake.code
        and mistake.path in (one["path"], *(other["path"] for other in one["related"]))
        and (one["event"] == mistake.word or f"'{mistake.word}'" in one["message"])
        for one in new
    )


def key(one: dict) -> tuple:
    return one["code"], one["path"], one["event"], one["message"]


def matter(one: dict) -> tuple:
    """What a finding is about; for a heading, the heading, because mistakes below it change the message."""
    heading = re.search(r"'(?:# )?([^' ]+\.\w+)'", one["message"]) if one["code"] == "TE702" else None
    return one["code"], one["path"], heading[1] if heading else (one["event"], one["message"])


def judged(
    before: list[dict], after: list[dict], mistakes: list[Mistake]
) -> tuple[list[Mistake], list[dict]]:
    """The mistakes that were not found, and new findings that no mistake explains."""
    known = Counter(map(key, before))
    new = [one for one in after if not known[key(one)]]
    missed = [mistake for mistake in mistakes if not is_found(mistake, new)]
    words = {word for mistake in mistakes for word in (mistake.word, mistake.event)}
    matters = set(map(matter, before))
    other = [
        one
        for one in new
        if one["event"] not in words
        and not any(f"'{word}'" in one["message"] for word in words)
        and matter(one) not in matters
    ]
    return missed, other


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree", type=Path)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--keep", type=Path, help="keep the copy here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = options.keep or Path(temporary) / "tree"
        shutil.copytree(options.tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        before = findings(root)
        tree = Tree(root, options.seed)
        mistakes = tree.put_in(KINDS)
        tree.write()
        missed, other = judged(before, findings(root), mistakes)
    lost = Counter(mistake.kind for mistake in missed)
    for kind, times in KINDS.items():
        print(f"{kind:34} {times - lost[kind]:3} of {times:3}")
    for mistake in missed:
        print(f"missed: {mistake.kind}: {mistake.code} {mistake.path} {mistake.word}")
    for one in other:
        print(f"of no mistake: {one['code']} {one['path']}:{one['range']['start']['line']} {one['message']}")
    print(f"seed {options.seed}: found {len(mistakes) - len(missed)} of {len(mistakes)}, {len(other)} others")
    return 0


if __name__ == "__main__":
    sys.exit(main())
