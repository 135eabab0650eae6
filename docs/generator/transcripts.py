"""A hook of mkdocs: in blocks of the language `console`, what is typed and what is printed.

Prompts are `$ ` and, before the lines of a here-document, `> `. Pygments would take a line of output
that begins with `#` for a command of root, and a here-document for output.
"""

from __future__ import annotations

import re

from pygments.lexers.shell import BashSessionLexer

BashSessionLexer._ps1rgx = re.compile(r"^(\$ )(.*\n?)")
BashSessionLexer._bare_continuation = True
