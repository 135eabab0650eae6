"""Outputs with `compat` "fixed": right where those of QEMU's tracetool are wrong."""

from __future__ import annotations

import pytest

from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.codegen.qemu.rust_fixed import fixed_type
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve


def text(form: str, backend: str, events: str, compat: str = "fixed") -> str:
    unit = resolve([parse(Source("trace-events", events))])
    assert unit.events
    made, refusals = generate(unit.events, Options(form, (backend,), "g", "out", "b", "p", compat=compat))
    assert refusals == []
    return made


def fields(events: str, compat: str = "fixed") -> list[str]:
    """LTTng's fields."""
    return [
        line.strip() for line in text("ust-events-h", "ust", events, compat).splitlines() if "ctf_" in line
    ]


def printed(events: str, compat: str = "fixed") -> str:
    """What the log tapset prints of one event."""
    (line,) = [line for line in text("log-stap", "log", events, compat).splitlines() if "printf" in line]
    return line.split('"')[1].partition("lamp ")[2].removesuffix("\\n")


def rust_format(events: str, backend: str = "log") -> str:
    (line,) = [line for line in text("rs", backend, events).splitlines() if "format_string =" in line]
    return line.partition("= ")[2].removesuffix(";")


class TestRust:
    @pytest.mark.parametrize(
        ("c", "rust"),
        [
            ("unsigned long", "std::ffi::c_ulong"),
            ("long unsigned int", "std::ffi::c_ulong"),
            ("signed char", "std::ffi::c_schar"),
            ("char", "std::ffi::c_char"),
            ("signed", "std::ffi::c_int"),
            ("uint16_t", "u16"),
            ("intptr_t", "isize"),
            ("void *", "*mut ()"),
            ("const void *", "*const ()"),
            ("char **", "*mut *mut std::ffi::c_char"),
            ("const char **", "*mut *const std::ffi::c_char"),
            ("const char*", "*const std::ffi::c_char"),
            ("char *const *", "*const *mut std::ffi::c_char"),
            ("long short", None),
            ("hwaddr", None),
        ],
    )
    def test_types(self, c, rust):
        assert fixed_type(c) == rust

    @pytest.mark.parametrize("type_", ["const char *", "const char*", "char const *", "const char  *"])
    def test_any_spelling_of_text_is_text(self, type_):
        made = text("rs", "simple", f'lamp({type_}name) "%s"\n')
        assert "pub fn trace_lamp(_name: &std::ffi::CStr)" in made
        assert "_simple_trace_lamp(_name.as_ptr())" in made

    def test_text_that_is_written_to_is_not(self):
        assert "_name: *mut std::ffi::c_char)" in text("rs", "simple", 'lamp(char *name) "%s"\n')

    @pytest.mark.parametrize(
        ("backend", "literal"),
        [("log", 'c"lamp %d\\n"'), ("ftrace", 'c"lamp %d\\n"'), ("syslog", 'c"lamp %d"')],
    )
    def test_strings_are_those_of_c(self, backend, literal):
        assert rust_format('lamp(int a) "%d"\n', backend) == literal

    @pytest.mark.parametrize(
        ("c", "rust"),
        [
            (r'"a\tb \"q\" \\ %d"', r"a\tb \"q\" \\ %d"),
            (r'"\033[1m %d \a\x7f\?"', r"\x1b[1m %d \x07\x7f?"),
            (r'"\u00e9 %d"', r"\u{00e9} %d"),
            ('"é %d"', "é %d"),
            ('"%" PRIx64 " %" PRIuPTR " %" PRIdMAX', "%llx %zu %jd"),
            ('"at " TARGET_FMT_plx', "at %016llx"),
        ],
    )
    def test_escapes_and_macros(self, c, rust):
        assert rust_format(f"lamp(int a) {c}\n") == f'c"lamp {rust}\\n"'


class TestLttng:
    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            (
                '(char a, short b, signed char c) "%c %d %d"',
                ["ctf_integer(char, a, a)", "ctf_integer(short, b, b)"],
            ),
            ('(int a, int b) "%-5d %+d"', ["ctf_integer(int, a, a)", "ctf_integer(int, b, b)"]),
            ('(int w, const char *s) "%*s"', ["ctf_integer(int, w, w)", "ctf_string(s, s)"]),
            ('(uint64_t a) "0x%016" PRIx64', ["ctf_integer_hex(uint64_t, a, a)"]),
            (
                '(uint64_t a, int b) "%" PRIu64 "%d"',
                ["ctf_integer(uint64_t, a, a)", "ctf_integer(int, b, b)"],
            ),
            ('(unsigned a, long b) "%d %lu"', ["ctf_integer(int, a, a)", "ctf_integer(unsigned long, b, b)"]),
            ('(uint8_t a) "%d"', ["ctf_integer(uint8_t, a, a)"]),
            ('(int a, int b) "%d %% 100%%"', ["ctf_integer(int, a, a)", "ctf_integer(int, b, b)"]),
            (
                '(char **v, const char *p) "%p %p"',
                ["ctf_integer_hex(char **, v, v)", "ctf_integer_hex(const char *, p, p)"],
            ),
            ('(ptrdiff_t a) "%td"', ["ctf_integer(ptrdiff_t, a, a)"]),
            (
                '(int a, unsigned b) "%2$x %1$d"',
                ["ctf_integer(int, a, a)", "ctf_integer_hex(unsigned, b, b)"],
            ),
            ("(int a)", ["ctf_integer(int, a, a)"]),
        ],
    )
    def test_every_argument_has_its_field(self, event, expected):
        found = fields(f"lamp{event}\n")
        assert found[: len(expected)] == expected
        assert len(found) == event.partition(")")[0].count(",") + 1

    def test_disabled_events_are_left_out(self):
        events = 'lamp(int a) "%d"\ndisable off(int b) "%d"\n'
        assert len(fields(events)) == 1
        assert "off" not in text("ust-events-h", "ust", events)
        assert len(fields(events, "qemu")) == 2


class TestTapsets:
    @pytest.mark.parametrize(
        ("c", "stap"),
        [
            ("%hd %hhx %td %jd %zi", "%d %x %d %d %i"),
            ("%lli %#llx %zX %-8lld %lo", "%i %#x %X %-8d %o"),
            ("%-10.3s %*d 100%%", "%-10.3s %*d 100%%"),
            ('%" PRIx64 " %08" PRIu32 "', "%x %08u"),
            (r"tab\t %5zu", r"tab\t %5u"),
        ],
    )
    def test_conversions_that_systemtap_takes(self, c, stap):
        assert printed(f'lamp(int a) "{c}"\n') == stap

    def test_the_reference_leaves_some(self):
        assert printed('lamp(int a) "%hd %lli %zX"\n', "qemu") == "%hd %lli %zX"

    @pytest.mark.parametrize(("form", "line"), [("stap", "  private_ = $arg1;"), ("log-stap", ", private_)")])
    def test_a_word_that_systemtap_reserves(self, form, line):
        assert line in text(form, "dtrace", 'lamp(int private) "%d"\n')


@pytest.mark.parametrize("form", ["h", "c", "d", "ust-events-c"])
def test_other_outputs_are_the_same(form):
    events = 'lamp(unsigned long a, const char *b) "%lu %s"\ndisable off(char c) "%c"\n'
    backend = "dtrace" if form == "d" else "log"
    assert text(form, backend, events) == text(form, backend, events, "qemu")
