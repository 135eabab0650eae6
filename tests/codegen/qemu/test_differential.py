"""Verdicts and bytes for random events, compared with those of QEMU's own tracetool.

random-events.txt has the tracetool's answers for some of the lines, so that part of this test runs
everywhere. Each of its lines has the indexes in OUTPUTS of the refused outputs, a hash of the others, and
the line of trace-events.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from pathlib import Path

import pytest

from tesc.cli.tracetool import main
from tests.codegen.qemu.random_events import Events
from tests.codegen.qemu.reference import Reference, arguments, triples

KEPT = Path(__file__).with_name("random-events.txt")
OUTPUTS = triples()
# Outputs that refuse what others accept, with backends that make them look at formats and types.
JUDGES = [
    ("h", "nop"),
    ("rs", "log"),
    ("rs", "simple"),
    ("rs", "dtrace"),
    ("stap", "dtrace"),
    ("log-stap", "dtrace"),
    ("ust-events-h", "ust"),
]
SEED = 20260117
# Lines for which tesc knowingly differs, each with its reason: none.
KNOWN: dict[str, str] = {}


def tesc(options: list[str], file: str) -> bytes | None:
    output = Path("out")
    output.unlink(missing_ok=True)
    with contextlib.redirect_stderr(io.StringIO()):
        status = main([*options, file, str(output)])
    assert status == (0 if output.exists() else 1)
    return output.read_bytes() if status == 0 else None


def answers(run, lines: list[str], outputs: list[tuple[str, str]]) -> list[bytes | None]:
    """What `run` generates from a file of these lines, for each output."""
    Path("events").write_bytes("".join(f"{line}\n" for line in lines).encode())
    return [run(arguments(form, backends, "g"), "events") for form, backends in outputs]


def kept(run, line: str) -> str:
    """The answers to a line, as in random-events.txt."""
    made = answers(run, [line], OUTPUTS)
    refused = ",".join(str(at) for at, one in enumerate(made) if one is None)
    digest = hashlib.sha256(b"\0".join(one for one in made if one is not None)).hexdigest()[:16]
    return f"{refused or 'none'} {digest} {json.dumps(line)}"


@pytest.fixture
def reference(qemu_tree):
    called = Reference(qemu_tree / "scripts")
    return lambda options, file: called.run([*options, file], Path("out"))


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_recorded_answers(request):
    events = Events(SEED)
    made = [kept(tesc, events.line()) for _ in range(150)]
    if request.config.getoption("update_goldens"):
        KEPT.write_text("".join(f"{line}\n" for line in made), "utf-8")
    assert made == KEPT.read_text("utf-8").splitlines()


def test_recorded_answers_are_the_references(reference):
    events = Events(SEED)
    assert [kept(reference, events.line()) for _ in range(150)] == KEPT.read_text("utf-8").splitlines()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_compared_with_the_reference(seed, reference):
    """Each line alone for the verdicts, all accepted lines together for the bytes of every output."""
    events = Events(seed)
    count = 20_000 if seed == 2 else 400
    accepted: dict[tuple[str, str], list[str]] = {judge: [] for judge in JUDGES}
    for _ in range(count):
        line = events.line()
        if line in KNOWN:
            continue
        expected = answers(reference, [line], JUDGES)
        assert answers(tesc, [line], JUDGES) == expected, line
        for judge, answer in zip(JUDGES, expected):
            if answer is not None:
                accepted[judge].append(line)
    assert all(count // 4 < len(lines) for lines in accepted.values())
    for form, backends in OUTPUTS:
        # The lines that all judges of the format accept, so that each of its outputs does.
        judged = [set(accepted[one]) for one in JUDGES if one[0] == form]
        lines = [line for line in accepted["h", "nop"] if all(line in one for one in judged)]
        for at in range(0, len(lines), 200):
            part = lines[at : at + 200]
            expected = answers(reference, part, [(form, backends)])
            assert answers(tesc, part, [(form, backends)]) == expected, (form, backends, at)
            assert expected != [None], (form, backends, at)


def test_known_differences_have_a_reason():
    assert all(KNOWN.values())
