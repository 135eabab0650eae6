"""examples/qemu: both ways to add tesc to QEMU's build generate the same bytes as `tesc tracetool`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.cli.main import main

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "qemu"
GROUPS = {
    "root": "../trace-events",
    "net": "../net/trace-events",
    "hw_misc": "../hw/misc/trace-events",
    "qapi_commands_lamp_trace_events": "qapi/qapi-commands-lamp.trace-events",
}
# For each set of backends, the kinds of files of a group.
BUILDS = {
    "nop": ["h", "c"],
    "log": ["h", "c"],
    "log,simple,syslog": ["h", "c", "rs"],
    "dtrace,log": ["h", "c", "rs", "d"],
    "ust,simple": ["h", "c", "ust-events-h"],
}
NAMES = {
    "h": "trace-{}.h",
    "c": "trace-{}.c",
    "rs": "trace-{}.rs",
    "d": "trace-dtrace-{}.dtrace",
    "ust-events-h": "trace-ust-{}.h",
}


class Checkout:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "demo"
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns("build"))
        programs = folder / "bin"
        programs.mkdir()
        for name, words in {"tesc": "", "tesc-tracetool": "tracetool"}.items():
            script = programs / name
            script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tesc {words} "$@"\n')
            script.chmod(0o755)
        # Programs that are installed next to Python, such as meson, are found, too.
        path = [str(programs), os.environ["PATH"], os.path.dirname(sys.executable)]
        self.environment = {**os.environ, "PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)}

    def run(self, *command: str, within: str = ".") -> str:
        done = subprocess.run(
            command, cwd=self.folder / within, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self, backends: str, rust: bool) -> dict[str, bytes]:
        """Build; the generated files' names and contents."""
        options = [f"-Dtrace_backends={backends}", f"-Drust={str(rust).lower()}"]
        self.run("meson", "setup", "build", *options)
        self.run("ninja", "-C", "build", "all", "trace/trace-events-all")
        assert "no work to do" in self.run("ninja", "-C", "build")
        made = self.folder / "build"
        wanted = [*made.glob("trace/trace-*.[hc]"), *made.glob("trace/*.rs"), *made.glob("trace/*.dtrace")]
        # Headers that dtrace(1) generates are not tesc's.
        own = [path for path in wanted if not (path.suffix == ".h" and "trace-dtrace-" in path.name)]
        files = (*own, made / "trace/trace-events-all", *made.glob("*.stp"))
        return {path.relative_to(made).as_posix(): path.read_bytes() for path in files}

    def one_by_one(self, backends: str, formats: list[str]) -> dict[str, bytes]:
        """What `tesc tracetool` generates in the build folder, with the arguments of QEMU's build."""
        wanted = {}
        for group, path in GROUPS.items():
            for form in formats:
                wanted["trace/" + NAMES[form].format(group)] = (form, group, [path])
        if "ust" in backends:
            for form in ("h", "c"):
                wanted[f"trace/trace-ust-all.{form}"] = (f"ust-events-{form}", "all", [*GROUPS.values()])
        if "dtrace" in backends:
            for form, name in {"stap": "demo.stp", "log-stap": "demo-log.stp"}.items():
                wanted[name] = (form, "all", ["trace/trace-events-all"])
        made = {}
        for output, (form, group, paths) in wanted.items():
            before = (self.folder / "build" / output).read_bytes()
            (self.folder / "build" / output).unlink()
            words = [f"--format={form}", f"--backends={backends}", f"--group={group}"]
            tapset = ["--binary=/usr/local/bin/demo", "--probe-prefix=demo"] if "stap" in form else []
            assert main(["tracetool", *words, *tapset, *paths, output]) == 0
            made[output] = (self.folder / "build" / output).read_bytes()
            assert made[output] != b""
            (self.folder / "build" / output).write_bytes(before)
        texts = [(self.folder / "build" / path).read_bytes() for path in GROUPS.values()]
        made["trace/trace-events-all"] = b"".join(texts)
        return made


@pytest.fixture
def checkout(tmp_path, need, skip_without):
    made = Checkout(tmp_path)
    for program, package in {"meson": "meson", "ninja": "ninja-build", "cc": "gcc"}.items():
        if shutil.which(program, path=made.environment["PATH"]) is None:
            skip_without(f"{program} (Debian's package {package})")
    return made


def _command(checkout: Checkout) -> None:
    checkout.run("./apply", ".")


