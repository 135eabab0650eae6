"""What `tesc gen` generates for a tree, from its arguments or else the configuration."""

from __future__ import annotations

import os
import sys

from tesc.cli.terminal import Failure
from tesc.codegen.qemu import BACKENDS, BadBackend, load_backends
from tesc.codegen.tree.plan import FORMATS, TreeOptions
from tesc.units.releases import release_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.source_tree import SourceTree

_DEFAULT_BACKENDS = ("log",)
_DEFAULT_FORMATS = ("h", "c")


def tree_options(options: argparse.Namespace, tree: SourceTree, out: str) -> TreeOptions:
    """What to generate, from the options and the configuration. Raises Failure."""
    configured = tree.settings.generate
    for tapset in configured.tapsets:
        if os.path.basename(tapset.name) != tapset.name or tapset.name in (".", "..") or "\\" in tapset.name:
            raise Failure(f"[[generate.tapset]] name '{tapset.name}': must be a file name, without folders")
    backends = _split(options.backends) or configured.backends or _DEFAULT_BACKENDS
    formats = _split(options.formats) or configured.formats or _DEFAULT_FORMATS
    try:
        load_backends(backends)
    except BadBackend as error:
        raise Failure(f"{error} (tesc has {', '.join(BACKENDS)})") from None
    for form in formats:
        if form not in FORMATS:
            hint = "; tapsets are set up in [[generate.tapset]]" if form.endswith("stap") else ""
            raise Failure(f"unknown format: {form} (for a tree: {', '.join(FORMATS)}){hint}")
    release = release_of(tree.settings.qemu_release)
    if not release.has("group-headers"):
        raise Failure(
            "QEMU before 5.2 has outputs in each folder: tesc gen supports QEMU 5.2 and later, "
            f"tesc tracetool also older versions, and this tree counts as {release.name}"
        )
    if "rs" in formats and not release.has("rust"):
        raise Failure(f"QEMU {release.name} does not have the format rs, which 10.2 introduced")
    compat = options.compat or tree.settings.compat
    return TreeOptions(
        out=out,
        backends=backends,
        formats=formats,
        tapsets=configured.tapsets,
        platform=sys.platform,
        compat=compat,
        release=release,
    )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))
