"""`tesc tracetool`: generates one output, with the arguments and exit status of QEMU 10.2's tracetool.py.

A build runs it for every output, so it has to start quickly: nothing is imported here that one
output does not need.
"""

from __future__ import annotations

import os
import sys

from tesc.codegen.qemu import BACKENDS, FORMATS, BadBackend, find_backend, generate
from tesc.codegen.qemu.output import Options
from tesc.escaping import is_plain, printable, visible
from tesc.files import check_outputs, is_trace_events, read_source, relative, write_output
from tesc.syntax.parser import parse
from tesc.units.rejections import rejections
from tesc.units.releases import NEWEST, BadRelease, Release, release_at, release_of
from tesc.units.resolve import NOTHING, has_directives, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Tree
    from tesc.units.unit import Unit

_PROGRAM = "tesc tracetool"
LONG_OPTIONS = [
    "help",
    "list-backends",
    "check-backends",
    "backends=",
    "format=",
    "binary=",
    "target-type=",
    "target-name=",
    "group=",
    "probe-prefix=",
    # What tesc adds; no abbreviation of the reference's options matches any of these.
    "include=",
    "event-prefix=",
    "wire=",
    "disable=",
    "depfile=",
    "qemu-release=",
    "compat=",
]
_DIRECTIVES = ("-I", "--include", "--disable", "--event-prefix", "--wire")
# Formats of older QEMU releases, for events with the property `tcg`.
_TCG_FORMATS = ("tcg-h", "tcg-helper-c", "tcg-helper-h", "tcg-helper-wrapper-h")
_TAPSETS = ("stap", "log-stap", "simpletrace-stap")


class _Usage(Exception):
    """An invalid command line; the message says why."""


def usage() -> str:
    """The text of --help."""

    def table(entries: dict[str, str]) -> str:
        return "".join(f"    {name:<18}{text}\n" for name, text in entries.items())

    return f"""\
usage: {_PROGRAM} --format=FORMAT --backends=BACKEND[,BACKEND...] --group=NAME [OPTION...]
       {" " * len(_PROGRAM)} TRACE-EVENTS... OUTPUT

Generate one output of trace-events files, byte for byte as QEMU's tracetool.py does.

formats:
{table(FORMATS)}
backends:
{table(BACKENDS)}
options:
    --help              print this text
    --list-backends     print the backends' names
    --check-backends    exit 0 if the backends given exist, else 1
    --group NAME        the group that the events belong to, such as hw_usb
    --binary PATH       the traced program (for stap)
    --probe-prefix P    what the tapsets' probes are named after
    --target-type T, --target-name N
                        for stap, instead of --probe-prefix: qemu.T.N

options that QEMU's tracetool does not have:
    -I DIR              also search this folder for included files
    --include PATH[,prefix=NAME][,base=N]
                        include PATH at the end of the trace-events file
    --event-prefix P    put P before all names
    --wire WIRE         how guests send events: frames (the default), or the words of 2011
    --disable PATTERN,...
                        compile matching events out
    --depfile FILE      write a rule for make that names the files read
    --qemu-release X.Y  the QEMU whose tracetool.py to reproduce, 4.2 or later; before 6.0 there is
                        no OUTPUT, and the text goes to standard output
                        (default: that of the tree's VERSION, else the newest)
    --compat MODE       qemu: the bytes of that tracetool.py; fixed: with its bugs fixed
                        (default: qemu)
Long options may be abbreviated.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status, 0 or 1."""
    try:
        return _run(list(arguments))
    except _Usage as error:
        sys.stderr.write(
            f"usage: {_PROGRAM} [options] TRACE-EVENTS... OUTPUT (see '{_PROGRAM} --help')\n"
            f"{_PROGRAM}: error: {error}\n"
        )
    except BrokenPipeError:
        raise  # the caller handles a closed pipe
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        said = f"{place}{error.strerror or error}"
        sys.stderr.write(f"{_PROGRAM}: error: {visible(said)}\n")
    return 1


def _run(arguments: list[str]) -> int:
    found, paths = _parsed(arguments)
    options = dict(found)  # the last of repeated options wins, as in the reference
    for name, _ in found:
        if name == "--help":
            sys.stdout.write(usage())
            return 0
        if name == "--list-backends":
            sys.stdout.write(", ".join(BACKENDS) + "\n")
            return 0
    if "--backends" not in options:
        raise _Usage("no backends given (--backends)")
    backends = tuple(options["--backends"].split(","))
    if "--check-backends" in options:
        return 0 if all(map(_exists, backends)) else 1
    for path in paths:
        if not is_plain(path):
            raise OSError(f"{path}: the name has control characters; nothing is generated from it")
    release = _release(options, paths)
    output = paths.pop() if paths and release.has("output-file") else None
    made = _options(options, backends, release, output, bool(paths))
    shown = relative if release.has("relative-sources") else str
    trees = [parse(read_source(path, shown(path))) for path in paths]
    unit = _unit(found, trees, release, made.compat == "qemu")
    refused = rejections(unit, made.compat)
    text = ""
    if not refused:
        text, refused = generate(unit.events, made)
    if refused:
        sys.stderr.write(printable("".join(f"{one.line}\n" for one in refused)))
        return 1
    depfile = _depfile(options["--depfile"], output, unit) if "--depfile" in options else ""
    _check_output(output, paths)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    else:
        write_output(output, text)
    if depfile:
        write_output(options["--depfile"], depfile)
    return 0


