"""Commands and output in `console` blocks, coloured as on a terminal.

Prompts are `$ ` and, before the lines of a here-document, `> `. Pygments would treat a line of output
that begins with `#` as a command of root, and a here-document as output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pygments.lexers.shell import BashSessionLexer
from pygments.token import Generic, _TokenType

Token = tuple[int, _TokenType, str]

_SEVERITIES = {"error": Generic.Error, "warning": Generic.Emph, "information": Generic.Traceback}
# FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE, as tesc/cli/output writes it.
_HEADING = re.compile(
    r"(?P<place>[^\s:]+:\d+:(?:\d+:)?)(?P<gap> )(?P<kind>(?P<severity>error|warning|information)\[TE\d+\])"
    r"(?P<message>:.*)"
)
# The excerpt's line, with its number before the bar; the lines below have none.
_EXCERPT = re.compile(r"(?P<margin> *\d* *[|=])(?P<text>.*)")
_CARETS = re.compile(r"[ ^-]*\^[ ^-]*")


def coloured(output: str) -> Iterator[Token]:
    """A command's output as Pygments tokens: offset, kind and text, without gaps."""
    is_diff = re.search(r"^@@ ", output, re.M) is not None
    tint = Generic.Error
    at = 0
    for line in output.splitlines(keepends=True):
        heading = _HEADING.match(line)
        if heading:
            tint = _SEVERITIES[heading["severity"]]
        for kind, text in _of_heading(heading, line, tint) if heading else _of_line(line, tint, is_diff):
            if text:
                yield at, kind, text
            at += len(text)


def _of_heading(heading: re.Match[str], line: str, tint: _TokenType) -> list[tuple[_TokenType, str]]:
    return [
        (Generic.Strong, heading["place"]),
        (Generic.Output, heading["gap"]),
        (tint, heading["kind"]),
        (Generic.Strong, heading["message"]),
        (Generic.Output, line[heading.end() :]),
    ]


def _of_line(line: str, tint: _TokenType, is_diff: bool) -> list[tuple[_TokenType, str]]:
    if is_diff:
        kinds = {"+": Generic.Inserted, "-": Generic.Deleted, "@": Generic.Subheading}
        kind = Generic.Heading if line.startswith(("+++ ", "--- ")) else kinds.get(line[:1], Generic.Output)
        return [(kind, line)]
    excerpt = _EXCERPT.match(line)
    if excerpt:
        text = line[excerpt.start("text") :]
        is_marks = _CARETS.fullmatch(excerpt["text"]) is not None
        return [(Generic.Subheading, excerpt["margin"]), (tint if is_marks else Generic.Output, text)]
    return [(Generic.Output, line)]


_plain = BashSessionLexer.get_tokens_unprocessed


def _with_colours(lexer: BashSessionLexer, text: str) -> Iterator[Token]:
    first, output = 0, ""
    for at, kind, value in _plain(lexer, text):
        if kind is Generic.Output:
            first, output = (first, output + value) if output else (at, value)
            continue
        yield from ((first + offset, kind_, part) for offset, kind_, part in coloured(output))
        output = ""
        yield at, kind, value
    yield from ((first + offset, kind_, part) for offset, kind_, part in coloured(output))


def use() -> None:
    """Use this lexer for `console` in this process."""
    BashSessionLexer._ps1rgx = re.compile(r"^(\$ )(.*\n?)")
    BashSessionLexer._bare_continuation = True
    BashSessionLexer.get_tokens_unprocessed = _with_colours
