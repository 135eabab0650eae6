"""All trace-events files of a QEMU checkout, each as its own group: each output read by its tool.

Outputs are generated as QEMU has them, and corrected.

Nightly runs take the whole tree, others every twentieth file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.units.groups import group_of
from tesc.workspace import Workspace
from tests.e2e.outputs import MULTIARCH, RUNTIME, STRICT, TEXT_BACKENDS, run
from tests.e2e.rust_build import crates

BACKENDS = (*TEXT_BACKENDS, "dtrace")
# The tapsets that meson installs, and the backends that the reference has for Rust.
TAPSETS = ("stap", "log-stap", "simpletrace-stap")
RUST = ("log", "syslog", "ftrace", "simple", "dtrace")


class Group:
    """The events of one file, and the folder for their outputs."""

    def __init__(self, name: str, events: list, folder: Path, compat: str) -> None:
        self.name = name
        self.events = events
        self.enabled = [event for event in events if not event.disabled]
        self.folder = folder / name
        self.compat = compat
        self.folder.mkdir()

    def output(self, form: str, backends: tuple[str, ...], name: str, group: str | None = None) -> Path:
        path = self.folder / name
        options = Options(
            format=form,
            backends=backends,
            group=group or self.name,
            output=name,
            binary=str(self.folder / "program"),
            probe_prefix="qemu",
            compat=self.compat,
        )
        text, rejections = generate(self.events, options)
        assert rejections == [], (self.name, form)
        path.write_text(text)
        return path

    def run(self, *command: object, **options):
        return run(*command, cwd=self.folder, **options)


@pytest.fixture(scope="module", params=["fixed", "qemu"])
def groups(request, qemu_tree, tmp_path_factory) -> list[Group]:
    """The groups of the tree, with their C outputs for all tracers."""
    folder = tmp_path_factory.mktemp("tree")
    step = 1 if request.config.getoption("nightly") else 20
    made = []
    for file in sorted(find_files(str(qemu_tree)))[::step]:
        name = group_of(os.path.relpath(file, qemu_tree))
        workspace = Workspace(Overrides(profile="qemu"))
        workspace.add_file(file)
        workspace.resolve()
        (unit,) = workspace.units
        made.append(Group(name, unit.events, folder, request.param))
    return made


@pytest.fixture(scope="module")
def sources(groups, need) -> list[Group]:
    """The groups with their C sources and headers, and dtrace(1)'s header."""
    dtrace = need("dtrace", "systemtap-sdt-dev")
    for group in groups:
        group.output("h", BACKENDS, f"trace-{group.name}.h")
        group.output("c", BACKENDS, f"trace-{group.name}.c")
        group.output("d", ("dtrace",), "probes.d")
        (group.folder / "main.c").write_text(main_of(group))
        if group.enabled:  # QEMU's build also calls dtrace(1) for files without probes
            group.run(dtrace, "-h", "-s", "probes.d", "-o", f"trace-dtrace-{group.name}.h")
        else:
            (group.folder / f"trace-dtrace-{group.name}.h").write_text("")
    return groups


def main_of(group: Group) -> str:
    """A program that calls each event once."""
    calls = [
        f"    trace_{event.name}({', '.join(f'({type_})zero' for type_, _ in event.parameters)});"
        for event in group.events
    ]
    head = [
        '#include "qemu/osdep.h"',
        f'#include "trace-{group.name}.h"',
        "volatile char zero;",
        "int main(void)",
        "{",
    ]
    return "\n".join([*head, *calls, "    return 0;", "}", ""]).replace("*)zero", "*)(intptr_t)zero")


def failing(groups: list[Group], check: Callable[[Group], None]) -> dict[str, str]:
    """The groups for which a tool refuses an output, and the tool's message."""
    wrong = {}
    for group in groups:
        try:
            check(group)
        except AssertionError as refused:
            wrong[group.name] = str(refused)
    return wrong


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_c_compiles(machine, sources, need):
    gcc = need("gcc", "gcc")

    def compiles(group: Group) -> None:
        group.run(gcc, machine, "-fsyntax-only", *STRICT, *MULTIARCH, f"trace-{group.name}.c", "main.c")

    assert failing(sources, compiles) == {}
    print(f"{len(sources)} groups, {sum(len(group.events) for group in sources)} events, {machine}")


