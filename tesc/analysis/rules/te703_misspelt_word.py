from __future__ import annotations

import re

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.headings import written_in
from tesc.analysis.misspellings import PACKAGE, misspellings
from tesc.analysis.rule import FileRule, Report
from tesc.analysis.suppressions import is_suppression
from tesc.syntax.nodes import Comment, Event
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Format, Tree

    Where = Literal["comment", "format", "name"]

# A word; in a name, the parts between underscores. Not in paths, macros, options and e-mail addresses.
_WORD = re.compile(r"(?<![\w./@%\\<-])[A-Za-z][a-z]{4,}(?![\w@/\\(]|\.\w|->)")
_PART = re.compile(r"(?<![a-zA-Z0-9])[a-z]{5,}(?![a-zA-Z0-9])")


class MisspeltWord(FileRule):
    """A word in a comment, a format or an event's name is misspelt.

    People search logs for text, and scripts have to repeat a misspelt name for ever. The words are those
    of codespell, which must be installed (`pip install 'tesc[spelling]'`). Fixing a comment is safe; a
    format, whose printed text would change, and a word that may mean several others are left for you to
    decide. Rename events with `tesc rename`. Off by default.

    Wrong:

        # Called when a packet was recieved.
        net_receive(int bytes) "recieved %d bytes"

    Right:

        # Called when a packet was received.
        net_receive(int bytes) "received %d bytes"
    """

    code = "TE703"
    name = "misspelt-word"
    severity = "information"
    on_by_default = False
    fixable = True
    needs_package = PACKAGE

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        wrong = misspellings()
        for where, word in _words(tree) if wrong else ():
            text = tree.source.text[word.start : word.end]
            meant = wrong.get(text.lower())
            if meant:
                yield _report(tree, where, word, text, meant)


def _words(tree: Tree) -> Iterator[tuple[Where, Span]]:
    """The words of comments, formats and names, in the order of the text."""
    for item in tree.items:
        if isinstance(item, Comment):
            if not is_suppression(item) and not written_in(item) and "tesc:" not in item.text:
                for found in _WORD.finditer(item.text):
                    yield "comment", Span(item.start + found.start(), item.start + found.end())
        elif isinstance(item, Event):
            for found in _PART.finditer(item.name.replace("_", " ")):
                yield "name", Span(item.name_start + found.start(), item.name_start + found.end())
            yield from _words_of(item.format) if item.format else ()


def _words_of(form: Format) -> Iterator[tuple[Where, Span]]:
    """The words between a format's conversions that are in one string each."""
    parsed = form.parsed
    for index in range(len(parsed.conversions) + 1):
        first, _ = parsed.gap(index)
        for found in _WORD.finditer(parsed.text_before(index)):
            start, end = first + found.start(), first + found.end()
            if parsed.is_plain(start, end):
                start, end = parsed.written(start, end)
                yield "format", Span(form.start + start, form.start + end)


def _report(tree: Tree, where: Where, word: Span, text: str, meant: tuple[str, ...]) -> Report:
    words = [one.capitalize() if text[0].isupper() else one for one in meant]
    said = " or ".join(f"'{one}'" for one in words)
    fix = None
    if len(words) == 1 and where != "name":
        edit = SourceEdit(tree.source, word, words[0])
        fix = Fix("safe" if where == "comment" else "unsafe", (edit,))
    help = f"write {said}" if where != "name" else f"write {said}; 'tesc rename' also changes its callers"
    return Report(word, f"'{text}' is misspelt", help, fix=fix)


RULE = MisspeltWord()
