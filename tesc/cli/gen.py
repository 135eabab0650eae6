"""`tesc gen`: generates every output of the whole tree in one run.

Most runs in a build have nothing to do. They recognize that by the manifest that the previous run
left next to the outputs, and import hardly anything.
"""

from __future__ import annotations

import os
import sys
import time

from tesc.codegen.tree import manifest as manifests
from tesc.files import relative, search, write_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Optional

    from tesc.cli.commands import Commands
    from tesc.codegen.tree.manifest import Manifest
    from tesc.codegen.tree.plan import Planned, TreeOptions
    from tesc.codegen.tree.run import Made
    from tesc.config.settings import Compat
    from tesc.source_tree import Shares, SourceTree
    from tesc.units.rejections import Rejection

    # Generates the files, and writes them if the flag is set; returns errors and files, or None if not done.
    Run = Callable[[bool, Callable[[float], None]], Optional[tuple[list[str], list[Made]]]]

HELP = "generate every output of the whole tree in one run"
# Options that change neither what is generated nor where it goes.
_SAME_OUTPUTS = ("--check", "--dry-run", "--json", "--touch", "--prune", "--quiet", "-q")


def main(words: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    identity = manifests.identity([word for word in words if word not in _SAME_OUTPUTS])
    out = _spelled_out(words)
    if out is not None and _nothing_to_do(out, identity, words):
        return 0
    from tesc.cli.gen_parser import parser
    from tesc.cli.terminal import Failure
    from tesc.processes import Interrupted, Parallel, cores

    options = parser().parse_args(words)
    _refuse(options)
    options.processes = options.processes or cores()
    root = relative(options.root)
    try:
        # Searching a large tree takes as long as importing the generators.
        with Parallel(lambda: search(root), wanted=options.processes > 1) as files:
            return _generate(options, files.result, identity, words)
    except Interrupted as error:
        raise Failure(str(error)) from None


def _spelled_out(words: Sequence[str]) -> str | None:
    """The folder of --out, if it can be found without parsing all arguments."""
    found = None
    for at, word in enumerate(words):
        if word == "--out" and at + 1 < len(words):
            found = words[at + 1]
        elif word.startswith("--out="):
            found = word[len("--out=") :]
    return found


def _nothing_to_do(out: str, identity: str, words: Sequence[str]) -> bool:
    """Whether an earlier run with the same arguments left everything up to date; if so, prints that."""
    earlier = manifests.read(out, identity)
    if earlier is None or (earlier.root and search(earlier.root) != (earlier.found, earlier.left_out)):
        return False
    read_only = "--check" in words or "--dry-run" in words
    if (read_only and "--prune" in words) or (earlier.leftovers and (read_only or "--prune" in words)):
        return False
    before = earlier.text()
    if not earlier.holds():
        return False
    if not read_only:
        if "--touch" in words:
            _touch(earlier.outputs)
            earlier.doubt(earlier.outputs)
        if earlier.text() != before:
            _save(earlier, out)
    if "--json" in words:
        print(_json(len(earlier.outputs), [], [], []))
    elif "--quiet" not in words and "-q" not in words:
        print(f"{len(earlier.outputs)} files, nothing to do")
    return True


def _touch(paths: Sequence[str]) -> None:
    # All outputs get the same time: for make, none may be older than another.
    now = time.time_ns()
    for path in paths:
        os.utime(path, ns=(now, now))


def _save(manifest: Manifest, out: str) -> None:
    text = manifest.text()
    try:
        if text is None:
            os.unlink(os.path.join(out, manifests.NAME))
        else:
            write_output(os.path.join(out, manifests.NAME), text)
    except OSError:
        pass  # then the next run checks everything again


def add_parser(commands: Commands) -> None:
    """List the command in the help; `main` parses its arguments."""
    commands.add_parser("gen", help=HELP, add_help=False)


def _generate(
    options: argparse.Namespace,
    files: Callable[[], tuple[list[str], list[str]]],
    identity: str,
    words: Sequence[str],
) -> int:
    from tesc.cli import ending
    from tesc.cli.gen_options import tree_options
    from tesc.cli.left_out import say_left_out
    from tesc.cli.overrides import overrides
    from tesc.cli.terminal import Failure, error, refuse_odd_paths
    from tesc.cli.units import refused, warn_of_missing_roots
    from tesc.source_tree import SourceTree
    from tesc.units.rejections import rejections
    from tesc.units.releases import BadRelease, release_of

    try:
        release_of(options.qemu_release or "")
    except BadRelease as wrong:
        raise Failure(f"--qemu-release: {wrong}") from None

    def say(links: Sequence[str]) -> None:
        say_left_out(links, options.root, how="list {0} in [generate] groups of tesc.toml to include {0}")

    tree = SourceTree(options.root, overrides(options), manifests.Manifest(identity), files, say)
    ending.hold(tree)
    out = options.out or tree.settings.generate.out
    if not out:
        raise Failure("no folder to write to: give --out DIR, or set out in [generate] of tesc.toml")
    if not options.out and _nothing_to_do(out, identity, words):
        return 0
    wanted = tree_options(options, tree, relative(out))
    if wanted.compat == "qemu":
        tree.read_as_qemu()
    shares = tree.shares(options.processes, wanted)
    groups = tree.groups() if shares is None else []
    warn_of_missing_roots(tree.configurations)
    if shares is not None:
        refuse_odd_paths([wanted.out, *tree.inputs])
        status = _make(_of_shares(shares, wanted), shares.names, tree, wanted, options)
        if status is not None:
            return status
        # There is an error, or something needs all files.
        tree = tree.again()
        groups = tree.groups()
    refuse_odd_paths([wanted.out, *tree.inputs])
    types = tree.settings.types

    def of_groups(compat: Compat) -> list[Rejection]:
        return [one for group in groups for one in rejections(group.unit, compat, types)]

    # Errors of a file that two units include are reported once.
    found = of_groups(wanted.compat)
    if refused(found):
        if wanted.compat == "qemu" and len(found) > len(of_groups("fixed")):
            error(
                'what only QEMU\'s tracetool rejects is generated with compat = "fixed" in tesc.toml', "note"
            )
        return 1
    from tesc.codegen.tree.plan import plan, written_twice

    planned = plan(groups, wanted)
    if refused(written_twice(planned)):
        return 1
    status = _make(
        _of_plan(planned, options.processes, wanted), [p.name for p in planned], tree, wanted, options
    )
    assert status is not None
    return status


def _refuse(options: argparse.Namespace) -> None:
    """Raise Failure for options that cannot be combined, or a missing root folder."""
    from tesc.cli.terminal import Failure

    if options.json and not (options.check or options.dry_run):
        raise Failure("--json requires --check or --dry-run")
    if options.prune and (options.check or options.dry_run):
        raise Failure("--prune removes files: it cannot be combined with --check or --dry-run")
    if not os.path.isdir(options.root):
        raise Failure(f"{options.root}: no such folder")


def _of_shares(shares: Shares, wanted: TreeOptions) -> Run:
    from tesc.codegen.tree.run import run_parts

    return lambda write, progress: run_parts(
        wanted.out, shares.parts, shares.names, shares.cost, write, progress
    )


def _of_plan(planned: Sequence[Planned], processes: int, wanted: TreeOptions) -> Run:
    from tesc.codegen.tree.run import run

    return lambda write, progress: run(wanted.out, planned, processes, write, progress)


def _make(
    run: Run, names: Sequence[str], tree: SourceTree, wanted: TreeOptions, options: argparse.Namespace
) -> int | None:
    """Generate the files and write, compare or list them; returns the exit status, or None if `run` did."""
    from tesc.cli.terminal import Progress
    from tesc.codegen.qemu import BACKENDS

    if options.depfile:
        _check_depfile(options.depfile, tree, names, wanted.out)
    write = not (options.check or options.dry_run)
    progress = Progress("generating")
    try:
        found = run(write, progress)
    finally:
        progress.close()
    if found is None:
        return None
    lines, made = found
    if lines:
        from tesc.cli.terminal import print_errors

        print_errors("".join(f"{line}\n" for line in dict.fromkeys(lines)))
        return 1
    from tesc.codegen.tree.leftovers import leftovers, prune

    left = leftovers(wanted.out, tree.manifest, {one.path for one in made})
    if write:
        if options.prune:
            prune(list(left))
        else:
            for path, content_hash in left.items():
                tree.manifest.left(path, content_hash)
        if options.touch:
            _touch([one.path for one in made])
        if options.depfile:
            _write_depfile(options.depfile, tree, made, options.touch)
        # Another package's backend may read any file, so its runs cannot be recognized as unchanged.
        if all(backend in BACKENDS for backend in wanted.backends):
            _remember(tree.manifest, wanted.out, made)
    return _report(made, list(left), options)


def _check_depfile(depfile: str, tree: SourceTree, names: Sequence[str], out: str) -> None:
    """Raise Failure, before anything is written, if the depfile cannot express a path."""
    from tesc.cli.terminal import Failure
    from tesc.depfile import Unwritable, check

    try:
        check([*(os.path.join(out, name) for name in names), *tree.inputs])
    except Unwritable as error:
        raise Failure(f"{depfile}: {error}") from None


def _write_depfile(depfile: str, tree: SourceTree, made: Sequence[Made], touch: bool) -> None:
    from tesc.depfile import rule

    text = rule([one.path for one in made], tree.inputs)
    write_output(depfile, text, touch)
    content_hash = manifests.hashed(text.encode("utf-8", "surrogateescape"))
    tree.manifest.written(depfile, content_hash, manifests.state_of(depfile), manifests.DEPFILE)


def _remember(manifest: Manifest, out: str, made: Sequence[Made]) -> None:
    """Record the outputs and the modules that made them in the manifest, and write it."""
    for one in made:
        manifest.written(one.path, one.content_hash, one.state)
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "tesc"]
    files = [file for module in modules for file in [getattr(module, "__file__", None)] if file]
    manifest.code(files)
    _save(manifest, out)


def _report(made: Sequence[Made], left: list[str], options: argparse.Namespace) -> int:
    """Print what was or would be written, and leftover files; returns the exit status."""
    from tesc.cli.terminal import plural, print_text

    missing = [one.path for one in made if one.before == "missing"]
    different = [one.path for one in made if one.before == "different"]
    changed = len(missing) + len(different)
    status = 1 if options.check and (changed or left) else 0
    if options.json:
        print_text(_json(len(made), missing, different, left) + "\n")
        return status
    lines = []
    if options.check or options.dry_run:
        lines = [f"{one.before}: {one.path}" for one in made if one.before != "same"]
        lines += [f"left over: {path}" for path in left]
    summary = f"{changed} of {plural(len(made), 'file')} "
    if options.check:
        summary += f"out of date: {len(missing)} missing, {len(different)} different"
    else:
        summary += "would be written" if options.dry_run else "written"
    if left:
        summary += f", {len(left)} {'removed' if options.prune else 'left over'}"
    if not options.quiet:
        lines.append(summary)
    print_text("".join(f"{line}\n" for line in lines))
    return status


def _json(files: int, missing: list[str], different: list[str], left: list[str]) -> str:
    import json

    return json.dumps({"files": files, "missing": missing, "different": different, "leftover": left})
