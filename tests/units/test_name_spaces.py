"""The tables of identifiers, which the rules use, compared with the output of codegen."""

from __future__ import annotations

import re

import pytest

from tesc.codegen.qemu import BACKENDS, generate
from tesc.codegen.qemu.output import Options
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units import name_spaces
from tesc.units.resolve import resolve

EVENT = 'Foo_bar(int a, const char *b) "%d %s"\n'
# Words built from an event's or a group's name that generated code does not define.
NOT_DEFINED = {
    "Foo_bar",  # probes and tracepoints
    "QEMU_FOO_BAR",  # used here, defined by dtrace(1)
}
FILES = re.compile(r"[\"<][\w./-]+[\">]")


def generated(form: str, backend: str) -> str:
    events = resolve((parse(Source("trace-events", EVENT)),)).events
    text, refusals = generate(events, Options(form, (backend,), "grp", "out", "/bin/x", "qemu"))
    assert not refusals
    return text


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("form", ["h", "c", "rs", "ust-events-h"])
def test_all_that_codegen_writes_is_known(form, backend):
    text = FILES.sub("", generated(form, backend))
    words = set(re.findall(r"\w+", text))
    mine = {word for word in words if "foo_bar" in word.lower()} - NOT_DEFINED
    assert mine <= {one.text for one in name_spaces.of_event("Foo_bar")}
    groups = {word for word in words if re.search(r"(^|_)grp(_|$)", word, re.I)}
    assert groups <= {one.text for one in name_spaces.of_group("grp")}


def test_all_that_is_known_is_written():
    """Except for what dtrace(1) generates."""
    outputs = [(form, backend) for form in ("h", "c", "rs", "ust-events-h") for backend in BACKENDS]
    words = {word for output in outputs for word in re.findall(r"\w+", generated(*output))}
    known = {one.text for one in name_spaces.of_event("Foo_bar") + name_spaces.of_group("grp")}
    assert known <= words


def test_names_of_an_event():
    found = {}
    for one in name_spaces.of_event("a__b"):
        found.setdefault(one.output, set()).add(one.text)
    assert found == {
        "C": {
            "trace_a__b",
            "TRACE_A__B",
            "TRACE_A__B_ENABLED",
            "TRACE_A__B_BACKEND_DSTATE",
            "_TRACE_A__B_EVENT",
            "_TRACE_A__B_DSTATE",
        },
        "C with backend simple": {"_simple_trace_a__b"},
        "C with backend dtrace": {"QEMU_A_B", "QEMU_A_B_ENABLED", "qemu_a__b_semaphore"},
        "Rust": {"trace_a__b", "trace_a__b_enabled", "_TRACE_A__B_DSTATE", "qemu_a__b_semaphore"},
    }


def test_names_of_a_group():
    assert [(one.text, one.output) for one in name_spaces.of_group("hw_usb")] == [
        ("hw_usb_trace_events", "C"),
        ("trace_hw_usb_register_events", "C"),
        ("TRACE_HW_USB_GENERATED_TRACERS_H", "C"),
        ("TRACE_HW_USB_GENERATED_UST_H", "C with backend ust"),
    ]


def test_foreign_names_have_spaces_that_events_can_have():
    for one in name_spaces.USED + name_spaces.OF_QEMU:
        assert set(one.spaces) <= set(name_spaces.SPACES)
        prefix = "QEMU_" if one.output.endswith("dtrace") else "trace_"
        assert one.text.startswith(prefix), "no event has such a name"
