"""A rule reports whatever QEMU's own outputs get wrong for the harness's events."""

from __future__ import annotations

import re

import pytest

from tests.e2e.outputs import RUNTIME, STRICT, called, copied, declared, lines, output, refused, run
from tests.e2e.program import c_program, rust_program
from tests.e2e.rust_build import crates, linked

LTTNG = re.compile(r"TRACEPOINT_EVENT\(\n   qemu,\n   (\w+),\n(.*?)\n\)\n", re.S)
FIELD = re.compile(r"ctf_(string|sequence_text|integer_hex|integer)\((?:char, |[^,]*, (?=\w+, \w+\)))?(\w+)")
SIMPLE = re.compile(r"^void _simple_trace_(\w+)\(.*?\)\n\{\n(.*?)^\}", re.S | re.M)
LOG_LINE = re.compile(r'^    printf\("%d@%d (\w+) (.*)\\n", pid\(\), gettimeofday_ns\(\)(.*)\)$', re.M)
PROBE = re.compile(r"^probe (\w+)\((.*)\);$", re.M)


@pytest.fixture
def both(tmp_path):
    """A function that returns an output twice: as QEMU has it, and corrected."""

    def make(form: str, backend: str) -> tuple[str, str]:
        texts = []
        for compat in ("qemu", "fixed"):
            output(form, (backend,), tmp_path / compat, compat=compat)
            texts.append((tmp_path / compat).read_text())
        return texts[0], texts[1]

    return make


def differing(pattern: re.Pattern[str], texts: tuple[str, str], meaning=str) -> set[str]:
    """The events that differ between two outputs."""
    old, new = ({name: meaning(part) for name, part in pattern.findall(text)} for text in texts)
    return {name for name in new if old[name] != new[name]}


def test_fields_of_lttng(both, reported):
    def fields(text: str) -> list[tuple[str, str]]:
        return sorted(FIELD.findall(text))

    wrong = differing(LTTNG, both("ust-events-h", "ust"), fields)
    codes = {"TE414", "TE416", "TE419", "TE432", "TE433"}
    silent = {name for name in wrong if not reported.get(name, set()) & codes}
    # All are reported, except for a flag `#`, which TE408 reports.
    assert {name for name in silent if "TE408" not in reported.get(name, ())} == set()
    assert "t46_uint64_t" in wrong and "m164" in wrong


def test_records_of_simpletrace(both, reported):
    wrong = differing(SIMPLE, both("c", "simple"))
    assert {name for name in wrong if not reported.get(name, set()) & {"TE419", "TE432"}} == set()
    assert {"s137", "s143", "m166"} <= wrong


def test_types_of_the_dtrace_provider(both, reported):
    wrong = differing(PROBE, both("d", "dtrace"))
    assert {name for name in wrong if "TE419" not in reported.get(name, ())} == set()
    assert {"x190_long_long_int", "t54_signed_char"} <= wrong


def test_lines_of_log_tapsets(both, reported):
    def printed(text: str) -> dict[str, tuple[str, str]]:
        found = {}
        for name, form, arguments in LOG_LINE.findall(text):
            # A length modifier, another variable name, or a byte's mask make no difference.
            names = re.sub(r"__tesc_(\w+?)_text", r"arg\1_str", arguments)
            form = re.sub(r"%([-+ #0-9.]*)l", r"%\1", form)
            found[name] = form, re.sub(r"\((\w+) & 0xff\)", r"\1", names) if "%c" in form else names
        return found

    old, new = map(printed, both("log-stap", "log"))
    wrong = {name for name in new if old[name] != new[name]}
    codes = {"TE305", "TE413", "TE419", "TE421", "TE430", "TE432", "TE437"}
    assert {name for name in wrong if not reported.get(name, set()) & codes} == set()
    assert {name for name in wrong if "TE437" in reported[name]} >= {"t02_int8_t", "t31_int32_t", "t75_int"}
    assert {name for name in reported if name and "TE437" in reported[name]} <= wrong


def test_text_from_rust(reported, tmp_path, need, rustc):
    """The output of a program that is linked with QEMU's version of the module: run, not only compiled."""
    left_out = refused("rs", ("log",), "qemu")
    # QEMU's function takes a string for an address.
    left_out |= {
        event.name
        for event in declared()
        if any(one.type == "const char *" and not one.is_text for one in event.parameters)
    }
    assert {name for name in left_out if not reported.get(name, set()) & {"TE421", "TE432"}} == set()
    some = [event for event in declared() if event.name not in left_out]
    names = {event.name for event in some}
    copied(tmp_path)
    for form, suffix in (("h", "h"), ("c", "c"), ("rs", "rs")):
        output(form, ("log",), tmp_path / f"trace-e2e.{suffix}", compat="qemu", events=names)
    (tmp_path / "main.c").write_text(c_program(some, 64))
    (tmp_path / "main.rs").write_text(rust_program(some, "qemu"))
    gcc = [need("gcc", "gcc"), *STRICT]
    run(*gcc, "main.c", "trace-e2e.c", RUNTIME, "-o", "c-program", cwd=tmp_path)
    run(*gcc, "-c", "trace-e2e.c", "-o", "traced.o", cwd=tmp_path)
    run(*gcc, "-c", RUNTIME, "-o", "runtime.o", cwd=tmp_path)
    crates(tmp_path, rustc)
    allowed = ("-Anon_snake_case", "-Anon_upper_case_globals")
    linked(tmp_path, rustc, "main.rs", "program", ("traced", "runtime"), "trace-e2e.rs", *allowed)
    run("./program", cwd=tmp_path, environment={"LOG_FILE": "log"})
    run("./c-program", cwd=tmp_path, environment={"EXPECTED": "expected"})
    made = [(event.name, call) for event, call in called() if event.name in names]
    wanted = [
        (name, line) for line, (name, call) in zip(lines(tmp_path / "expected"), made) if None not in call
    ]
    found = lines(tmp_path / "log", b"\n")
    assert len(found) == len(wanted)
    wrong = {name for line, (name, text) in zip(found, wanted) if line != text}
    assert wrong == {name for name in names if "TE439" in reported.get(name, ())}
    assert {"t02_int8_t", "t03_int8_t", "t19_int16_t"} <= wrong


def test_members_that_spoil_a_trace(reported):
    assert {name for name, codes in reported.items() if "TE434" in codes} >= {"x203_pair", "x204_pair"}
    assert len(declared()) > 200
