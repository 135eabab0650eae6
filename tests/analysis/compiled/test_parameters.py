"""What TE305 claims about parameters: names that it reports fail to compile, others compile.

Each test needs only its own tools; without gcc nothing here runs, and in CI that is a failure.
"""

from __future__ import annotations

import random
import re
import shutil

import pytest

from tesc.analysis.rules import te305_parameter_name_clash as te305
from tesc.units import reserved

C_BACKENDS = ("nop", "log", "simple", "syslog", "ftrace")
# QEMU's osdep.h also includes the headers that the stub includes.
OSDEP = "".join(
    f"#include <{name}.h>\n"
    for name in "assert ctype errno fcntl setjmp signal strings sys/stat sys/time time unistd".split()
)
TAPSETS = ("stap", "log-stap", "simpletrace-stap")


def with_parameter(name: str) -> str:
    """An event with a parameter of this name and a text parameter, so that all functions are called."""
    return f'foo(int {name}, const char *text) "%d %s"\nbar(int a) "%d"\n'


@pytest.mark.parametrize("name", sorted(reserved.C_KEYWORDS))
def test_keywords(name, claims, c_fails):
    # In `nop`, which has no body, some of these names would be allowed.
    assert "it is a keyword (C)" in claims(with_parameter(name), "TE305")
    for backend in ("log", "simple"):
        assert c_fails(with_parameter(name), backend)


@pytest.mark.parametrize("name", sorted(reserved.C_CONSTANTS | reserved.POSIX_CONSTANTS))
def test_macros(name, claims, c_fails):
    assert "it is a macro (C)" in claims(with_parameter(name), "TE305")
    before = OSDEP if name in reserved.POSIX_CONSTANTS else ""
    for backend in ("log", "simple"):
        assert c_fails(with_parameter(name), backend, before=before)


def test_macro_of_32_bits(claims, c_fails):
    if "wrong -m32" in c_fails("a(void)\n", "nop", flags=("-m32",)):
        pytest.skip("there are no 32-bit headers")
    assert "it is a macro (C)" in claims(with_parameter("i386"), "TE305")
    assert c_fails(with_parameter("i386"), "log", flags=("-m32",))


# The names of `_words` that the tests above do not check.
@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, reasons in te305._words(False, False).items()
        if any(output.startswith("C with") for _, output in reasons) and name != "trace_events_enabled_count"
    ),
)
def test_names_that_a_backend_uses(name, claims, request, c_fails):
    said = claims(with_parameter(name), "TE305")
    before = OSDEP if name == "errno" else ""
    for backend in C_BACKENDS:
        claimed = f"C with backend {backend}" in said
        if name == "trace_record_write_str" and backend == "simple":
            assert claimed
        assert bool(c_fails(with_parameter(name), backend, before=before)) == claimed
    if "C with backend ust" in said:
        assert request.getfixturevalue("ust_fails")(with_parameter(name))


@pytest.mark.parametrize("name", ["strlen", "trace_record_write_str", "trace_record_write_u64"])
def test_functions_that_not_every_event_calls(name, claims, c_fails):
    for type_ in ("int", "const char *"):
        text = f"foo({type_} {name})\n"
        assert bool(claims(text, "TE305")) == bool(c_fails(text, "simple"))


@pytest.mark.parametrize(
    ("name", "backends"),
    [
        ("TRACE_FOO_ENABLED", C_BACKENDS),
        ("TRACE_BAR_ENABLED", C_BACKENDS),
        ("TRACE_ROOT_GENERATED_TRACERS_H", C_BACKENDS[1:]),
        ("_TRACE_FOO_EVENT", ("simple",)),
        ("_simple_trace_foo", ("simple",)),
        ("1st", C_BACKENDS),
        ("argtext_len", ("simple",)),
    ],
)
def test_names_of_the_event_and_of_others(name, backends, claims, c_fails):
    assert claims(with_parameter(name), "TE305")
    for backend in C_BACKENDS:
        failed = c_fails(with_parameter(name), backend, group="root")
        assert bool(failed) == (backend in backends)


@pytest.mark.parametrize("name", ["trace_events_enabled_count", "_TRACE_FOO_DSTATE"])
def test_names_that_hide_a_variable(name, claims, c_fails):
    """These names compile, but the function reads its argument instead of the variable."""
    assert "would read the parameter instead" in claims(with_parameter(name), "TE305")
    assert not c_fails(with_parameter(name), "log")
    assert "shadow" in c_fails(with_parameter(name), "log", flags=("-Wshadow",))


@pytest.mark.parametrize(
    ("name", "backends"), [("TRACE_BAR_DSTATE", ("nop", "log")), ("simple_trace_foo", ("simple",))]
)
def test_rust(name, backends, claims, rust_fails):
    assert "Rust" in claims(with_parameter(name), "TE305")
    for backend in backends:
        assert rust_fails(with_parameter(name), backend)


@pytest.mark.parametrize("name", sorted(reserved.STAP_BUILT_IN | reserved.STAP_NOT_ESCAPED))
def test_systemtap(name, claims, stap_fails):
    assert "the SystemTap tapsets" in claims(with_parameter(name), "TE305")
    assert stap_fails(with_parameter(name), *TAPSETS)


@pytest.mark.parametrize(
    ("text", "form", "twice"),
    [
        ("foo(int limit, int limit_)", "stap", " limit_ = "),
        ("foo(int self_, int self)", "stap", " self_ = "),
        ("foo(int counter, int counter_)", "d", "int counter_"),
        ("foo(int argnext__len, const char *next)", "simpletrace-stap", "argnext__len"),
        ("foo(int argname_str, const char *name)", "log-stap", "argname_str"),
    ],
)
def test_names_that_are_spelled_alike(text, form, twice, claims, generated):
    """No tool rejects these names, but one parameter gets the other's value."""
    assert "there (the " in claims(f"{text}\n", "TE305")
    mine = generated(f"{text}\n", form, "dtrace") + generated(f"{text}\n", "stap", "dtrace")
    assert mine.count(twice) >= 2


def test_other_names_compile(claims, request, c_fails):
    """The names in QEMU's events, and random names."""
    chance = random.Random(7)
    plain = """addr size offset value ret name flags index time signal pid class this new main data
        stdin stdout args argc argv event state dev bus irq mask major minor wait likely module
        probe function string limit next self foreach D error log warn fn crate match string_t
        qemu_loglevel trace_foo foo TraceEvent TRACE_FOO QEMU_FOO MIN MAX recs rec_ _rec""".split()
    made = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz_", k=chance.randint(1, 9))) for _ in range(40)]
    names = [n for n in dict.fromkeys(plain + made) if not re.fullmatch(r"_+|text", n)]
    names = [n for n in names if not claims(with_parameter(n), "TE305")]
    assert set(plain) <= set(names)
    text = "".join(f'foo{n}(int {name}, const char *text) "%d %s"\n' for n, name in enumerate(names))
    for backend in C_BACKENDS:
        assert not c_fails(text, backend, before=OSDEP)
    if shutil.which("stap"):
        assert not request.getfixturevalue("stap_fails")(text, *TAPSETS)
    if shutil.which("rustc"):
        assert not request.getfixturevalue("rust_fails")(text, "simple")
