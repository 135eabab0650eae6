"""`tesc check --diff-base` and `--patch`: the change that findings are limited to."""

from __future__ import annotations

from contextlib import contextmanager

from tesc.change import BadPatch, Patch, Since
from tesc.cli.terminal import Failure, standard_input
from tesc.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from tesc.change import Change

_PATCHES = (".patch", ".diff", ".mbox", ".mbx", ".eml")


def forbid(options: argparse.Namespace) -> None:
    """Raise Failure for options that cannot be combined."""
    if options.diff_base is not None and options.patch is not None:
        raise Failure("--diff-base and --patch cannot be combined")
    if options.write_baseline:
        raise Failure(
            "--write-baseline accepts all findings: it cannot be combined with --diff-base or --patch"
        )
    if options.patch is not None and "-" in options.paths:
        raise Failure("--patch checks files, not standard input (-)")
    for path in options.paths:
        # A shell pattern passes its first file to --patch, and the others as paths.
        if options.patch is not None and path.endswith(_PATCHES):
            raise Failure(f"{path}: a patch; give each with its own --patch, or all to '--patch -'")


@contextmanager
def change(options: argparse.Namespace) -> Iterator[Change]:
    """The change that the options name. Without paths, `options.paths` is set. Raises Failure."""
    opened: Change | None = None
    try:
        opened = _since(options) if options.patch is None else _patch(options)
        yield opened
    except (GitError, BadPatch) as problem:
        raise Failure(str(problem)) from None
    finally:
        if opened is not None:
            opened.close()


def _since(options: argparse.Namespace) -> Change:
    paths = [options.stdin_filename if path == "-" else path for path in options.paths or ["."]]
    return Since(options.diff_base, paths)


def _patch(options: argparse.Namespace) -> Change:
    try:
        patch = Patch([_data(path) for path in options.patch])
        # The patch may change files outside of the working folder, whose events may clash with those inside.
        options.paths = options.paths or [".", *patch.outside(".")]
        if options.fix and not options.diff and not patch.applied:
            raise Failure("--fix requires that the patch is applied; --diff shows what it would change")
    except BadPatch as problem:
        names = ", ".join("standard input" if path == "-" else path for path in options.patch)
        raise Failure(f"{names}: {problem}") from None
    return patch


def _data(path: str) -> bytes:
    if path != "-":
        with open(path, "rb") as file:
            return file.read()
    return standard_input()
