from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

# `%0x8`, and `0x08%x`: what else could a lone zero, or the digits, be for?
_BEHIND = re.compile(
    r"(?P<head>%[-+ ]?0)(?P<conversion>(?:hh?|ll?|[jzt])?[diouxX])"
    r"(?P<width>0?[1-9]|[12]\d|3[0-2])(?![0-9A-Za-z_%])"
)
_BEFORE = re.compile(
    r"(?<![0-9A-Za-z_])0[xX](?P<width>0[1-9]|01[0-6])"
    r'%(?P<conversion>(?:hh?|ll?|[jzt])?[xX]|"[ \t]*PRI[xX]\w+)'
)


class MisplacedWidth(EventRule):
    """The width of a conversion stands before its `%` or behind its letter.

    `%0x8` prints a number without leading zeros and then an 8; `0x08%x` prints `0x08` and then the
    number, so that 5 becomes `0x085`.

    Wrong:

        set_mode(uint32_t mode, uint8_t flags) "mode 0x%0x8 flags 0x02%x"

    Right:

        set_mode(uint32_t mode, uint8_t flags) "mode 0x%08x flags 0x%02x"
    """

    code = "TE424"
    name = "misplaced-width"
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or "0" not in form.text:
            return
        behind, before = _BEHIND.search(form.text), _BEFORE.search(form.text)
        if behind is None and before is None:
            return
        starts = {conversion.start for conversion in form.parsed.conversions}
        for match in _BEHIND.finditer(form.text):
            if match.start() in starts:
                text = f"{match['head']}{match['width'].lstrip('0')}{match['conversion']}"
                yield Report(
                    format_text.span(form, match.start(), match.end()),
                    f"'{match[0]}' prints a number and then '{match['width']}'",
                    f"write '{text}'",
                    fix=format_text.fix(tree, form, (match.start(), match.end(), text)),
                )
        for match in _BEFORE.finditer(form.text):
            width = match.start("width")
            if match.end("width") in starts:
                yield Report(
                    format_text.span(form, width, match.end()),
                    f"'{match['width']}' is printed before the number",
                    f"write '0x%{match['width']}{match['conversion']}'",
                    fix=format_text.fix(tree, form, (width, match.end("width") + 1, f"%{match['width']}")),
                )


RULE = MisplacedWidth()
