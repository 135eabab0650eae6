"""LTTng: a session without a kernel, read back by babeltrace2's own Python bindings, field by field."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.declared import shown
from tests.e2e.outputs import HERE, MULTIARCH, RUNTIME, STRICT, called, copied, declared, output, run
from tests.e2e.program import c_program

HEX = 16
DECIMAL = 10
TEXT = 0


@pytest.fixture(scope="module")
def session(need, tmp_path_factory):
    """A function that runs a program in a session of its own, and gives the folder of its trace."""
    home = tmp_path_factory.mktemp("lttng")
    lttng, daemon = need("lttng", "lttng-tools"), need("lttng-sessiond", "lttng-tools")
    environment = {"LTTNG_HOME": str(home), "LTTNG_UST_REGISTER_TIMEOUT": "-1"}
    process = subprocess.Popen(
        [daemon, "--no-kernel", f"--pidfile={home / 'sessiond.pid'}"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_it_answers(lttng, environment)

        def traced(program: Path) -> Path:
            name = f"tesc-e2e-{os.getpid()}"
            folder = program.parent / "trace"
            run(lttng, "create", name, f"--output={folder}", environment=environment)
            try:
                run(lttng, "enable-event", "-u", "qemu:*", "-s", name, environment=environment)
                run(lttng, "start", name, environment=environment)
                run(program, environment=environment, timeout=60)
                run(lttng, "stop", name, environment=environment)
            finally:
                run(lttng, "destroy", name, environment=environment)
            return folder

        yield traced
    finally:
        process.terminate()
        process.wait(30)


def _until_it_answers(lttng: str, environment: dict[str, str]) -> None:
    for _ in range(100):
        done = subprocess.run([lttng, "list"], env={**os.environ, **environment}, capture_output=True)
        if done.returncode == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError(done.stderr)


@pytest.fixture(scope="module")
def fields(session, need, skip_without, tmp_path_factory):
    """The events of the program's trace, as `ctf_fields.py` has them."""
    if subprocess.run(["/usr/bin/python3", "-c", "import bt2"], capture_output=True).returncode:
        skip_without("babeltrace2's Python bindings (Debian's package python3-bt2)")
    folder = tmp_path_factory.mktemp("ust")
    copied(folder)
    output("ust-events-h", ("ust",), folder / "trace-ust-all.h", "all")
    output("ust-events-c", ("ust",), folder / "trace-ust-all.c", "all")
    output("h", ("ust",), folder / "trace-all.h", "all")
    output("c", ("ust",), folder / "trace-all.c", "all")
    shutil.copyfile(folder / "trace-all.h", folder / "trace-e2e.h")
    (folder / "main.c").write_text(c_program(list(declared()), 64))
    files = ["main.c", "trace-all.c", "trace-ust-all.c", RUNTIME]
    program = folder / "program"
    flags = [*STRICT, *MULTIARCH, "-fsanitize=undefined", "-fno-sanitize-recover=all"]
    run(need("gcc", "gcc"), *flags, *files, "-o", program, "-llttng-ust", "-ldl", cwd=folder)
    trace = session(program)
    done = run("/usr/bin/python3", "-B", HERE / "ctf_fields.py", trace)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_field_has_its_value_and_base(fields):
    assert len(fields) == len(called())
    assert [name for name, _ in fields] == [f"qemu:{event.name}" for event, _ in called()]
    before: dict[str, set[str]] = {}
    wrong = [
        (event.name, call, found)
        for (event, call), (_, found) in zip(called(), fields)
        if not _agrees(event, call, {field[0]: field[1:] for field in found}, before)
    ]
    assert wrong == []


def _agrees(event, call, found, before) -> bool:
    for at, parameter in enumerate(event.parameters):
        if parameter.name not in found:
            return False
        value, base, signed = found[parameter.name]
        if parameter.is_text:
            text = shown(event, call, at)
            # LTTng records NULL as "(null)", and nothing of it where the length is counted.
            wanted = (
                ("" if parameter.precision else "(null)") if text is None else text.decode("utf-8", "replace")
            )
            seen = before.setdefault(f"{event.name}.{parameter.name}", set())
            # babeltrace2 2.0.4 shows an empty text as that of an earlier event.
            if base != TEXT or (value != wanted and not (wanted == "" and value in seen)):
                return False
            seen.add(value)
        elif (value, base, signed) != _number(parameter, call[at]):
            return False
    return True


def _number(parameter, sent: int) -> tuple[int, int, bool]:
    """Value, base and sign as the format prints them; narrow types keep their own sign."""
    bits = parameter.bits(64)
    if parameter.is_pointer:
        return sent, HEX, False
    signed = parameter.is_signed
    if bits >= 32 and parameter.letter in ("d", "i", "u"):
        signed = parameter.letter != "u"
    value = sent & ((1 << bits) - 1)
    if signed and value >> (bits - 1):
        value -= 1 << bits
    return value, HEX if parameter.letter in ("x", "X") else DECIMAL, signed
