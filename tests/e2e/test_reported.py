"""What QEMU's own outputs get wrong of the harness's events, a rule reports."""

from __future__ import annotations

import re

import pytest

from tesc.analysis.check import check
from tesc.analysis.registry import selected
from tesc.file_settings import Overrides
from tesc.workspace import Workspace
from tests.e2e.declared import EVENTS
from tests.e2e.outputs import declared, output

LTTNG = re.compile(r"TRACEPOINT_EVENT\(\n   qemu,\n   (\w+),\n(.*?)\n\)\n", re.S)
FIELD = re.compile(r"ctf_(string|sequence_text|integer_hex|integer)\((?:char, |[^,]*, (?=\w+, \w+\)))?(\w+)")
SIMPLE = re.compile(r"^void _simple_trace_(\w+)\(.*?\)\n\{\n(.*?)^\}", re.S | re.M)
PROBE = re.compile(r"^probe (\w+)\((.*)\);$", re.M)


@pytest.fixture(scope="module")
def reported():
    """The rules that report something of an event, by its name."""
    workspace = Workspace(Overrides(profile="qemu"))
    workspace.add_file(str(EVENTS / "trace-events"))
    workspace.resolve()
    found: dict[str, set[str]] = {}
    for one in check(workspace.units, selected((), ()), workspace.settings, {}):
        found.setdefault(one.event, set()).add(one.code)
    return found


@pytest.fixture
def both(tmp_path):
    """A function that gives an output as QEMU has it, and as it is right."""

    def make(form: str, backend: str) -> tuple[str, str]:
        texts = []
        for compat in ("qemu", "fixed"):
            output(form, (backend,), tmp_path / compat, compat=compat)
            texts.append((tmp_path / compat).read_text())
        return texts[0], texts[1]

    return make


def differing(pattern: re.Pattern[str], texts: tuple[str, str], meaning=str) -> set[str]:
    """The events of which two outputs have different parts."""
    old, new = ({name: meaning(part) for name, part in pattern.findall(text)} for text in texts)
    return {name for name in new if old[name] != new[name]}


def test_fields_of_lttng(both, reported):
    def fields(text: str) -> list[tuple[str, str]]:
        return sorted(FIELD.findall(text))

    wrong = differing(LTTNG, both("ust-events-h", "ust"), fields)
    codes = {"TE414", "TE416", "TE419", "TE432", "TE433"}
    silent = {name for name in wrong if not reported.get(name, set()) & codes}
    # No format says how they are shown, and a flag `#` is TE408's.
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


def test_members_that_spoil_a_trace(reported):
    assert {name for name, codes in reported.items() if "TE434" in codes} >= {"x203_pair", "x204_pair"}
    assert len(declared()) > 200
