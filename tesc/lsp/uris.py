"""Converts between paths of files and the URIs by which clients name documents."""

from __future__ import annotations

import os

from pygls.uris import from_fs_path, to_fs_path, urlparse


def path_of(uri: str, folder: str | None = None) -> str:
    """The path of a document; one without a file (`untitled:`) is treated as if it were in `folder`."""
    try:
        path = to_fs_path(uri)
        if path:  # Neovim's URI for a buffer without a name is file://
            return os.path.normpath(path)
        scheme, _, rest, *_ = urlparse(uri)
    except ValueError:  # such as file://[
        scheme, rest = "", uri
    name = rest.replace("/", "_").replace("\0", "_") or "document"
    return os.path.join(folder or os.getcwd(), f"{scheme}:{name}")


def is_file(uri: str) -> bool:
    """Whether a document is a file, saved or not, rather than just text in the editor."""
    try:
        return bool(to_fs_path(uri))
    except ValueError:
        return False


def uri_of(path: str) -> str:
    """The URI of a file."""
    return from_fs_path(os.path.abspath(path)) or ""
