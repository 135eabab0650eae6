"""Outputs with `compat` "fixed": right where QEMU's tracetool is wrong."""

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


class TestC:
    @pytest.mark.parametrize(
        ("event", "length"),
        [
            ('(char const *a) "%s"', "a ? MIN(strlen(a), MAX_TRACE_STRLEN) : 0"),
            ('(char *a) "%.3s"', "a ? MIN(strnlen(a, 3), MAX_TRACE_STRLEN) : 0"),
            ('(unsigned char *a) "%s"', "a ? MIN(strlen((const char *)a), MAX_TRACE_STRLEN) : 0"),
        ],
    )
    def test_text_in_simpletrace_records(self, event, length):
        assert f"size_t arga_len = {length};" in text("c", "simple", f"lamp{event}\n")

    def test_a_precision_from_an_argument(self):
        made = text("c", "simple", 'lamp(int n, char *a) "%.*s"\n')
        assert "strnlen(a, (int)n < 0 ? MAX_TRACE_STRLEN : (size_t)n)" in made

    @pytest.mark.parametrize("type_", ["char *", "const char *", "char **"])
    def test_an_address_is_a_number(self, type_):
        made = text("c", "simple", f'lamp({type_}a) "%p"\n')
        assert "trace_record_write_u64(&rec, (uintptr_t)(uint64_t *)a);" in made

    def test_types_that_dtrace_reads(self):
        made = text(
            "d", "dtrace", 'lamp(long long int a, signed char b, const unsigned char *c) "%lld %d %p"\n'
        )
        assert "probe lamp(int64_t a,int8_t b,unsigned char const * c);" in made

    def test_a_byte_is_widened_for_its_probe(self):
        made = text("h", "dtrace", 'lamp(uint8_t a, char b, bool c, short d, char *e) "%u %d %d %d %p"\n')
        assert "QEMU_LAMP((unsigned)a, (int)b, (unsigned)c, d, e);" in made


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

    def test_text_is_read_no_further_than_it_is_printed(self):
        assert fields('lamp(const char *s) "%.4s"\n') == [
            'ctf_sequence_text(char, s, s ? s : "", size_t, s ? strnlen(s, 4) : 0)'
        ]
        assert fields('lamp(int n, unsigned char *s) "%.*s"\n')[1] == (
            'ctf_sequence_text(char, s, s ? (const char *)s : "", size_t, '
            "s ? strnlen((const char *)s, (int)n < 0 ? INT_MAX : (int)n) : 0)"
        )

    def test_fields_are_in_an_order_that_babeltrace2_reads(self):
        assert fields('lamp(int _x, int y, int x) "%d %d %d"\n') == [
            "ctf_integer(int, y, y)",
            "ctf_integer(int, x, x)",
            "ctf_integer(int, _x, _x)",
        ]
        # The length of a text with a precision is a field, too.
        assert fields('lamp(const char *s, int s_length) "%.4s %d"\n')[0].startswith(
            "ctf_integer(int, s_length"
        )

    def test_a_name_that_lttng_does_not_accept(self):
        unit = resolve([parse(Source("trace-events", f'{"a" * 251}(int a) "%d"\n'))])
        made = [
            generate(unit.events, Options("ust-events-h", ("ust",), "g", "out", compat=compat))[1]
            for compat in ("fixed", "qemu")
        ]
        assert [len(rejections) for rejections in made] == [1, 0]

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
    def test_conversions_that_systemtap_supports(self, c, stap):
        assert printed(f'lamp(int a) "{c}"\n') == stap

    @pytest.mark.parametrize(
        ("event", "argument"),
        [
            ('(int a) "%x"', "(a & 0xffffffff)"),
            ('(int8_t a) "%hhx"', "(a & 0xff)"),
            ('(int a) "%hx"', "(a & 0xffff)"),
            ('(uint8_t a) "%x"', "a"),
            ('(int a) "%d"', "a"),
            ('(uint32_t a) "%d"', "(((a & 0xffffffff) ^ 0x80000000) - 0x80000000)"),
            ('(int8_t a) "%" PRIx8', "(a & 0xffffffff)"),
            ('(long a) "%lx"', "a"),
            ('(uint64_t a) "%" PRIx64', "a"),
            ('(char a) "%c"', "(a & 0xff)"),
            ('(const char *a) "%s"', "__tesc_a_text"),
            ('(unsigned char *a) "%p"', "a"),
        ],
    )
    def test_numbers_are_truncated_as_in_c(self, event, argument):
        (line,) = [
            line for line in text("log-stap", "log", f"lamp{event}\n").splitlines() if "printf" in line
        ]
        assert line.partition("gettimeofday_ns(), ")[2] == f"{argument})"

    def test_text_is_read_no_further_than_it_is_printed(self):
        made = text("log-stap", "log", 'lamp(int n, const char *a, const char *b) "%.*s %.3s"\n')
        assert "user_string_n(a, (n < 0 || n > 512 ? 512 : n))" in made
        assert "user_string_n(b, 3)" in made

    def test_escapes_that_systemtap_supports(self):
        assert printed(r'lamp(int a) "\033[1m\e %d\a\x7f\?\t\\"' + "\n") == r"\033[1m\033 %d\007\177?\t\\"

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
