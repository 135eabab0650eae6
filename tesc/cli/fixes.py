"""`tesc check --fix` and `--diff`: applying fixes, and writing or showing the results."""

from __future__ import annotations

import os
import sys

from tesc.analysis.fixing import left_to_unsafe, settle
from tesc.cli.terminal import error, plural, print_as_is, print_errors
from tesc.files import write_source
from tesc.syntax.source import Source
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.analysis.fixing import FixResult
    from tesc.files import Scope


def fixed(
    workspace: Workspace,
    found: list[Diagnostic],
    check: Callable[[Workspace], list[Diagnostic]],
    unsafe: bool,
    scope: Scope,
) -> tuple[Workspace, FixResult]:
    """Apply the fixes of findings in memory; returns the workspace with the new texts, and the result.

    `check` finds the diagnostics of a workspace. Files outside of the scope, such as those that others
    include, are left alone.
    """
    latest = workspace

    def again(texts: Mapping[str, str]) -> list[Diagnostic]:
        nonlocal latest
        latest = Workspace(workspace.overrides, versions=workspace.versions)
        for source in workspace.settings:
            latest.add_source(Source(source.path, texts.get(source.file, source.text), source.file))
        latest.resolve()
        return check(latest)

    settled = settle(found, again, unsafe, scope.holds)
    return latest, settled


def write(workspace: Workspace, texts: Mapping[str, str], scope: Scope) -> bool:
    """Write the new texts, by file, to disk; true if one cannot be written, which is reported."""
    before = {source.file: source.text for source in workspace.settings}
    failed = [file for file, text in texts.items() if not _written(file, before[file], text, scope)]
    return bool(failed)


def _written(file: str, before: str, text: str, scope: Scope) -> bool:
    try:
        # A pipe cannot be written back.
        if not os.path.isfile(file):
            raise OSError("not a regular file, so its fixes are not written")
        write_source(file, before, text, scope)
    except OSError as problem:
        error(f"{file}: {problem.strerror or problem}")
        return False
    return True


def diff(workspace: Workspace, texts: Mapping[str, str]) -> str:
    """The changes of the new texts, as a diff for patch(1) and git."""
    parts = []
    for source in workspace.settings:
        if source.file in texts:
            parts += unified(source, texts[source.file])
    return "".join(parts)


def unified(source: Source, text: str) -> list[str]:
    """The lines of a unified diff from a source to its new text."""
    from difflib import unified_diff

    lines = unified_diff(_lines(source.text), _lines(text), source.path, source.path)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _lines(text: str) -> list[str]:
    """Lines with their newlines, for patch(1): a carriage return is part of its line."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def print_fixed(workspace: Workspace, settled: FixResult, unsafe: bool, scope: Scope) -> None:
    """Print standard input with fixes applied, and the remaining findings on standard error."""
    from tesc.cli.output import concise

    root = workspace.units[0].roots[0].source
    print_as_is(settled.texts.get(root.file, root.text))
    print_errors(concise.render(settled.left))
    tell(settled, unsafe, scope)


def tell(settled: FixResult, unsafe: bool, scope: Scope, would: bool = False) -> None:
    """Report on standard error how many findings were or would be fixed, and which unsafe fixes remain."""
    done = f"{'would fix' if would else 'fixed'} {plural(settled.fixed, 'finding')}"
    more = "" if unsafe else left_to_unsafe(settled.left, scope.holds)
    sys.stderr.write(f"tesc: {done}{more}\n")
