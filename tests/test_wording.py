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
}
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += [path for path in (ROOT / "docs").rglob("*.md") if "build" not in path.parts]


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


@pytest.mark.parametrize("word", RATHER)
def test_old_words_stay_out(word):
    hits = []
    for path in sorted((ROOT / "tesc").rglob("*.py")):
        for line, text in said(path):
            hits += [f"{path.relative_to(ROOT)}:{line}: {m[0]}" for m in re.finditer(word, text)]
    for path in PAGES:
        for line, text in enumerate(path.read_text("utf-8").split("\n"), 1):
            hits += [f"{path.relative_to(ROOT)}:{line}: {m[0]}" for m in re.finditer(word, text)]
    assert not hits, f"rather: {RATHER[word]}\n" + "\n".join(hits)
