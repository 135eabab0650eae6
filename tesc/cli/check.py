"""`tesc check`: diagnostics for files, folders or the whole tree, or for what a change introduces."""

from __future__ import annotations

import argparse
import gc
import os
import time

from tesc import cache
from tesc.analysis.check import Memory, check, needs_sources
from tesc.analysis.kept_reports import KeptReports
from tesc.analysis.selection import chosen, lacking_packages, renamed_rules, unknown_rules
from tesc.cli import ending, kept_runs, report
from tesc.cli.left_out import say_left_out
from tesc.cli.overrides import add_overrides, add_selection, overrides
from tesc.cli.terminal import Failure, add_color, error, print_as_is, standard_input, warned
from tesc.config.errors import BadConfiguration
from tesc.config.named_paths import missing_root_files, missing_sources
from tesc.files import MAX_SOURCE_BYTES, find_files, is_source_code, too_large
from tesc.paths import distinct
from tesc.records import replace
from tesc.syntax.source import Source
from tesc.workspace import Workspace, declaring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Callable

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.change import Change, ChangedSources, Comparison
    from tesc.cli.commands import Commands
    from tesc.uses.index import Index

_EPILOG = """\
exit status: 0 no errors, 1 errors found, 2 tesc could not run

A folder means every file below it named trace-events or *.trace-events; in a git checkout, only
those that git does not ignore. A link below it that leads out of the folder and its checkout is
skipped with a warning, unless it is given by name. A FIFO is read, to its end, only if it is given
by name. --sources searches C, C++, Objective-C and Rust files for uses of events: in a checkout,
those that git does not ignore; elsewhere, those outside build folders.

RULE is a code (TE401), a family (TE4), a name (format-type-mismatch) or ALL. A comment
'# tesc: ignore[RULE] reason' silences a rule for the next item; '# tesc: ignore-file[RULE] reason' at
the top silences it for the file. 'tesc explain RULE' says what a rule means.
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "check",
        help="check files, folders or the whole tree",
        description="Check trace-events files.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders; - is standard input (default: .)"
    )
    add_selection(parser)
    parser.add_argument(
        "--sources",
        nargs="*",
        action="extend",
        metavar="DIR",
        help="search the C and Rust sources in these folders (default: the whole project) "
        "for uses of events; give PATHs before it",
    )
    parser.add_argument("--fix", action="store_true", help="fix what can be fixed, and report the rest")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix: also apply fixes that may change the meaning"
    )
    parser.add_argument(
        "--diff",
        action="store_true",
        help="print what --fix would change; exit status 1 if it would change anything",
    )
    group = report.add_options(parser)
    group.add_argument(
        "--diff-base",
        metavar="REV",
        help="report only findings that are new since the merge base with REV",
    )
    group.add_argument(
        "--patch",
        action="append",
        metavar="FILE",
        help="report only what this patch (a diff, or mails; - is standard input) introduces, whether "
        "or not it is applied yet; repeat it for the files of a series",
    )
    add_overrides(parser)
    parser.add_argument(
        "--stdin-filename", metavar="NAME", default="<stdin>", help="the file name to use for standard input"
    )
    add_color(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise Failure("--unsafe-fixes requires --fix or --diff")
    if options.write_baseline and (options.fix or options.diff):
        raise Failure("--write-baseline cannot be combined with --fix or --diff")
    collects = gc.isenabled()
    # A run creates hardly any garbage before its end, and collection would take a tenth of the time.
    gc.disable()
    try:
        if options.diff_base is not None or options.patch is not None:
            from tesc.cli import changed

            changed.forbid(options)
            with changed.change(options) as change:
                return _run(options, change)
        return _run(options, None)
    finally:
        if collects:
            gc.enable()


def _run(options: argparse.Namespace, change: Change | None) -> int:
    began = time.time_ns()
    folders = tuple(path for path in options.paths or ["."] if os.path.isdir(path))
    given = replace(overrides(options), folders=folders)
    workspace = Workspace(given, versions=change.after if change else None)
    ending.hold(workspace)
    missing = _fill(workspace, options, change)
    workspace.resolve()
    wrong = [
        problem
        for one in workspace.configurations.values()
        for problem in (*unknown_rules(one), *missing_root_files(one, workspace.holds))
    ]
    if wrong:
        raise BadConfiguration(wrong)
    for text in renamed_rules(workspace.settings.values()):
        error(text, "note")
    for text in lacking_packages(workspace.settings):
        error(text, "warning")
    kept = KeptReports(os.getcwd()) if cache.enabled() else None
    memory = Memory(kept, with_helpers=True)
    sources = _Sources(workspace, change)
    found = _found(workspace, sources, memory)
    ending.hold(memory, found)
    if kept:
        kept.save()
    if options.write_baseline:
        report.write_baseline(found, options.write_baseline)
        return _status([], workspace, missing)
    wanted = _Wanted(options)
    if change:
        wanted.compare(change, workspace, sources, memory)
    found = wanted.of(found)
    if options.fix or options.diff:
        return _fix(found, workspace, sources, options, missing, wanted)
    statistics = sources.statistics() if options.statistics else ""
    printed = report.report(found, workspace.files, options, known=wanted.known, statistics=statistics)
    status = _status(found, workspace, missing)
    if kept and status != 2 and kept_runs.may_keep(options) and not (wanted.known or warned()):
        kept_runs.keep(options, workspace, printed, status, began)
    return status


def _found(workspace: Workspace, sources: _Sources, memory: Memory | None = None) -> list[Diagnostic]:
    rules, levels = chosen(workspace.settings)
    asking = [rule.code for rule in rules if needs_sources(rule)]
    uses = sources.uses() if asking else None
    if asking and len(asking) == len(rules) and uses is None:
        raise Failure(f"{', '.join(asking)}: looks at C and Rust sources: add --sources")
    return check(workspace.units, rules, workspace.settings, {}, levels, memory, uses)


class _Wanted:
    """Selects the findings to report: not accepted by a baseline and, with a change, introduced by it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._comparison: Comparison | None = None
        self._accepted = 0

    def compare(self, change: Change, workspace: Workspace, sources: _Sources, memory: Memory) -> None:
        """Report only what a change introduces into a workspace."""
        from tesc.change import Comparison

        paths = [
            self._options.stdin_filename if path == "-" else path for path in self._options.paths or ["."]
        ]

        def check_past(past: Workspace) -> list[Diagnostic]:
            return sources.before(lambda: _found(past, sources, memory))

        self._comparison = Comparison(change, workspace, paths, check_past)

    def of(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """The findings to report, of those found. Raises Failure for an invalid baseline."""
        kept = report.unaccepted(found, self._options.baseline)
        self._accepted = len(found) - len(kept)
        return self._comparison.brought_in(kept) if self._comparison else kept

    @property
    def known(self) -> int:
        """How many of the findings last passed to `of` are accepted, or existed before the change."""
        return self._accepted + (self._comparison.known if self._comparison else 0)


class _Sources:
    """The uses of events in the sources of a run, searched once, and only if a rule needs them."""

    def __init__(self, workspace: Workspace, change: Change | None) -> None:
        self._folders = workspace.source_folders()
        # The configurations that name them, unless the command line does.
        self._configured = (
            list(workspace.configurations.values()) if workspace.overrides.sources is None else []
        )
        self._workspace = workspace
        self._change = change
        self._uses: Index | None = None
        self._changed: ChangedSources | None = None

    def uses(self) -> Index | None:
        """The uses, or None without sources.

        Raises Failure if a folder does not exist, and BadConfiguration if a configuration names it.
        """
        if self._folders and self._uses is None:
            # Imported here because few runs search sources.
            from tesc.uses.index import build

            missing = [problem for one in self._configured for problem in missing_sources(one)]
            if missing:
                raise BadConfiguration(missing)
            for folder in self._folders:
                if not os.path.exists(folder):
                    raise Failure(f"{folder}: no such source file or folder")
            held = declaring(self._workspace.units)
            if self._change:
                from tesc.change import ChangedSources

                self._uses = self._changed = ChangedSources(self._folders, self._change, held)
            else:
                self._uses = build(self._folders, declaring=held)
            if not self._uses.sources:
                error(f"{' '.join(self._folders)}: no C or Rust sources here", "warning")
                self._folders = []
        return self._uses if self._folders else None

    def statistics(self) -> str:
        """The number of checked calls as a line of text; empty if no sources were read."""
        if self._uses is None or not self._folders:
            return ""
        from tesc.analysis.checked_calls import summary

        return summary(self._workspace.units, self._uses)

    def before(self, look: Callable[[], list[Diagnostic]]) -> list[Diagnostic]:
        """The findings of `look` with the sources as they were before the change."""
        if self._changed:
            self._changed.turn(after=False)
        found = look()
        if self._changed:
            self._changed.turn(after=True)
        return found


def _status(found: list[Diagnostic], workspace: Workspace, failed: bool) -> int:
    for unreadable in workspace.unreadable:
        error(f"{unreadable.path}: {unreadable.reason}")
    if failed or workspace.unreadable:
        return 2
    return 1 if any(diagnostic.severity == "error" for diagnostic in found) else 0


def _fix(
    found: list[Diagnostic],
    workspace: Workspace,
    sources: _Sources,
    options: argparse.Namespace,
    failed: bool,
    wanted: _Wanted,
) -> int:
    """Write or show the fixed files; returns the exit status."""
    from tesc.cli import fixes

    def again(workspace: Workspace) -> list[Diagnostic]:
        return wanted.of(_found(workspace, sources))

    unsafe, scope = options.unsafe_fixes, report.scope(options)
    after, settled = fixes.fixed(workspace, found, again, unsafe, scope)
    if options.diff:
        print_as_is(fixes.diff(workspace, settled.texts))
        fixes.tell(settled, unsafe, scope, would=True)
        return _status([], workspace, failed) or (1 if settled.texts else 0)
    if "-" in options.paths:
        if len(options.paths) > 1:
            raise Failure("with --fix, - (standard input) must be the only file")
        fixes.print_fixed(after, settled, unsafe, scope)
        return _status(settled.left, workspace, failed)
    if fixes.write(workspace, settled.texts, scope):
        # Some files may have been written, but this run does not claim to have fixed anything.
        report.report(found, workspace.files, options, known=wanted.known)
        return _status(found, workspace, True)
    report.report(settled.left, after.files, options, settled.fixed, wanted.known)
    if options.output_format != "text":
        fixes.tell(settled, unsafe, scope)
    return _status(settled.left, workspace, failed)


def _fill(workspace: Workspace, options: argparse.Namespace, change: Change | None) -> bool:
    """Add the files that the paths name to the workspace; true if one of the paths does not exist."""
    paths: Sequence[str] = options.paths or ["."]
    files = []
    missing = False
    for path in paths:
        if path == "-":
            files.append(path)
        elif os.path.isdir(path):
            left_out: list[str] = []
            below = change.files_after(path, left_out) if change else find_files(path, left_out)
            links = [file for file in left_out if not workspace.excludes(file)]
            say_left_out(links, path, how="give {0} by name to check {0}")
            kept = [file for file in below if not workspace.excludes(file)]
            if not kept:
                but = " that are not excluded" if below else ""
                error(f"{path}: no trace-events files here{but}", "warning")
            files.extend(kept)
        elif is_source_code(path) and os.path.isfile(path):
            error(f"{path}: a C or Rust source, not a trace-events file")
            missing = True
        elif os.path.lexists(path) or (change and change.makes(path)):
            files.append(path)
        else:
            error(f"{path}: no such file or folder")
            missing = True
    for path in distinct(files):
        if path == "-":
            workspace.add_source(_standard_input(options.stdin_filename))
        else:
            workspace.add_file(path)
    return missing


def _standard_input(name: str) -> Source:
    data = standard_input(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise Failure(f"{name}: {too_large(name).strerror}")
    return Source.from_bytes(name, data)
