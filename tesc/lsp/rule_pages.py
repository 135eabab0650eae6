"""Where the page of a rule is, for editors to open."""

from __future__ import annotations

import os
from functools import lru_cache

import tesc
from tesc.lsp.uris import uri_of


@lru_cache(maxsize=None)
def page_uri(code: str) -> str | None:
    """The URI of a rule's page in the installed package, or in the source tree."""
    package = os.path.dirname(os.path.abspath(tesc.__file__))
    for folder in (os.path.join(package, "rule_pages"), os.path.join(package, "..", "docs", "rules")):
        path = os.path.join(folder, f"{code}.md")
        if os.path.isfile(path):
            return uri_of(path)
    return None
