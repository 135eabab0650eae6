"""The build recipes of examples/project, each run by the real tool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "project"

PRINTED = """\
heater_on 2000 W
heater_sensor_read 20000 mC
heater_sensor_read 60000 mC
heater_off off
net_send kettle/state, 7 bytes
"""

# Debian's package for each program; meson is also on PyPI.
PACKAGES = {"make": "make", "ninja": "ninja-build", "meson": "meson", "cmake": "cmake", "cc": "gcc"}
# For each recipe: the programs, the commands that set up the build, and the one that builds.
RECIPES = {
    "make": (("make",), [], ["make"]),
    "ninja": (("ninja",), [], ["ninja"]),
    "meson": (("meson", "ninja"), [["meson", "setup", "build"]], ["ninja", "-C", "build"]),
    "cmake with make": (("cmake", "make"), [["cmake", "-B", "build"]], ["cmake", "--build", "build"]),
    "cmake with ninja": (
        ("cmake", "ninja"),
        [["cmake", "-GNinja", "-B", "build"]],
        ["cmake", "--build", "build"],
    ),
}


class Project:
    """A copy of the example, and a tesc that counts how often it runs."""

    def __init__(self, folder: Path, build: list[str]) -> None:
        self.folder = folder / "project"
        self.build_command = build
        self._log = folder / "runs"
        shutil.copytree(PROJECT, self.folder, ignore=shutil.ignore_patterns("build"))
        script = folder / "bin" / "tesc"
        script.parent.mkdir()
        script.write_text(f'#!/bin/sh\necho run >> "{self._log}"\nexec "{sys.executable}" -m tesc "$@"\n')
        script.chmod(0o755)
        # Programs that are installed next to Python, such as meson, are found, too.
        path = [str(script.parent), os.environ["PATH"], os.path.dirname(sys.executable)]
        self.environment = {**os.environ, "PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)}
        self.environment.pop("MAKEFLAGS", None)
        self.environment.pop("CMAKE_GENERATOR", None)

    def run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self) -> int:
        """Build; returns how often tesc ran."""
        self._log.write_text("")
        self.run(*self.build_command)
        return len(self._log.read_text().splitlines())

    def kettle(self) -> str:
        return self.run("build/kettle")

    def write(self, name: str, text: str) -> None:
        # Builds compare times, and a file system's times may be coarse.
        time.sleep(0.05)
        (self.folder / name).write_text(text)

    def objects(self) -> dict[str, int]:
        """When each object file was compiled."""
        return {path.name: path.stat().st_mtime_ns for path in self.folder.glob("build/**/*.o")}


@pytest.fixture(params=RECIPES)
def project(request, tmp_path, need, skip_without):
    programs, setup, build = RECIPES[request.param]
    made = Project(tmp_path, build)
    for program in (*programs, "cc"):
        if shutil.which(program, path=made.environment["PATH"]) is None:
            skip_without(f"{program} (Debian's package {PACKAGES[program]})")
    for command in setup:
        made.run(*command)
    return made


def test_builds_once(project):
    assert project.build() == 1
    assert project.kettle() == PRINTED
    assert project.build() == 0
    assert project.build() == 0


def test_an_included_file_that_changes(project):
    project.build()
    project.write("heater/sensor.inc", 'sensor_read(int millidegrees) "now %d mC"\n')
    assert project.build() == 1
    assert project.kettle() == PRINTED.replace("read ", "read now ")
    assert project.build() == 0


def test_a_comment_does_not_rebuild_forever(project):
    project.build()
    project.write("net/trace-events", (project.folder / "net/trace-events").read_text() + "# The end.\n")
    assert project.build() == 1
    assert project.build() == 0
    assert project.kettle() == PRINTED


def test_the_configuration_is_an_input(project):
    project.build()
    project.write("tesc.toml", "disable = ['heater_sensor_*']\n" + (PROJECT / "tesc.toml").read_text())
    assert project.build() == 1
    assert "sensor" not in project.kettle()
    assert project.build() == 0


# CMake's makefiles never forget a depfile's dependencies of a second output.
@pytest.mark.parametrize("project", [name for name in RECIPES if name != "cmake with make"], indirect=True)
def test_a_removed_included_file(project):
    """The depfile has an empty rule for each input, so make does not fail if one is removed."""
    project.build()
    project.write("heater/trace-events", 'heater_on(unsigned watts) "%u W"\nheater_off(void) "off"\n')
    os.unlink(project.folder / "heater/sensor.inc")
    project.write(
        "heater/heater.c",
        (PROJECT / "heater/heater.c").read_text().replace("trace_heater_sensor_read", "(void)"),
    )
    assert project.build() == 1
    assert "sensor" not in project.kettle()
    assert project.build() == 0


@pytest.mark.parametrize("project", ["ninja", "meson"], indirect=True)
def test_unchanged_outputs_are_not_compiled_again(project):
    project.build()
    before = project.objects()
    project.write("heater/sensor.inc", 'sensor_read(int millidegrees) "now %d mC"\n')
    project.build()
    after = project.objects()
    changed = {name for name, at in after.items() if before[name] != at}
    assert all("heater" in name for name in changed), changed
    assert changed


def test_formats_are_checked_by_the_compiler(tmp_path, need):
    """And the compiler's messages name the trace-events file, wherever the build runs."""
    project = Project(tmp_path, [])
    project.write("net/trace-events", 'net_send(const char *topic, size_t length) "%d, %zu bytes"\n')
    (project.folder / "build").mkdir()
    command = [sys.executable, "-m", "tesc", "gen", "-q", "--root=..", "--out=."]
    subprocess.run(command, cwd=project.folder / "build", env=project.environment, check=True)
    gcc = [need("gcc", "gcc"), "-Wall", "-I..", "-I../runtime", "-I.", "-fsyntax-only", "../net/net.c"]
    done = subprocess.run(gcc, cwd=project.folder / "build", capture_output=True, text=True)
    assert "../net/trace-events:1:" in done.stderr
