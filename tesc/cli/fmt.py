"""`tesc fmt`: brings files, folders or the whole tree into canonical layout."""

from __future__ import annotations

import argparse
import os
import stat
import sys

from tesc.cli.left_out import say_left_out
from tesc.cli.terminal import Failure, error, plural, print_as_is, print_text, standard_input
from tesc.files import (
    MAX_SOURCE_BYTES,
    Scope,
    find_files,
    is_source_code,
    read_source,
    too_large,
    write_source,
)
from tesc.paths import distinct, shown
from tesc.records import record
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.cli.commands import Commands
    from tesc.syntax.nodes import Tree

_EPILOG = """\
exit status: 0 done, 1 with --check or --diff: files would change, 2 tesc could not run

A folder means every file below it named trace-events or *.trace-events; in a git checkout, only
those that git does not ignore. Lines with errors are left as they are; 'tesc check' shows them.
"""


@record
class Formatted:
    """A file before and after formatting."""

    source: Source
    text: str

    @property
    def changed(self) -> bool:
        """Whether formatting changes the file."""
        return self.text != self.source.text


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "fmt",
        help="format files, folders or the whole tree",
        description="Format trace-events files: one space after commas and around PRI macros, "
        "'type *name', one blank line between blocks, directives first. The meaning of the events "
        "does not change, and every comment is kept.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders; - is standard input, printed (default: .)"
    )
    parser.add_argument("--check", action="store_true", help="only list the files that would change")
    parser.add_argument("--diff", action="store_true", help="only print what would change")
    parser.add_argument(
        "--stdin-filename", metavar="NAME", default="<stdin>", help="the file name to use for standard input"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if "-" in options.paths:
        return _standard_input(options)
    named = options.paths or ["."]
    paths, failed = _named(named)
    scope = Scope(named)
    changed = files = 0
    for path in paths:
        try:
            done = formatted(_read(path, not (options.check or options.diff)))
            if done.changed and not (options.check or options.diff):
                write_source(path, done.source.text, done.text, scope)
        except OSError as problem:
            error(f"{shown(path)}: {problem.strerror or problem}")
            failed = True
            continue
        files += 1
        changed += done.changed
        if done.changed:
            _tell(done, options)
    if files or not failed:
        _summarize(changed, files, options)
    if failed:
        return 2
    return 1 if changed and (options.check or options.diff) else 0


def formatted(source: Source) -> Formatted:
    """A source in canonical layout. Raises RuntimeError if that would change the meaning.

    Warns of lines with errors, which stay unchanged.
    """
    # Imported here because every start of tesc imports this module for its options.
    from tesc.syntax.layout import canonical, difference
    from tesc.syntax.parser import parse

    tree = parse(source)
    text = canonical(tree)
    if text != source.text:
        line = difference(tree, parse(Source(source.path, text, source.file)))
        if line is not None:
            place = f"{source.path}:{line}"
            raise RuntimeError(f"{place}: layout would change what this line means; nothing is written")
    _warn(tree)
    return Formatted(source, text)


def _warn(tree: Tree) -> None:
    """Warn of lines with errors, which stay unchanged; so do events of two formats in older QEMUs."""
    if not tree.errors:
        return
    from tesc.units.properties import as_read_by
    from tesc.units.releases import release_at

    tree = as_read_by(tree, release_at(tree.source.file))
    lines = {tree.source.place(problem.span.start)[0] for problem in tree.errors}
    if lines:
        which = f"{len(lines)} lines with mistakes stay as they are"
        if len(lines) == 1:
            which = "a line with a mistake stays as it is"
        error(f"{tree.source.path}:{min(lines)}: {which}; see 'tesc check'", "warning")


def _named(paths: Sequence[str]) -> tuple[list[str], bool]:
    """The files that paths name, and whether one of the paths does not exist."""
    files: list[str] = []
    missing = False
    for path in paths:
        if os.path.isdir(path):
            scope = Scope([path])
            left_out: list[str] = []
            below = find_files(path, left_out)
            left_out += [file for file in below if not scope.holds(file)]
            below = [file for file in below if file not in left_out]
            say_left_out(left_out, path, how="give {0} by name to format {0}")
            if not below:
                error(f"{path}: no trace-events files here", "warning")
            files.extend(below)
        elif is_source_code(path) and os.path.isfile(path):
            error(f"{path}: a C or Rust source, not a trace-events file")
            missing = True
        elif os.path.lexists(path):
            files.append(path)
        else:
            error(f"{path}: no such file or folder")
            missing = True
    return distinct(files), missing


def _read(path: str, to_write: bool) -> Source:
    # A pipe cannot be written back.
    if to_write and not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(f"not a regular file; 'tesc fmt - < {path}' prints it")
    return read_source(path, shown(path))


def _standard_input(options: argparse.Namespace) -> int:
    if len(options.paths) > 1:
        raise Failure("- (standard input) must be the only file")
    data = standard_input(MAX_SOURCE_BYTES + 1)
    name = options.stdin_filename
    if len(data) > MAX_SOURCE_BYTES:
        raise Failure(f"{name}: {too_large(name).strerror}")
    done = formatted(Source.from_bytes(name, data))
    if not (options.check or options.diff):
        print_as_is(done.text)
        return 0
    if done.changed:
        _tell(done, options)
    return int(done.changed)


def _tell(done: Formatted, options: argparse.Namespace) -> None:
    if options.diff:
        print_as_is("".join(diff(done)))
    else:
        word = "would reformat" if options.check else "reformatted"
        print_text(f"{word} {done.source.path}\n")


def diff(done: Formatted) -> Iterator[str]:
    """A unified diff for patch(1)."""
    from difflib import unified_diff

    path = done.source.path
    old, new = ([f"{line}\n" for line in text.split("\n")] for text in (done.source.text, done.text))
    for lines in (old, new):
        # After the last newline: nothing, or a line without one.
        last = lines.pop()[:-1]
        if last:
            lines.append(last)
    for line in unified_diff(old, new, path, path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _summarize(changed: int, files: int, options: argparse.Namespace) -> None:
    """The last line: `2 files reformatted, 42 files left alone`."""
    would = "would be " if options.check or options.diff else ""
    parts = []
    if changed:
        parts.append(f"{plural(changed, 'file')} {would}reformatted")
    if files > changed or not changed:
        parts.append(f"{plural(files - changed, 'file')} {would}left alone")
    line = ", ".join(parts) + "\n"
    if options.diff:
        sys.stdout.flush()
        sys.stderr.write(line)
    else:
        print_text(line)
