from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree

_OPEN = "([{"
_CLOSE = ")]}"
# A bracket; those in quotes, smileys and lists, 'a) this b) that', need no counterpart.
_BRACKET = re.compile(
    r"'[()\[\]{}]'|\"[()\[\]{}]\"|[:;]-?[()](?=[\s\"]|\Z)"
    r"|(?:\A|(?<=[ \t\"]))[a-z0-9]\)(?=[ \t])|(?P<one>[()\[\]{}])"
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
        if form is None or not any(bracket in form.text for bracket in _OPEN + _CLOSE):
            return
        opened: list[int] = []
        text = form.parsed.joined
        for at in (match.start() for match in _BRACKET.finditer(text) if match["one"]):
            if text[at] in _OPEN:
                opened.append(at)
            elif not opened:
                where = format_text.span(form, *form.parsed.written(at, at + 1))
                yield Report(where, f"nothing opens this '{text[at]}'", "open it, or remove it")
            else:
                opened.pop(_counterpart(text, opened, at))
        if len(opened) > 1 and text[opened[-1]] == text[opened[-2]]:
            fixed = _fixed(tree, form, opened[-1])
            if fixed is not None:
                yield fixed
                del opened[-2:]
        for at in opened:
            where = format_text.span(form, *form.parsed.written(at, at + 1))
            closing = _CLOSE[_OPEN.index(text[at])]
            yield Report(where, f"nothing closes this '{text[at]}'", f"write '{closing}' where it ends")


def _fixed(tree: Tree, form: Format, at: int) -> Report | None:
    """The report on an opening bracket at the format's end, which must be a closing one."""
    parsed = form.parsed
    if at + 1 != len(parsed.joined):
        return None
    opening = parsed.joined[at]
    closing = _CLOSE[_OPEN.index(opening)]
    message = f"'{opening}' at the end of the format, although one is already open"
    start, end = parsed.written(at, at + 1)
    fix = format_text.fix(tree, form, (start, end, closing))
    return Report(format_text.span(form, start, end), message, f"write '{closing}'", fix=fix)


def _counterpart(text: str, opened: list[int], at: int) -> int:
    """The open bracket that a closing one closes: the last of its kind, else the last of any kind."""
    wanted = _OPEN[_CLOSE.index(text[at])]
    for index in range(len(opened) - 1, -1, -1):
        if text[opened[index]] == wanted:
            return index
    return len(opened) - 1


RULE = UnbalancedBracket()
