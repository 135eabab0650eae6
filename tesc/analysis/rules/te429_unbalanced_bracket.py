from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.printf import StringLiteral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree

_OPEN = "([{"
_CLOSE = ")]}"
# A bracket; those in quotes, of smileys and of lists, 'a) this b) that', need no other.
_BRACKET = re.compile(
    r"'[()\[\]{}]'|\\\"[()\[\]{}]\\\"|[:;]-?[()](?=[\s\"])"
    r"|(?<=[ \t\"])[a-z0-9]\)(?=[ \t])|(?P<one>[()\[\]{}])"
)


class UnbalancedBracket(EventRule):
    """A bracket is opened and not closed, or closed and not opened.

    A closing parenthesis may close a square bracket, as in `[0, 10)`.

    Wrong:

        signal_sent(int number, int target) "signal %d (target %d("

    Right:

        signal_sent(int number, int target) "signal %d (target %d)"
    """

    code = "TE429"
    name = "unbalanced-bracket"
    severity = "information"
    on_by_default = False
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or _BRACKET.search(form.text) is None:
            return
        opened: list[int] = []
        for at in _brackets(form):
            if form.text[at] in _OPEN:
                opened.append(at)
            elif not opened:
                where = format_text.span(form, at, at + 1)
                yield Report(where, f"nothing opens this '{form.text[at]}'", "open it, or remove it")
            else:
                opened.pop(_counterpart(form.text, opened, at))
        if len(opened) > 1 and form.text[opened[-1]] == form.text[opened[-2]]:
            fixed = _fixed(tree, form, opened[-1])
            if fixed is not None:
                yield fixed
                del opened[-2:]
        for at in opened:
            where = format_text.span(form, at, at + 1)
            closing = _CLOSE[_OPEN.index(form.text[at])]
            yield Report(where, f"nothing closes this '{form.text[at]}'", f"write '{closing}' where it ends")


def _brackets(form: Format) -> Iterator[int]:
    """Where brackets are in the format's strings, without those that need no other."""
    for piece in form.parsed.pieces:
        if isinstance(piece, StringLiteral):
            for match in _BRACKET.finditer(form.text, piece.start + 1, piece.end):
                if match["one"]:
                    yield match.start()


def _fixed(tree: Tree, form: Format, at: int) -> Report | None:
    """The report on an opening bracket at the format's end, which must be a closing one."""
    if at + 1 != form.parsed.pieces[-1].end - 1:
        return None
    opening = form.text[at]
    closing = _CLOSE[_OPEN.index(opening)]
    message = f"'{opening}' at the end of the format, although one is already open"
    where = format_text.span(form, at, at + 1)
    return Report(
        where, message, f"write '{closing}'", fix=format_text.fix(tree, form, (at, at + 1, closing))
    )


def _counterpart(text: str, opened: list[int], at: int) -> int:
    """Which of the open brackets a closing one closes: the last of its kind, else the last of any kind."""
    wanted = _OPEN[_CLOSE.index(text[at])]
    for index in range(len(opened) - 1, -1, -1):
        if text[opened[index]] == wanted:
            return index
    return len(opened) - 1


RULE = UnbalancedBracket()