def _check_output(output: str | None, inputs: list[str]) -> None:
    """Raise OSError for an output that declares events: the OUTPUT argument is probably missing."""
    if output is None or not os.path.exists(output):
        return
    if is_trace_events(os.path.basename(output)):
        raise OSError(f"{output}: it declares events, so it is not overwritten; OUTPUT is the last argument")
    check_outputs([output], inputs)


def _parsed(arguments: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The options, and the paths after them. Raises _Usage.

    getopt also works without gettext, which takes longer to import than everything else here.
    """
    gettext: object = sys.modules.setdefault("gettext", None)  # type: ignore[arg-type]
    try:
        from getopt import GetoptError, getopt
    finally:
        if gettext is None:
            del sys.modules["gettext"]
    try:
        return getopt(arguments, "I:", LONG_OPTIONS)
    except GetoptError as error:
        raise _Usage(str(error)) from None


def _depfile(path: str, output: str | None, unit: Unit) -> str:
    """The rule that names the output's inputs. Raises _Usage and OSError."""
    from tesc.depfile import Unwritable, rule

    if output is None:
        raise _Usage("--depfile requires an output file, which QEMU's tracetool.py supports from 6.0 on")
    try:
        return rule([output], [tree.source.file for tree in unit.trees])
    except Unwritable as error:
        raise OSError(f"{path}: {error}") from None


def _release(options: dict[str, str], paths: list[str]) -> Release:
    """The QEMU whose tracetool.py to reproduce. Raises _Usage."""
    if not options.get("--qemu-release"):
        return release_at(paths[0]) if paths else NEWEST
    try:
        return release_of(options["--qemu-release"])
    except BadRelease as error:
        raise _Usage(str(error)) from None


def _unit(found: list[tuple[str, str]], trees: Sequence[Tree], release: Release, lenient: bool) -> Unit:
    """The unit of the input files, with the directives of the command line. Raises _Usage."""
    outer = NOTHING
    given = {name: [value for option, value in found if option == name] for name in _DIRECTIVES}
    if any(given[name] for name in _DIRECTIVES[1:]):
        from tesc.config.settings import WIRES
        from tesc.units.outside import BadDirective, outside

        prefixes = given["--event-prefix"]
        prefix = prefixes[-1] if prefixes else ""
        asked = given["--wire"][-1] if given["--wire"] else WIRES[0]
        wire = next((one for one in WIRES if one == asked), None)
        if wire is None:
            raise _Usage(f"--wire {asked}: expected {' or '.join(WIRES)}")
        file = trees[-1].source.file
        try:
            outer = outside(given["--include"], given["--disable"], prefix, wire=wire, file=file)
        except BadDirective as error:
            raise _Usage(str(error)) from None
    if outer is NOTHING and not any(has_directives(tree) for tree in trees):
        return resolve(trees, release=release, lenient=lenient)
    from tesc.units.loading import Loader

    project = [os.path.dirname(os.path.abspath(tree.source.file)) for tree in trees]
    return resolve(trees, Loader(given["-I"], relative, project=project), outer, release, lenient)


def _options(
    options: dict[str, str], backends: tuple[str, ...], release: Release, output: str | None, inputs: bool
) -> Options:
    """The options of the generator. Raises _Usage if something is missing or unknown."""
    if "--group" not in options:
        raise _Usage("no group given (--group)")
    form = options.get("--format", "")
    prefix = options.get("--probe-prefix")
    if form == "stap":
        if "--binary" not in options:
            raise _Usage("--binary is required for the format stap")
        if prefix is None:
            for option in ("--target-type", "--target-name"):
                if option not in options:
                    raise _Usage(f"--probe-prefix, or {option}, is required for the format stap")
            prefix = f"qemu.{options['--target-type']}.{options['--target-name']}"
    if not inputs:
        after = " and an output file are" if release.has("output-file") else " are"
        raise _Usage(f"trace-events files{after} required")
    if not form:
        raise _Usage("no format given (--format)")
    if form in _TCG_FORMATS and not release.has("no-tcg"):
        raise _Usage(f"the format {form}, which QEMU had until 6.2, is not supported")
    if form not in FORMATS or (form == "rs" and not release.has("rust")):
        since = " (new in QEMU 10.2)" if form == "rs" else ""
        raise _Usage(f"unknown format: {form}{since}")
    for backend in backends:
        if not _exists(backend):
            raise _Usage(f"unknown backend: {backend}")
    if form in _TAPSETS and prefix is None:
        raise _Usage(f"--probe-prefix is required for the format {form}")
    compat = options.get("--compat", "qemu")
    if compat not in ("qemu", "fixed"):
        raise _Usage(f"--compat is qemu or fixed, not {compat}")
    path = "" if output is None else relative(output) if release.has("relative-output") else output
    return Options(
        format=form,
        backends=backends,
        group=options["--group"],
        output=path,
        binary=options.get("--binary", ""),
        probe_prefix=prefix or "",
        platform=sys.platform,
        compat="fixed" if compat == "fixed" else "qemu",
        release=release,
    )


def _exists(backend: str) -> bool:
    """Whether there is a backend of this name, tesc's own or another package's. Raises _Usage."""
    if backend in BACKENDS:
        return True
    try:
        return find_backend(backend) is not None
    except BadBackend as error:
        raise _Usage(str(error)) from None
