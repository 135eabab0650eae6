"""A Pygments lexer for trace-events files, to colour them in pages of Sphinx and MkDocs.

Pygments finds it by the entry point `trace-events` if both are installed; nothing in tesc
imports this. It colours any text, valid or not: finding errors is the task of the rules.
"""

from __future__ import annotations

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from tesc.syntax.c_type import ALLOWED_WORDS, FLOATING_WORDS, QUALIFIERS, TAG_WORDS
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.printf import ESCAPE, UP_TO_LETTER

_BLANKS = r"[ \t]*"
_WORD = r"[A-Za-z0-9_]+"
# printf's conversions, as far as they are in one literal.
_CONVERSION = UP_TO_LETTER + "[A-Za-z%]?"


class TraceEventsLexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """Trace-events files of QEMU, its forks and firmware."""

    name = "trace-events"
    aliases = ("trace-events",)
    filenames = ("trace-events", "*.trace-events")
    url = "https://www.qemu.org/docs/master/devel/tracing.html"

    tokens = {  # noqa: RUF012 - what RegexLexer reads
        "root": [
            (r"[ \t]*\n", Whitespace),
            (rf"({_BLANKS})(#+[ \t]*tesc:.*)", bygroups(Whitespace, Comment.Special)),
            (rf"({_BLANKS})(#.*)", bygroups(Whitespace, Comment.Single)),
            (
                rf'({_BLANKS})(include)({_BLANKS})(?=")',
                bygroups(Whitespace, Keyword.Namespace, Whitespace),
                "path",
            ),
            (
                rf"({_BLANKS})(prefix)([ \t]+)({_WORD})(?={_BLANKS}$)",
                bygroups(Whitespace, Keyword.Namespace, Whitespace, Name.Namespace),
            ),
            (
                rf"({_BLANKS})(disable)(?=[ \t]+[A-Za-z0-9_*?, \t]+$)",
                bygroups(Whitespace, Keyword.Namespace),
                "patterns",
            ),
            (rf"({_BLANKS})({_WORD})(?={_BLANKS}\()", bygroups(Whitespace, Name.Function), "event"),
            (rf"({_BLANKS})(disable\b)", bygroups(Whitespace, Keyword)),
            (rf"({_BLANKS})({_WORD})", bygroups(Whitespace, Name.Decorator)),
            (r".", Text),
        ],
        "path": [
            (r'"(?:[^"\\\n]|\\.)*"', String),
            (rf"(prefix)([ \t]+)({_WORD})", bygroups(Keyword.Namespace, Whitespace, Name.Namespace)),
            (rf"(base)([ \t]+)({_WORD})", bygroups(Keyword.Namespace, Whitespace, Number)),
            (r"[ \t]+", Whitespace),
            (r"\n", Whitespace, "#pop"),
            (r".", Text),
        ],
        "patterns": [
            (r"[A-Za-z0-9_*?]+", Name.Function),
            (r",", Punctuation),
            (r"[ \t]+", Whitespace),
            (r"\n", Whitespace, "#pop"),
        ],
        "event": [
            (r"\n", Whitespace, "#pop"),
            (r"[ \t]+", Whitespace),
            (r"\(", Punctuation, "parameters"),
            (r'"', String, "literal"),
            (words(PRI_MACROS, suffix=r"\b"), Name.Constant),
            (_WORD, Name.Constant),
            (r".", Text),
        ],
        "parameters": [
            (r"\)", Punctuation, "#pop"),
            (r'(?=["\n])', Punctuation, "#pop"),
            (words(QUALIFIERS | TAG_WORDS, suffix=r"\b"), Keyword),
            (words(ALLOWED_WORDS | FLOATING_WORDS, suffix=r"\b"), Keyword.Type),
            # The last word of a parameter is its name.
            (rf"{_WORD}(?={_BLANKS}[,)])", Name.Variable),
            (_WORD, Name.Class),
            (r"\*+", Operator),
            (r"[,(]", Punctuation),
            (r"[ \t]+", Whitespace),
            (r".", Text),
        ],
        "literal": [
            (r'"', String, "#pop"),
            (r"(?=\n)", String, "#pop"),
            (_CONVERSION, String.Interpol),
            (ESCAPE.pattern, String.Escape),
            (r'[^"\\%\n]+', String),
            (r".", String),
        ],
    }