def test_lttng_provider_compiles(groups, need):
    gcc = need("gcc", "gcc")

    def compiles(group: Group) -> None:
        for form, name in (("ust-events-h", "trace-ust-all.h"), ("ust-events-c", "trace-ust-all.c")):
            group.output(form, ("ust",), name, "all")
        for form in ("h", "c"):
            group.output(form, ("ust",), f"trace-all.{form}", "all")
        group.run(gcc, "-fsyntax-only", *STRICT, *MULTIARCH, "trace-all.c", "trace-ust-all.c")

    assert failing(groups, compiles) == {}
    print(f"{len(groups)} groups for LTTng")


def test_tapsets(sources, stap, need):
    """Each is parsed alone, and all probes of a group are found in a program that has them."""
    gcc, dtrace = need("gcc", "gcc"), need("dtrace", "systemtap-sdt-dev")

    def is_read(group: Group) -> None:
        folder = group.folder / "tapsets"
        folder.mkdir()
        for form in TAPSETS:
            group.output(form, ("dtrace" if form == "stap" else "log",), f"tapsets/{form}.stp")
        if not group.enabled:
            return  # stap refuses an empty script, but not an empty file in a folder of tapsets
        for form in TAPSETS:
            stap("-p1", folder / f"{form}.stp")
        files = ["main.c", f"trace-{group.name}.c", RUNTIME, "probes.o"]
        group.run(dtrace, "-G", "-s", "probes.d", "-o", "probes.o")
        group.run(gcc, *STRICT, *MULTIARCH, "-O1", *files, "-o", "program")
        every = [f"probe qemu.{event.name} {{}}" for event in group.enabled]
        script = "\n".join(["probe qemu.log.* {}", "probe qemu.simpletrace.* {}", *every])
        # Without -u, stap leaves out probes that do nothing.
        done = stap("-u", "-I", folder, "-p2", "-e", script)
        assert b"error" not in done.stderr, done.stderr
        resolved = re.findall(rb"^process\(.*\.statement\(", done.stdout, re.M)
        assert len(resolved) == 3 * len(group.enabled)

    assert failing(sources, is_read) == {}
    full = [group for group in sources if group.enabled]
    probes = sum(len(group.enabled) for group in full)
    empty = len(sources) - len(full)
    print(f"{3 * len(full)} tapsets, {probes} probes resolved three ways, {empty} groups empty")


def test_rust(groups, rustc, tmp_path):
    edition = [rustc, "--edition", "2021", "--crate-type", "rlib"]
    crates(tmp_path, rustc)

    def compiles(group: Group) -> None:
        path = group.output("rs", RUST, f"trace-{group.name}.rs")
        (group.folder / "lib.rs").write_text(f'mod traced {{ include!("{path}"); }}\n')
        allowed = ["-Dwarnings", "-Adead_code", "-Aunused"]
        if group.compat == "qemu":  # QEMU's modules use C's names without allowing the lints
            allowed += ["-Anon_snake_case", "-Anon_upper_case_globals"]
        libraries = ["-L", tmp_path, "--extern", "util", "--extern", "trace"]
        group.run(*edition, *allowed, "--emit=metadata", "lib.rs", *libraries)

    assert failing(groups, compiles) == {}
    print(f"{len(groups)} modules of Rust")


def test_names_are_those_of_the_files(groups):
    """What is generated is what is declared: this test reads the declarations without tesc."""
    for group in groups:
        if not group.events:
            continue
        text = group.output("h", ("nop",), "names.h").read_text()
        assert re.findall(r"^static inline void trace_(\w+)\(", text, re.M) == [e.name for e in group.events]
