"""What TE103, TE105 and TE108 claim about events, checked against the compilers' errors."""

from __future__ import annotations

import re

import pytest

from tesc.units import name_spaces, reserved
from tesc.units.compat import STAP_RESERVED_WORDS

TAPSETS = ("stap", "log-stap", "simpletrace-stap")
C_BACKENDS = ("nop", "log", "simple", "syslog", "ftrace")


@pytest.mark.parametrize("second", ["foo_enabled(int a)", "foo_enabled(void)"])
def test_an_event_and_its_state(second, claims, dtrace_fails, rust_fails, c_fails):
    text = f'foo(int a) "%d"\n{second}\n'
    said = claims(text, "TE103")
    assert "TRACE_FOO_ENABLED in C," in said
    assert "QEMU_FOO_ENABLED in C with backend dtrace" in said
    assert "trace_foo_enabled in Rust" in said
    # If no backend tests whether the event is on, nothing clashes in C.
    assert [backend for backend in C_BACKENDS if c_fails(text, backend)] == [*C_BACKENDS[1:]]
    assert dtrace_fails(text)
    assert rust_fails(text, "nop")


@pytest.mark.parametrize(
    "name", [one.text for one in name_spaces.USED if one.output == "C"], ids=lambda name: name
)
@pytest.mark.parametrize("parameters", ["void", "int a", "int a, const char *b"])
def test_names_that_all_c_uses(name, parameters, claims, c_fails):
    text = f"{name[len('trace_') :]}({parameters})\n"
    assert f"{name} in C" in claims(text, "TE103")
    assert all(c_fails(text, backend) for backend in C_BACKENDS)


@pytest.mark.parametrize("name", [one.text for one in name_spaces.USED if "simple" in one.output])
def test_names_that_the_simple_backend_uses(name, claims, c_fails):
    text = f"{name[len('trace_') :]}(int a)\n"
    assert f"{name} in C with backend simple" in claims(text, "TE103")
    assert [backend for backend in C_BACKENDS if c_fails(text, backend)] == ["simple"]


@pytest.mark.parametrize("event", ["event_state_is_enabled", "event_state_is", "events_enabled_count"])
def test_names_that_rust_uses(event, claims, rust_fails):
    text = f"{event}(int a)\n"
    assert "in Rust" in claims(text, "TE103")
    assert rust_fails(text, "nop")


@pytest.mark.parametrize("name", [one.text for one in name_spaces.OF_QEMU if "dtrace" in one.output])
def test_macros_of_qemu(name, claims, dtrace_fails):
    event = name[len("QEMU_") :].lower()
    assert f"{name} in C with backend dtrace" in claims(f"{event}(int a)\n", "TE103")
    for macro in (name, f"{name}(a, b)"):
        assert dtrace_fails(f"{event}(int a)\n", before=f"#define {macro} something\n")


@pytest.mark.parametrize("name", [one.text for one in name_spaces.OF_QEMU if one.output == "C"])
def test_functions_of_qemu(name, claims, c_fails):
    event = name[len("trace_") :]
    assert f"{name} in C" in claims(f"{event}(int a)\n", "TE103")
    assert c_fails(f"{event}(int a)\n", "nop", before=f"void *{name}(const void *, _Bool);\n")


@pytest.mark.parametrize(
    ("text", "group", "backends"),
    [
        ("g_register_events(int a)", "g", C_BACKENDS),
        ("trace_events(void)", "trace", C_BACKENDS),
        ("g_generated_tracers_h(void)", "g", C_BACKENDS[1:]),
        # What the fixtures call right.
        ("msi(int a)\nmsi_backend_dstate(void)\nmsi_event(int a)\nmsi_dstate(void)", "g", ()),
        ("simple_trace_msi(int a)\nmsi(void)\nmsi_semaphore(int a)\nenabled(void)", "g", ()),
        ("g_trace_events(void)\ngenerated_tracers_h(void)\ntrace_foo(int a)\nfoo(int a)", "g", ()),
    ],
)
def test_names_of_the_group(text, group, backends, c_fails):
    assert [b for b in C_BACKENDS if c_fails(f"{text}\n", b, group=group)] == list(backends)


@pytest.mark.parametrize("text", ["a__b(int a)\n", "a__b(void)\na_b(void)\n", "__a(void)\n"])
def test_double_underscores(text, claims, dtrace_fails):
    assert "as '-'" in claims(text, "TE108")
    assert dtrace_fails(text)


@pytest.mark.parametrize("name", ["linux", "unix", "true", "NULL", "EOF", "INT_MAX"])
def test_macros_cannot_be_probes(name, claims, dtrace_fails):
    assert "it is a macro" in claims(f"{name}(int a)\n", "TE105")
    assert dtrace_fails(f"{name}(int a)\n")


@pytest.mark.parametrize("name", ["0", "9p_open", "1_"])
def test_names_with_a_digit_cannot_be_probes(name, claims, stap_fails, c_fails):
    assert "begins with a digit" in claims(f"{name}(int a)\n", "TE105")
    assert stap_fails(f"{name}(int a)\n", "stap")
    assert not c_fails(f"{name}(int a)\n", "simple")


def test_systemtap_keywords_can_be_probes(stap_fails, dtrace_fails):
    words = sorted(STAP_RESERVED_WORDS | reserved.STAP_BUILT_IN | reserved.STAP_NOT_ESCAPED)
    text = "".join(f"{word}(int a)\n" for word in words)
    assert not stap_fails(text, *TAPSETS)
    assert not dtrace_fails(text)


def test_the_tables_have_everything_that_codegen_defines(generated):
    """An event's header, source and module define exactly the identifiers in the tables."""
    texts = [generated("foo(int a)\n", form, backend) for form in ("h", "c", "rs") for backend in C_BACKENDS]
    found = {word for text in texts for word in re.findall(r"\b\w*foo\w*\b", text, re.I)}
    found |= {word for text in texts for word in re.findall(r"\b(?:\w*_)?g_\w+|\w*_G_\w*", text)}
    known = {one.text for one in (*name_spaces.of_event("foo"), *name_spaces.of_group("g"))}
    assert found - {"foo", "trace_g_register_events_at_start"} <= known
