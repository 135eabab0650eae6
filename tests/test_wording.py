"""Messages, comments and pages are plain English: old, awkward words stay out.

The left column has words that readers had to decode; the right one says what to write instead.
"""

from __future__ import annotations

import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RATHER = {
    r"\b[Mm]end(s|ed|ing)?\b": "fix, fixed",
    r"\b[Aa]new\b": "again",
    r"\b[Bb]esides\b": "also",
    r"\btells that\b": "is true if; says that",
    r"\bstands\b(?! (?:for|in for)\b)": "is, appears",
    r"(?<![\w{.])blanks\b": "spaces",
    r"\b[Gg]oes on\b": "continues",
    r"\bwhat is beyond\b": "anything beyond",
    r"\ball the same\b": "still, anyway",
    r"\bat hand\b": "current",
    r"\bbut for\b": "except for, without",
    r"\b(its|their) like\b": "and the like",
    r"\bof no (use|account)\b": "useless; does not matter",
    r"\bpass(ed|es|ing)? over\b": "skip",
    r"\bhears? of\b": "is called with, gets",
    r"\bfor want of\b": "without",
    r"\bin the making\b": "unfinished",
    r"\b(is|are) told\b": "gets; says to",
    r"\bwho knows\b": "it is unknown",
    r"\bas ever\b": "as usual",
    r"\b(is|are|was|were) said\b": "is reported",
    r"\b(is|are) named (itself|themselves)\b": "is given by name",
    r"\w meanwhile\b": "in the meantime, until then",
    r"\b(applied|encoded|exists?|parsed|printable|read|started|written) already\b": "already exists",
    r", also (after|at|between|by|for|from|if|in|of|on|those|to|when|with|within)\b": "even, including",
    r"(?<!with )\b[Tt]he most [a-z]+(?<!ou)s\b": "the maximum number of",
    r"\b[Tt]he \w+ with a (former )?name\b": "the event called `name`",
    r'"""The same (as|for|in|of|with)\b': "say what: a docstring is read alone",
    r"\b(takes?|took) long\b": "is slow, takes a long time",
    r"\bso many\b": "that many, a number of",
    r", for (he|it|they|there) (can|could|did|does|do|had|has|have|is|are|was|were|will|would)\b": "because",
}
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += [path for path in (ROOT / "docs").rglob("*.md") if "build" not in path.parts]
CHANGELOG = ROOT / "CHANGELOG.md"


@cache
def said(path: Path) -> list[tuple[int, str]]:
    """The comments and strings in a module that are meant for people, with their lines."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and not token.string.startswith("r")
        ):
            text = re.sub(r"\{[^{}]*\}", "", token.string) if token.string[0] in "fF" else token.string
            if re.search(r"\s", text):
                found.append((token.start[0], text))
    return found


@cache
def lines_of(path: Path) -> list[tuple[int, str]]:
    """The numbered lines of a page; of the changelog, only its newest section."""
    lines = list(enumerate(path.read_text("utf-8").split("\n"), 1))
    if path == CHANGELOG:
        headings = [number for number, text in lines if text.startswith("## ")]
        lines = lines[headings[0] : headings[1] - 1 if headings[1:] else None]
    return lines


@pytest.mark.parametrize("word", RATHER)
def test_old_words_stay_out(word):
    hits = []
    for path in sorted((ROOT / "tesc").rglob("*.py")):
        for line, text in said(path):
            hits += [f"{path.relative_to(ROOT)}:{line}: {m[0]}" for m in re.finditer(word, text)]
    for path in [*PAGES, CHANGELOG]:
        for line, text in lines_of(path):
            hits += [f"{path.relative_to(ROOT)}:{line}: {m[0]}" for m in re.finditer(word, text)]
    assert not hits, f"rather: {RATHER[word]}\n" + "\n".join(hits)