def _target(checkout: Checkout) -> None:
    checkout.run("./apply", "--one-target", ".")


@pytest.mark.parametrize("backends", BUILDS)
@pytest.mark.parametrize("change", [_command, _target])
def test_the_same_bytes(checkout, backends, change, need, skip_without, monkeypatch):
    need("git", "git")
    if "dtrace" in backends:
        need("dtrace", "systemtap-sdt-dev")
    if "ust" in backends:
        lttng = [need("pkg-config", "pkg-config"), "--exists", "lttng-ust"]
        if subprocess.run(lttng).returncode:
            skip_without("LTTng (Debian's package liblttng-ust-dev)")
    change(checkout)
    formats = BUILDS[backends]
    made = checkout.build(backends, "rs" in formats)
    monkeypatch.chdir(checkout.folder / "build")
    assert made == checkout.one_by_one(backends, formats)


def test_undone(checkout):
    files = [checkout.folder / "meson.build", checkout.folder / "trace" / "meson.build"]
    before = [path.read_text() for path in files]
    for change in (_command, _target, _command, _target):
        change(checkout)
        assert [path.read_text() for path in files] != before
        assert checkout.run("./apply", "--undo", ".") != ""
        assert [path.read_text() for path in files] == before
        assert not (checkout.folder / "trace" / "tesc.toml.in").exists()


BLOCK = "# tesc: one target in place of what is skipped below,"


class TestWhatTheUserChanged:
    """Neither applying nor undoing loses an edit of the user's."""

    NAMES = ("meson.build", "trace/meson.build", "trace/tesc.toml.in")

    @pytest.fixture(autouse=True)
    def _tree(self, tmp_path):
        self.tree = tmp_path / "tree"
        shutil.copytree(EXAMPLE, self.tree, ignore=shutil.ignore_patterns("build"))

    def apply(self, *words):
        done = subprocess.run([EXAMPLE / "apply", *words, self.tree], capture_output=True, text=True)
        assert "Traceback" not in done.stderr
        return done.returncode

    def files(self):
        return {n: (self.tree / n).read_bytes() for n in self.NAMES if (self.tree / n).exists()}

    def edit(self, name, before, after):
        path = self.tree / name
        text = path.read_bytes()
        assert text.count(before) == 1
        path.write_bytes(text.replace(before, after))

    @pytest.mark.parametrize("words", [[], ["--one-target"]])
    def test_around_what_is_applied(self, words):
        self.edit("meson.build", b"tracetool = [\n", b"# mine, in Latin-1: caf\xe9\r\ntracetool = [\n")
        self.edit("trace/meson.build", b"if 'simple' in", b"message('mine')\nif 'simple' in")
        before = self.files()
        assert self.apply(*words) == 0
        for name in self.NAMES[:2]:
            with open(self.tree / name, "ab") as file:
                file.write(b"# and mine after it\n")
        assert self.apply("--undo") == 0
        assert self.files() == {name: text + b"# and mine after it\n" for name, text in before.items()}

    def test_in_the_lines_that_are_skipped(self):
        before = self.files()
        assert self.apply("--one-target") == 0
        mine = (b"  trace_ss.add(trace_h, trace_c)\n", b"  trace_ss.add(trace_h, trace_c) # mine\n")
        self.edit("trace/meson.build", *mine)
        assert self.apply("--undo") == 0
        before["trace/meson.build"] = before["trace/meson.build"].replace(*mine)
        assert self.files() == before

    @pytest.mark.parametrize(
        ("words", "name", "line"),
        [
            ([], "meson.build", b"find_program('tesc-tracetool'),"),
            (["--one-target"], "trace/meson.build", BLOCK.encode()),
            (["--one-target"], "trace/meson.build", b"if false # tesc: as it was\n"),
            (["--one-target"], "trace/meson.build", b"endif # tesc\n"),
            (["--one-target"], "trace/meson.build", b"trace_outputs = [ 'trace-events-all' ]\n"),
        ],
    )
    @pytest.mark.parametrize("then", [["--undo"], [], ["--one-target"]])
    def test_in_what_was_applied(self, words, name, line, then):
        assert self.apply(*words) == 0
        self.edit(name, line, b"# mine\n" + line[:-2] + b" ")
        before = self.files()
        assert self.apply(*then) == 1 and self.files() == before

    @pytest.mark.parametrize("then", [["--undo"], [], ["--one-target"]])
    def test_in_the_configuration(self, then):
        """docs/how-to/qemu-build.md says to put your own sections there."""
        assert self.apply("--one-target") == 0
        before = self.files()["trace/tesc.toml.in"] + b'\n[[unit]]\npath = "../../trace-events"\n'
        (self.tree / "trace/tesc.toml.in").write_bytes(before)
        assert self.apply(*then) == 0
        assert self.files()["trace/tesc.toml.in"] == before

    @pytest.mark.parametrize("words", [[], ["--undo"], ["--one-target"]])
    def test_a_file_of_the_name_of_ours(self, words):
        (self.tree / "trace/tesc.toml.in").write_bytes(b"# mine\n")
        assert self.apply(*words) == (1 if words == ["--one-target"] else 0)
        assert self.files()["trace/tesc.toml.in"] == b"# mine\n"

    def test_links_stay(self):
        (self.tree / "meson.build").rename(self.tree / "real")
        (self.tree / "meson.build").symlink_to("real")
        assert self.apply() == 0 and (self.tree / "meson.build").is_symlink()
        assert b"tesc-tracetool" in (self.tree / "real").read_bytes()


