"""`tesc tracetool-classic`: generates one output, with the arguments of the shell tracetool of 2011.

Events are read from standard input, and the output goes to standard output. What the script of 2011
rejected is rejected with its message and exit status.
"""

from __future__ import annotations

import sys

from tesc import codes
from tesc.codegen.classic import BACKENDS, OUTPUTS, RELEASES, Options, generate
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.rejections import rejections
from tesc.units.resolve import resolve
from tesc.units.wording import line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAM = "tesc tracetool-classic"
_SYNOPSIS = f"usage: {_PROGRAM} BACKEND OUTPUT [OPTION...] < TRACE-EVENTS > FILE"
USAGE = f"""\
{_SYNOPSIS}

Generate one output as the shell tracetool of 2011 did, without its bugs.

backends:
    --nop             no tracing at all
    --simple          records of seven 64-bit words
    --stderr          messages on the console
    --ust             LTTng user space tracing 0.x
    --dtrace          DTrace and SystemTap probes
    --list-backends   print the backends' names
    --check-backend   exit 0

outputs:
    -h      C header
    -c      C source
    -d      DTrace provider (with --dtrace)
    -g      the host's demultiplexer of guest events
    --stap  SystemTap tapset (with --dtrace)

options:
    --release NAME        the script to reproduce: openbios (firmware's, the default), qemu-0.14 or
                          qemu-1.0; QEMU's scripts have no -g, that of 0.14 no --probe-prefix

for --stap:
    --binary PATH         the traced program
    --target-type TYPE    'system' or 'user'
    --target-arch ARCH    the target's architecture
    --probe-prefix PREFIX instead of these two: what the probes are named after
                          (default: qemu.TYPE.ARCH)
"""
_VALUES = ("--binary", "--target-type", "--target-arch", "--probe-prefix", "--release")


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    backend = output = ""
    values = dict.fromkeys(_VALUES, "")
    rest = list(arguments)
    # In the script of 2011 an empty argument ended the options, and the last of repeated options won.
    while rest and rest[0]:
        word = rest.pop(0)
        if word in OUTPUTS:
            output = OUTPUTS[word]
        elif word.startswith("--") and word[2:] in BACKENDS:
            backend = word[2:]
        elif word in values:
            if not rest:
                return _misused(f"{word} needs a value", 2)
            values[word] = rest.pop(0)
        elif word == "--list-backends":
            sys.stdout.write(" ".join(BACKENDS) + "\n")
            return 0
        elif word == "--check-backend":
            return 0
        elif word == "--help":
            sys.stderr.write(USAGE)
            return 1
        elif word != "--guest-trace":
            return _misused(f"unknown argument: {word}{_like(word)}")
    if not arguments:
        sys.stderr.write(USAGE)
        return 1
    if not backend or not output:
        missing = "output" if backend else "backend"
        choices = OUTPUTS if backend else [f"--{name}" for name in BACKENDS]
        return _misused(f"no {missing} given: one of {', '.join(choices)}")
    release = RELEASES.get(values["--release"] or "openbios")
    if release is None:
        return _misused(f"--release: expected one of {', '.join(RELEASES)}", 2)
    given = [option for option, name in OUTPUTS.items() if name == output and output not in release.outputs]
    given += [one for one in _VALUES if values[one] and one not in ("--release", *release.options)]
    if given:
        return _misused(f"{release.name} has no {given[0]}")
    refusal = _refusal(backend, output, values)
    if refusal:
        # The script of 2011 wrote these to standard output, where builds expect them.
        sys.stdout.write(f"{refusal}\n")
        return 1
    prefix = values["--probe-prefix"] or f"qemu.{values['--target-type']}.{values['--target-arch']}"
    return _generate(
        Options(
            backend=backend, output=output, binary=values["--binary"], probe_prefix=prefix, release=release
        )
    )


def _misused(message: str, status: int = 1) -> int:
    """Report a wrong command line; returns the exit status."""
    from tesc.escaping import visible

    sys.stderr.write(f"{_SYNOPSIS} (see '{_PROGRAM} --help')\n{_PROGRAM}: error: {visible(message)}\n")
    return status


def _like(word: str) -> str:
    """The argument that an unknown one resembles, as a question."""
    from tesc.nearest import did_you_mean

    plain = ("--list-backends", "--check-backend", "--guest-trace")
    return did_you_mean(word, [*OUTPUTS, *(f"--{name}" for name in BACKENDS), *_VALUES, *plain])


def _refusal(backend: str, output: str, values: dict[str, str]) -> str | None:
    """Why the script of 2011 rejects this output, in its words."""
    if output == "d" and backend != "dtrace":
        return f"DTrace probe generator not applicable to {backend} backend"
    if output != "stap":
        return None
    if backend != "dtrace":
        return f"SystemTAP tapset generator not applicable to {backend} backend"
    required = ["--binary"]
    if not values["--probe-prefix"]:
        required += ["--target-type", "--target-arch"]
    missing = next((option for option in required if not values[option]), None)
    return f"{missing} is required for SystemTAP tapset generator" if missing else None


def _input() -> bytes:
    from tesc.cli.terminal import standard_input  # it imports more than the rest of this module

    return standard_input()


def _generate(options: Options) -> int:
    tree = parse(Source.from_bytes("<stdin>", _input()))
    unit = resolve([tree])
    dropped = [error for error in tree.errors if error.code == codes.TEXT_AFTER_ITEM]
    lines = [line_of(tree.source, e.span, "warning", e.code, e.message) for e in dropped]
    refused = rejections(unit, "classic")
    lines += [one.line for one in refused]
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    if refused:
        return 1
    text = generate(unit.events, options)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
    return 0
