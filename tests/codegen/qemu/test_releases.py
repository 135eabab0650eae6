"""Outputs for every QEMU from 4.2 on.

Goldens of our own inputs always run. If QEMU's history is available, each release's own tracetool is taken
from it, and must generate the same: from these inputs, from some of its own files, and in nightly runs from
all of them.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tesc.cli.tracetool import main
from tesc.units.releases import VERSIONS, Release
from tests.codegen.qemu.reference import Reference, arguments, triples

INPUTS = Path(__file__).parent / "releases" / "inputs"
EXPECTED = Path(__file__).parent / "releases" / "expected"
RELEASES = [Release(version) for version in VERSIONS[:-1]]
NAMES = [release.name for release in RELEASES]
# Releases in which generated code changed.
CHANGED = ("4.2", "5.1", "5.2", "6.0", "7.0", "8.1", "9.1", "10.1", "10.2")
_ALL = "dtrace,ftrace,log,simple,syslog,ust"
GOLDENS = [("h", _ALL), ("c", "simple"), ("d", "dtrace"), ("log-stap", "dtrace"), ("ust-events-h", "ust")]


def named(name: str) -> Release:
    return RELEASES[NAMES.index(name)]


def inputs(release: Release) -> list[Path]:
    """The inputs that a release reads."""
    names = ["common"]
    if not release.has("no-tcg"):
        names.append("properties")
    if not release.has("no-vcpu"):
        names.append("vcpu")
    return [INPUTS / f"{name}.trace-events" for name in names]


def generated(release: Release, options: list[str], path: str, output: Path, capsysbinary) -> bytes | None:
    """What tesc generates with that release's arguments; None if it refuses."""
    has_output = release.has("output-file")
    words = [f"--qemu-release={release.name}", *options, path, *([str(output)] if has_output else [])]
    status = main(words)
    said = capsysbinary.readouterr().out
    if status:
        return None
    return output.read_bytes() if has_output else said


def cases() -> list[tuple[str, str, str, str]]:
    return [
        (name, path.name.partition(".")[0], form, backends)
        for name in CHANGED
        for path in inputs(named(name))
        for form, backends in GOLDENS
    ]


@pytest.mark.parametrize(("name", "group", "form", "backends"), cases())
def test_golden(name, group, form, backends, tmp_path, monkeypatch, capsysbinary, request):
    monkeypatch.chdir(INPUTS)
    release = named(name)
    output = tmp_path / "out"
    options = arguments(form, backends, group)
    made = generated(release, options, f"{group}.trace-events", output, capsysbinary)
    assert made is not None
    # The output's folder differs between runs and checkouts.
    made = made.replace(os.path.relpath(output).encode(), b"out").replace(str(output).encode(), b"out")
    made = b"\n".join(_shown(line) for line in made.split(b"\n"))
    expected = EXPECTED / name / f"{group}.{form}"
    if request.config.getoption("update_goldens"):
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_bytes(made)
    assert made.decode() == expected.read_bytes().decode()


def _shown(line: bytes) -> bytes:
    """A line without the folder of the output's name."""
    names_output = line.startswith(b"#line ") and line.endswith(b'/out"')
    return line[: line.index(b'"')] + b'"out"' if names_output else line


@pytest.fixture(scope="session")
def tree_of(qemu_history, tmp_path_factory):
    """A function that returns the tracetool and the trace-events files of a release, in a folder."""

    def git(*words: str) -> bytes:
        return subprocess.run(
            ["git", f"--git-dir={qemu_history}", *words], capture_output=True, check=True
        ).stdout

    commits = git("log", "--format=%H", "--", "VERSION").decode().split()
    requests = "".join(f"{commit}:VERSION\n" for commit in commits)
    answers = subprocess.run(
        ["git", f"--git-dir={qemu_history}", "cat-file", "--batch=%(objectname)"],
        input=requests.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    # The oldest commit with a version is the one that set it.
    by_version = dict(zip(answers.split("\n")[1::3], commits))

    def extracted(release: Release) -> Path:
        commit = by_version[".".join(map(str, release.version))]
        folder = tmp_path_factory.mktemp(release.name)
        names = git("ls-tree", "-r", "--name-only", commit).decode().split("\n")
        wanted = [name for name in names if name.rpartition("/")[2] == "trace-events"]
        archive = git("archive", commit, "VERSION", "scripts/tracetool", "scripts/tracetool.py", *wanted)
        with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
            opened.extractall(folder, **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
        return folder

    return extracted


def compared(release, files, tree, output, capsysbinary, every=1) -> int:
    """Compare every n-th output of files with the release's own; returns the number of comparisons."""
    reference = Reference(tree / "scripts")
    done = 0
    for number, (file, (form, backends)) in enumerate(
        (file, triple) for file in files for triple in triples(reference.has_rust)
    ):
        if number % every:
            continue
        folder = Path(file).parent.as_posix()
        group = "root" if folder == "." else folder.replace("/", "_").strip("_")
        options = arguments(form, backends, group)
        expected = reference.run([*options, file], output if release.has("output-file") else None)
        output.unlink(missing_ok=True)
        made = generated(release, options, file, output, capsysbinary)
        assert made == expected, f"{release.name}: {file} {form} {backends}"
        assert expected is not None, f"{release.name} refuses its own {file}"
        done += 1
    return done


@pytest.mark.parametrize("name", NAMES)
def test_own_inputs(name, tree_of, tmp_path, monkeypatch, capsysbinary):
    release = named(name)
    monkeypatch.chdir(INPUTS)
    files = [path.name for path in inputs(release)]
    assert compared(release, files, tree_of(release), tmp_path / "out", capsysbinary) >= 26


@pytest.mark.parametrize("name", CHANGED)
def test_a_part_of_the_files_of_a_release(name, tree_of, tmp_path, monkeypatch, capsysbinary):
    release = named(name)
    tree = tree_of(release)
    monkeypatch.chdir(tree)
    files = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("trace-events"))
    assert compared(release, files, tree, tmp_path / "out", capsysbinary, every=29) >= 60


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_all_files_of_a_release(name, tree_of, tmp_path, monkeypatch, capsysbinary):
    release = named(name)
    tree = tree_of(release)
    monkeypatch.chdir(tree)
    files = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("trace-events"))
    assert compared(release, files, tree, tmp_path / "out", capsysbinary) >= 300
