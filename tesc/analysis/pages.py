"""The files of the rules' pages, for links to them."""

from __future__ import annotations

import os

# In an installed package, and in a checkout.
_FOLDERS = ("rule_pages", os.path.join("..", "docs", "rules"))


def page_path(code: str) -> str | None:
    """The absolute path of a rule's Markdown page; None if it is not installed."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in _FOLDERS:
        path = os.path.normpath(os.path.join(package, folder, f"{code}.md"))
        if os.path.isfile(path):
            return path
    return None
