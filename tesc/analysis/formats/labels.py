"""Labels: the words of a format that name the parameters printed after them."""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.analysis import format_text
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Event, Format

# The last word before a conversion, and what separates the two.
_LABEL = re.compile(
    r"(?P<word>[A-Za-z][A-Za-z0-9_-]*)[ \t]*(?:[=:][ \t]*)?[\[({<'\"]*(?:(?<![A-Za-z0-9_])0[xX])?\Z"
)


@lru_cache(maxsize=16384)
def plain(word: str) -> str:
    """A name or label without the characters in which they may differ: `payloadlen` for `payload-len`."""
    return word.lower().replace("_", "").replace("-", "")


def labels_of(event: Event, form: Format) -> list[tuple[str, Span] | None]:
    """The label of each parameter: its `plain` word and its span in the format; None without a label."""
    labels: list[tuple[str, Span] | None] = []
    parsed = form.parsed
    printing = {id(conversion) for conversion, _ in format_text.arguments(event)}
    for index, conversion in enumerate(parsed.conversions):
        if id(conversion) not in printing:
            continue
        match = _LABEL.search(parsed.text_before(index))
        found = None
        if match is not None:
            word = match["word"].rstrip("-")
            start = parsed.gap(index)[0] + match.start("word")
            if parsed.is_plain(start, start + len(word)):
                found = plain(word), Span(*parsed.written(start, start + len(word)))
        labels.append(found)
    return labels
