"""The shell tracetool of QEMU 0.14 and 1.0: goldens of our own input, and the scripts themselves.

The scripts are taken from QEMU's history, if available, and run on the events of their own release.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tesc.cli.tracetool_classic import main
from tesc.codegen.classic import BACKENDS, OUTPUTS, RELEASES

INPUT = Path(__file__).parent / "classic" / "trace-events"
EXPECTED = Path(__file__).parent / "classic" / "expected"
# The commits that set VERSION to 0.14's first candidate and to 1.0, and their numbers of events.
COMMITS = {
    "qemu-0.14": ("0e192fae3c79e7d2830f8b1fa694cd8e128084cf", 169),
    "qemu-1.0": ("1c8a881daaca6fe0646a425b0970fb3ad25f6732", 469),
}
STAP = ["--binary", "/usr/bin/qemu", "--target-type", "system", "--target-arch", "i386"]
CASES = [
    (release, backend, option)
    for release, known in RELEASES.items()
    for backend in BACKENDS
    for option, output in OUTPUTS.items()
    if output in known.outputs and (backend == "dtrace" or output not in ("d", "stap"))
]


def generated(release, backend, option, path, monkeypatch, capfdbinary):
    monkeypatch.setattr("tesc.cli.tracetool_classic._input", path.read_bytes)
    words = [f"--{backend}", option, "--release", release, *(STAP if option == "--stap" else [])]
    status = main(words)
    made = capfdbinary.readouterr()
    assert (status, made.err) == (0, b"")
    return made.out


@pytest.mark.parametrize(("release", "backend", "option"), CASES)
def test_goldens(release, backend, option, monkeypatch, capfdbinary, request):
    made = generated(release, backend, option, INPUT, monkeypatch, capfdbinary)
    golden = EXPECTED / f"{release}-{backend}.{OUTPUTS[option]}"
    if request.config.getoption("update_goldens"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(made)
    assert made == golden.read_bytes()


@pytest.fixture(scope="session")
def originals(qemu_history, tmp_path_factory):
    """Each release's script and events, in a folder with its name."""
    folder = tmp_path_factory.mktemp("originals")
    for release, (commit, _) in COMMITS.items():
        (folder / release).mkdir()
        for path in ("scripts/tracetool", "trace-events"):
            command = ["git", f"--git-dir={qemu_history}", "show", f"{commit}:{path}"]
            text = subprocess.run(command, capture_output=True, check=True).stdout
            (folder / release / Path(path).name).write_bytes(text)
    return folder


def original(folder, backend, option, events):
    words = [f"--{backend}", option, *(STAP if option == "--stap" else [])]
    # Not sh: with dash, whose echo changes backslashes, 0.14's script was wrong.
    command = ["bash", str(folder / "tracetool"), *words]
    return subprocess.run(command, input=events, capture_output=True).stdout


@pytest.mark.parametrize("events", ["own", "own, all enabled", "ours"])
@pytest.mark.parametrize(("release", "backend", "option"), [case for case in CASES if case[0] in COMMITS])
def test_the_script_itself_gives_the_same(
    release, backend, option, events, originals, tmp_path, monkeypatch, capfdbinary
):
    folder = originals / release
    text = (INPUT if events == "ours" else folder / "trace-events").read_bytes()
    if events != "ours":
        assert len(re.findall(rb"^(?:disable )?[a-z].*\"", text, re.M)) == COMMITS[release][1]
    if events == "own, all enabled":
        text = re.sub(rb"^disable ", b"", text, flags=re.M)
    path = tmp_path / "trace-events"
    path.write_bytes(text)
    made = generated(release, backend, option, path, monkeypatch, capfdbinary)
    expected = original(folder, backend, option, text)
    if release == "qemu-0.14" and backend == "ust":
        # One comma too many, which no compiler accepts.
        expected = expected.replace(b'", );', b'");')
    assert made == expected
