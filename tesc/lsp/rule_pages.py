"""The URIs of rules' pages, for editors to open."""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.pages import page_path
from tesc.lsp.uris import uri_of


@lru_cache(maxsize=None)
def page_uri(code: str) -> str | None:
    """The URI of a rule's page in the installed package or in the source tree; None if it is in neither."""
    path = page_path(code)
    return uri_of(path) if path else None