# Releases whose build differs from the previous one in the lines on tracing.
TREES = ("5.2.0", "6.2.0", "7.2.0", "8.2.0", "9.0.0", "10.1.0", "10.2.0")


@pytest.mark.parametrize("version", TREES)
def test_real_trees(version, qemu_history, tmp_path):
    def git(*words):
        command = ["git", f"--git-dir={qemu_history}", *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    log = git("log", "--format=%H", "--reverse", f"-S{version}", "--", "VERSION").split()
    commit = next(one for one in log if git("show", f"{one}:VERSION").strip() == version)
    names = ("meson.build", "trace/meson.build")
    before = {name: git("show", f"{commit}:{name}") for name in names}
    (tmp_path / "trace").mkdir()

    def written():
        return {name: (tmp_path / name).read_text() for name in names}

    def apply(*words):
        return subprocess.run([EXAMPLE / "apply", *words, tmp_path], capture_output=True, text=True)

    for name, text in before.items():
        (tmp_path / name).write_text(text)
    assert apply().returncode == 0
    changed = written()["meson.build"].splitlines()
    line = next(at for at, one in enumerate(changed) if "find_program('tesc-tracetool')" in one)
    assert changed[line - 1] == "tracetool = ["
    old = version in ("5.2.0", "6.2.0")
    # The tool that generated code for the translator still does.
    assert ("tracetool_of_qemu, '--group=root'" in written()["trace/meson.build"]) == old
    assert apply("--undo").returncode == 0 and written() == before
    done = apply("--one-target")
    assert done.returncode == int(old)
    if old:
        assert "no loop over trace_events_subdirs and qapi_trace_events; nothing is changed" in done.stderr
    else:
        made = written()["trace/meson.build"]
        assert "@" not in re.sub(r"@(INPUT|OUTPUT|OUTDIR|DEPFILE|SOURCE_ROOT|[01])@", "", made)
        assert before["trace/meson.build"].split("if 'simple' in")[1] in made
        assert ("have_rust" in made) == (version == "10.2.0")
    assert apply("--undo").returncode == 0 and written() == before


@pytest.mark.parametrize("change", [_command, _target])
def test_the_program_traces(checkout, change, need):
    need("git", "git")
    change(checkout)
    checkout.build("log,simple", False)
    printed = checkout.run("build/demo", "-trace", "*").splitlines()
    assert [line for line in printed if not line.startswith("lamp_reset dev 0x")] == [
        "demo_main argc 3",
        "lamp_write addr 0x10 value 0x40 size 4",
        "lamp_level 0 -> 64",
        "socket_send host 'house.example' port 1883 length 7",
    ]
    decoded = checkout.run("tesc", "decode", "trace-demo", "--events", "build/trace/trace-events-all")
    assert decoded.splitlines() == printed


def test_one_target_takes_one_run(checkout):
    _target(checkout)
    checkout.build("log", False)
    path = checkout.folder / "net/trace-events"
    path.write_text(path.read_text().replace('"fd %d"', '"on %d"'))
    built = checkout.run("ninja", "-C", "build", "-v")
    assert built.count("tesc gen") == 1
    # The event is disabled, so its text is in no header.
    assert "net_socket.c.o" not in built
