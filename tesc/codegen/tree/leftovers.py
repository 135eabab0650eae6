"""Outputs of earlier runs that are no longer generated, such as those of a removed trace-events file.

A file is a leftover only if a run with the same arguments wrote it, and it still has the content that the run
wrote: files that others wrote or changed are left alone.
"""

from __future__ import annotations

import os

from tesc.codegen.tree import manifest as manifests
from tesc.files import MAX_SOURCE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tesc.codegen.tree.manifest import Manifest


def leftovers(out: str, manifest: Manifest, outputs: Collection[str]) -> dict[str, str]:
    """The hashes of files that earlier runs left over in the folder `out`; `outputs` are this run's."""
    earlier = manifests.read(out, manifest.identity)
    if earlier is None:
        return {}
    kinds = (manifests.OUTPUT, manifests.LEFTOVER)
    return {
        path: content_hash
        for path, (kind, _, content_hash) in sorted(earlier.entries.items())
        if kind in kinds and path not in outputs and _has_content(path, content_hash)
    }


def _has_content(path: str, content_hash: str) -> bool:
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > MAX_SOURCE_BYTES:
            return False
        with open(path, "rb") as file:
            return manifests.hashed(file.read()) == content_hash
    except OSError:
        return False


def prune(paths: Sequence[str]) -> None:
    """Remove files. Raises OSError."""
    for path in paths:
        os.unlink(path)
