"""Every output for inputs of our own, byte for byte.

`pytest tests/codegen/qemu --update-goldens` writes the expected files again; read the diff.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tesc.cli.tracetool import main

HERE = Path(__file__).parent
INPUTS = HERE / "inputs"
EXPECTED = HERE / "expected"
GROUPS = sorted(path.name for path in INPUTS.iterdir())

BACKENDS = ("nop", "dtrace", "ftrace", "log", "simple", "syslog", "ust")
# Also each backend alone: pairs whose parts run always and only while switched on, `nop` among
# others, an order that is nobody's, and all that can be together.
COMBINATIONS = (
    "log,simple",
    "simple,dtrace",
    "syslog,nop,ust,log",
    "dtrace,ftrace,log,simple,syslog,ust",
)
COMBINED = ("plain", "crlf", "disabled", "nothing")
_FORMATS = {
    **dict.fromkeys(("h", "rs"), BACKENDS),
    "c": ("nop", "simple"),  # of these backends, `simple` alone defines something
    **dict.fromkeys(("d", "stap", "log-stap", "simpletrace-stap"), ("dtrace",)),
    **dict.fromkeys(("ust-events-c", "ust-events-h"), ("ust",)),
}


def outputs() -> list[tuple[str, str, str]]:
    """Group, format and backends of every golden."""
    alone = [(g, form, backends) for g in GROUPS for form in _FORMATS for backends in _FORMATS[form]]
    return alone + [(g, form, c) for g in COMBINED for form in ("c", "h", "rs") for c in COMBINATIONS]


def golden(group: str, form: str, backends: str) -> Path:
    """The file that holds an output. Beside it, `.refused` holds the messages where there is none."""
    return EXPECTED / group / f"{backends.replace(',', '+')}.{form}"


def arguments(group: str, form: str, backends: str) -> list[str]:
    """The options that ask for an output."""
    found = [f"--format={form}", f"--backends={backends}", f"--group={group}"]
    if "stap" in form:
        found += ["--binary=/usr/bin/lamp", "--probe-prefix=lamp.model"]
    return found


OUTPUT = "out"  # what `#line` names in every golden


def generate(work: Path, group: str, form: str, backends: str) -> bytes | None:
    """The output as a build in the input's own folder makes it; None where it is refused."""
    output = work / OUTPUT
    output.unlink(missing_ok=True)
    status = main([*arguments(group, form, backends), "trace-events", OUTPUT])
    assert status == (0 if output.exists() else 1)
    return output.read_bytes() if output.exists() else None


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A working directory into which `use` copies an input."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def use(work: Path, group: str) -> None:
    shutil.copyfile(INPUTS / group / "trace-events", work / "trace-events")


@pytest.mark.parametrize(("group", "form", "backends"), outputs())
def test_output(group, form, backends, work, capsys, request):
    use(work, group)
    made = generate(work, group, form, backends)
    expected = golden(group, form, backends)
    if made is None:
        expected = expected.with_name(expected.name + ".refused")
        made = capsys.readouterr().err.encode()
    else:
        assert capsys.readouterr() == ("", "")
    if request.config.getoption("update_goldens"):
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_bytes(made)
    assert expected.exists(), f"run with --update-goldens, then read {expected}"
    assert made.decode() == expected.read_bytes().decode()


def test_no_golden_is_left_over():
    known = {golden(*output).relative_to(EXPECTED) for output in outputs()}
    found = {path.relative_to(EXPECTED) for path in EXPECTED.rglob("*") if path.is_file()}
    stems = {path.with_suffix("") if path.suffix == ".refused" else path for path in found}
    assert stems == known
    assert len(found) == len(known), "an output has both a text and a refusal"


@pytest.mark.parametrize("form", [form for form in _FORMATS if form not in ("h", "rs")])
def test_formats_without_slots_do_not_depend_on_the_backend(form, work):
    """So one golden serves them all."""
    first, *others = [backend for backend in BACKENDS if (form, backend) != ("c", "simple")]
    for group in GROUPS:
        use(work, group)
        text = generate(work, group, form, first)
        assert [generate(work, group, form, backend) == text for backend in others] == [True] * len(others)


def test_several_files_become_one_group(work):
    """As QEMU's build makes trace-events-all: each event keeps its own file's place."""
    for group in ("plain", "crlf"):
        shutil.copyfile(INPUTS / group / "trace-events", work / f"{group}.trace-events")
    inputs = [f"{group}.trace-events" for group in ("plain", "crlf")]
    assert main([*arguments("both", "h", "log"), *inputs, OUTPUT]) == 0
    text = (work / OUTPUT).read_text()
    assert text.index("trace_lamp_reset(void)") < text.index("trace_crlf_void(void)")
    assert '#line 4 "plain.trace-events"' in text
    assert '#line 3 "crlf.trace-events"' in text
