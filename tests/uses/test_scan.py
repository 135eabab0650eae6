"""What is found in a single file, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.syntax.source import Source
from tesc.uses.scan import RUST, C, language_of, scan

ROOT = Path(__file__).parents[2]


def texts_of(pieces: str, most: int = 40) -> st.SearchStrategy[str]:
    """Texts of these pieces, which are separated by spaces and escaped as in Python."""
    known = [piece.encode("ascii").decode("unicode_escape") for piece in pieces.split()]
    return st.lists(st.sampled_from(known), max_size=most).map("".join)


def in_function(body: str) -> str:
    return f"void f(void)\n{{\n{body}\n}}\n"


def found(text: str, language: str = C) -> list[tuple[str, str]]:
    return [(use.kind, use.name) for use in scan(text, language)]


class TestKinds:
    @pytest.mark.parametrize(
        ("code", "uses"),
        [
            ("trace_a_b(1);", [("call", "a_b")]),
            ("trace_a\n  (1);", [("call", "a")]),
            ("if (x) trace_a(); else trace_b();", [("call", "a"), ("call", "b")]),
            ("return trace_a();", [("call", "a")]),
            ("cb = trace_a;", [("reference", "a")]),
            ("if (TRACE_A_ENABLED) x();", [("state", "A")]),
            ("if (trace_event_get_state(TRACE_A)) x();", [("state", "A")]),
            ("if (trace_event_get_state_backends( TRACE_A )) x();", [("state", "A")]),
            ("if (QEMU_A_B_ENABLED()) x();", [("state", "A_B")]),
            ("if (my_trace_test(TRACE_A)) x();", [("state", "A")]),
            # A plain constant is not a use.
            ("printf(fmt, TRACE_A); x = TRACE_A;", []),
            (
                "s->trace_a(); s.trace_b(); my_trace_c(); TRACE(trace_); Xtrace_d(); étrace_e();",
                [("pasted", "*")],
            ),
            ("trace_event_get_state_dynamic_by_id(x); trace_init_file(); trace_opt_parse(y);", []),
            ("glue(trace_io_, x)(1); strcat(trace_file, b);", [("pasted", "io_*"), ("reference", "file")]),
            ('"trace_a()"; // trace_b()\n/* trace_c() */', []),
        ],
    )
    def test_in_a_function(self, code, uses):
        assert found(in_function(code)) == uses

    def test_what_is_declared_by_hand(self):
        text = (
            "void trace_a(int x);\nstatic inline void *trace_b(void)\n{\n}\n"
            "#define trace_c(x) do {} while (0)\n#undef TRACE_D_ENABLED\n"
        )
        assert found(text) == [("declaration", name) for name in ("a", "b", "c", "D_ENABLED")]

    def test_a_call_is_one_even_where_its_function_is_unknown(self):
        assert found("DEFINE_IT = trace_a(1) trace_b(2); else trace_c(3);")[0] == ("call", "a")
        assert found("; else trace_c(3);") == [("call", "c")]

    PASTING = (
        "#define A(op, x...) trace_##op##_start(x); trace_io_ ## op(x)\n"
        "#define B(op) (TRACE_##op##_ENABLED)\n"
        "#define C(op) trace_vm_##op##_x##op\n"
        "#define D(op) do_trace_##op; op##_trace_x; x_##trace_a\n"
    )

    def test_pasted_names_that_stay_unknown(self):
        text = self.PASTING + in_function("A(f(x)); B(-1); p = C; D(*)")
        assert [(use.name, use.capitals, use.function) for use in scan(text, C)] == [
            ("*_start", False, "A"),
            ("io_*", False, "A"),
            ("*", True, "B"),
            ("vm_*_x*", False, "C"),
        ]

    def test_pasted_names_are_known_by_the_words_that_macros_are_called_with(self):
        text = self.PASTING + in_function("A(read, 1);\nif (B(READ)) C( vm );\n#if 0\nA(no);\n#endif\n")
        uses = scan(text, C)
        assert [(use.kind, use.name, use.word, use.line, use.dead) for use in uses] == [
            ("call", "read_start", "read", 7, False),
            ("call", "io_read", "read", 7, False),
            ("state", "READ", "READ", 8, False),
            ("reference", "vm_vm_xvm", "vm", 8, False),
            ("call", "no_start", "no", 10, True),
            ("call", "io_no", "no", 10, True),
        ]
        for use in uses:
            assert (
                text[use.start : use.end] == text[slice(use.name_span.start, use.name_span.end)] == use.word
            )
            assert use.function == "f"
        assert uses[1].renamed("io_write") == "write"
        assert uses[1].renamed("vm_write") is None and uses[1].renamed("io_") is None
        assert uses[2].renamed("write") == "WRITE"

    @pytest.mark.parametrize(
        ("macros", "code", "uses"),
        [
            # Through one more macro, and another one.
            ("#define T(n) trace_##n()\n#define U(n) T(n)\n#define V(n) U(dev_##n)", "V(x); U(y)", "dev_x y"),
            ("#define U(n) T(n)\n#define T(n) trace_##n()", "U(x)", "x"),
            ("#define T(n, ...) (trace_##n)(__VA_ARGS__)\n#define U(...) T(x, __VA_ARGS__)", "U(1)", "x"),
            # A macro that calls its argument, another macro, with several words.
            ("#define T(n) trace_##n();\n#define ALL(X) X(one) X(two)", "ALL(T)", "one two"),
            ("#define T(n) trace_##n();\n#define ALL(X) X(one) X(two)", "", ""),
            ("#define T(n) glue(trace_, n)()", "T(x)", "x"),
            # Macros that call themselves, or each other.
            ("#define T(n) trace_##n() T(n)", "T(x)", "* x"),
            ("#define T(n) trace_##n() U(n)\n#define U(n) T(n)", "U(x)", "x"),
            (
                "#define T(n) trace_##n()\n#define U(n) T(a##n)\n#define T2 U\n#define W(n) U(n##n) W(n)",
                "",
                "a*",
            ),
            # Unknown names.
            ("#define T(n) trace_##n()", "T(", "*"),
            ("#define T(n) trace_##n()", "T(a b)", "*"),
            ("#define T(n) trace_##n()\n#define U T", "U(x)", "*"),
            ("#define T(n, m) trace_##m()", "T(x)", "*"),
            ("#define T(n) glue(trace_, NAME)()", "T(x)", "*"),
            ("#undef T\n#ifdef T\n#endif\n#if defined(T)\n#endif\n#define T(n) trace_##n()", "", ""),
        ],
    )
    def test_pasting(self, macros, code, uses):
        found = scan(f"{macros}\n{in_function(code)}", C)
        assert sorted(use.name for use in found) == uses.split()

    @pytest.mark.parametrize(
        ("code", "uses"),
        [
            ("trace::trace_a(1, x);", [("call", "a")]),
            ("trace_a(b'x', \"trace_b()\");", [("call", "a")]),
            ("if trace_a_enabled() {}", [("state", "a")]),
            ("trace_a_enabled(1); trace_enabled();", [("call", "a_enabled"), ("call", "enabled")]),
            ("use trace::{trace_a, trace_b};", [("reference", "a"), ("reference", "b")]),
            ("self.trace_a(); trace_b!(1); trace_c != d;", [("reference", "c")]),
            ("fn trace_a(x: u8) {}", [("declaration", "a")]),
        ],
    )
    def test_in_rust(self, code, uses):
        assert found(f"fn f() {{ {code} }}", RUST) == uses

    def test_generated_code_is_not_a_use(self):
        header = "/* This file is autogenerated by tracetool, do not edit. */\n"
        assert scan(header + in_function("trace_a();"), C) == []

    @pytest.mark.parametrize("path", sorted((ROOT / "tests/codegen").rglob("expected/*/*.[ch]"))[::9])
    def test_code_that_tesc_generates_is_not_a_use(self, path):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        assert [use for use in scan(text, C) if use.kind == "call"] == []


class TestPlaces:
    def test_of_a_call(self):
        (use,) = scan("int f(void)\n{\n  (void)0, trace_a_b(1);\n}", C)
        assert (use.start, use.end, use.name_start, use.line, use.column) == (25, 34, 31, 3, 12)
        assert (use.span.start, use.span.end) == (25, 34)
        assert (use.name_span.start, use.name_span.end) == (31, 34)

    def test_of_a_state_test(self):
        for text in ("int f(void) { return TRACE_AB_ENABLED; }", "int f(void) { return QEMU_AB_ENABLED(); }"):
            (use,) = scan(text, C)
            assert text[use.name_span.start : use.name_span.end] == "AB"
            assert text[use.start : use.end].endswith("AB_ENABLED")

    def test_of_a_pasted_name(self):
        text = "#define X(a) trace_io_##a() + trace_##a()\nint i = X(*);\n"
        first, second = scan(text, C)
        assert text[first.name_span.start : first.name_span.end] == "io_"
        assert second.name_span.start == second.name_span.end == second.end

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_are_those_of_sources(self, end):
        text = f"/* é */{end}void f(void) {{{end}  trace_a();{end}{end} trace_b(); trace_c();{end}}}"
        source = Source("a.c", text)
        for use in scan(text, C):
            assert (use.line, use.column) == source.place(use.start)
        assert [use.line for use in scan(text, C)] == [3, 5, 5]


class TestFunctions:
    @pytest.mark.parametrize(
        ("head", "name"),
        [
            ("void f(void)", "f"),
            ("static void coroutine_fn GRAPH_RDLOCK\nf(int a, void (*cb)(int x), int b[2])", "f"),
            ("int f(void) __attribute__((unused))", "f"),
            ("static G_GNUC_PRINTF(1, 2) int f(const char *fmt, ...)", "f"),
            ("static void TSA_REQUIRES(lock) f(void) TSA_NO_TSA", "f"),
            ("void HELPER(f)(CPUState *env)", "HELPER(f)"),
            ("DEFINE_TEST(a, b)", "DEFINE_TEST"),
            ("void (*f(int a))(int b)", "f"),
            ("Device::Device(int a) : a_(a), b_(f(a))", "Device::Device"),
            ("int x; #pragma once\nint y;\n#define Z(a) {\nvoid f(void)", "f"),
            ("static const Ops ops[] = { { f(1), g }, };\nvoid f(void)", "f"),
            ("struct S { int (*f)(void); };\nvoid g(void) { if (x) { y(); } }\nvoid f(void)", "f"),
            ('extern "C" {\nnamespace a { class B { void g(void) {}\n void f(void)', "f"),
        ],
    )
    def test_of_c(self, head, name):
        (use,) = scan(f"{head}\n{{\n  if (x) {{ y({{}}); }}\n  trace_a();\n}}\n", C)
        assert use.function == name

    def test_initializers_are_in_none(self):
        (use,) = scan("static const Ops ops = {\n  .f = trace_a,\n};\n", C)
        assert (use.kind, use.function) == ("reference", None)

    def test_branches_of_the_preprocessor(self):
        text = (
            "#ifdef A\nvoid f(int a) {\n#else\nvoid g(void) {\n#endif\n  trace_a();\n"
            "#if B\n  if (b) {\n#elif C\n  if (c) {\n#else\n  {\n#endif\n    trace_b(); }\n"
            "#if 0\n  }}} {{{ don't\n  trace_c();\n#endif\n  trace_d();\n}\n"
            "void h(void) { trace_e(); }\n"
        )
        assert [(use.name, use.function, use.dead) for use in scan(text, C)] == [
            ("a", "g", False),
            ("b", "g", False),
            ("c", "g", True),
            ("d", "g", False),
            ("e", "h", False),
        ]

    def test_continues_after_braces_that_do_not_match(self):
        text = "void f(void)\n{\n  BEGIN {{\n  trace_a();\n}\nvoid g(void)\n{\n  trace_b();\n}\n"
        assert [use.function for use in scan(text, C)] == ["f", "g"]

    def test_dead_code(self):
        text = (
            "#if 0 /* not yet */\ntrace_a();\n#if X\ntrace_b();\n#else\ntrace_c();\n#endif\ntrace_d();\n"
            "#else\ntrace_e();\n#endif\n#if 01\ntrace_f();\n#endif\n"
        )
        assert [use.name for use in scan(in_function(text), C) if use.dead] == ["a", "b", "c", "d"]
        assert [use.name for use in scan(in_function(text), C) if not use.dead] == ["e", "f"]

    def test_behind_a_macro(self):
        text = "#define LOG(x) \\\n  do { trace_a(x); } while (0)\n" + in_function("trace_b();")
        assert [(use.name, use.function, use.behind_macro) for use in scan(text, C)] == [
            ("a", "LOG", True),
            ("b", "f", False),
        ]

    def test_of_rust(self):
        text = (
            "impl A for B { fn f<'a>(&'a self, x: [u8; 4]) -> [u8; N] where X: Y { trace_a();\n"
            "  let g = |x| { trace_b(x) }; fn h() { trace_c(); } trace_d(); } fn i();\n"
            "  const J: fn() = { trace_e }; }"
        )
        assert [(use.name, use.function) for use in scan(text, RUST)] == [
            ("a", "f"),
            ("b", "f"),
            ("c", "h"),
            ("d", "f"),
            ("e", None),
        ]


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "count"),
        [
            ("", 0),
            (" /* none */ ", 0),
            ("a", 1),
            ("a, b", 2),
            ("f(a, b), \"x,y\", ',', (int[]){1, 2}, g[a, b]", 5),
            ("a,\n  b /* c, d */", 2),
            ("a ? b : c, MAX_SIZE", 2),
            # Macros that may expand to several arguments, and calls that cannot be counted.
            ("PCI_ARGS(d)", None),
            ("a, MAC_ARG", None),
            ("a,\n#ifdef B\n  b\n#else\n  c\n#endif\n", None),
            ("a; b", None),
        ],
    )
    def test_of_c(self, arguments, count):
        (use,) = scan(in_function(f"trace_a({arguments});"), C)
        assert use.arguments == count

    def test_of_a_call_that_does_not_end(self):
        assert scan(in_function("trace_a(1, (2"), C)[0].arguments is None

    def test_of_a_macro_with_any_number(self):
        assert scan("#define A(...) trace_a(1, __VA_ARGS__)", C)[0].arguments is None
        assert scan("#define A(x) trace_a(1, x)", C)[0].arguments == 2

    @pytest.mark.parametrize(
        ("arguments", "count"),
        [
            ("", 0),
            ("a, b,", 2),
            ("a | b", 1),
            ("f(|x, y| z), 2", 2),
            ("g::<A, B>(x), 2", None),
            ("|x, y| z", None),
        ],
    )
    def test_of_rust(self, arguments, count):
        (use,) = scan(f"fn f() {{ trace_a({arguments}); }}", RUST)
        assert use.arguments == count


class TestAnyText:
    PIECES = texts_of(
        r"""
        trace_a trace_ TRACE_A TRACE_ _ENABLED QEMU_ trace_b( trace_event_get_state( glue( ( ) { } ## # , ;
        " ' // /* */ = | . -> :: < r#" \xe9 \udcff \0 \x20 \n \r \r\n \\\n \n}\n \n#if\x200\n \n#else\n
        \n#endif\n \n#define\x20A(x)\x20 fn\x20f void\x20g(void)
        """,
        60,
    )

    def test_a_test_of_a_probe_is_a_whole_word(self):
        assert [use.name for use in scan("QEMU_A_B_ENABLED QEMU_A_ENABLED_C", C)] == ["A_B"]

    @settings(max_examples=400, deadline=None)
    @given(PIECES, st.sampled_from([C, RUST]))
    def test_places_are_those_of_identifiers(self, text, language):
        source = Source("a", text)
        last = -1
        for use in scan(text, language):
            assert last <= use.start
            last = use.start
            word = text[use.start : use.end]
            assert re.fullmatch(r"trace_\w*|TRACE_\w*|QEMU_\w+_ENABLED", word)
            assert not text[use.end : use.end + 1].isalnum()
            name = text[use.name_span.start : use.name_span.end]
            assert use.start <= use.name_start <= use.end
            assert use.name.startswith(name) or (use.kind == "pasted" and name in word)
            assert (use.line, use.column) == source.place(use.start)


def test_languages():
    paths = [
        "a.c",
        "b/c.h",
        "x.c.inc",
        "x.h.inc",
        "a.cc",
        "a.cpp",
        "a.m",
        "a.hpp",
        "a.rs",
        "a.py",
        "c",
        "trace-events",
    ]
    assert [language_of(path) for path in paths] == [C] * 8 + [RUST] + [None] * 3


def test_real_sources():
    """examples/project: each event is called, from the right function."""
    text = (ROOT / "examples/project/heater/heater.c").read_text("utf-8")
    calls = [use for use in scan(text, C) if use.kind == "call"]
    assert len(calls) == len(re.findall(r"^ *trace_\w+\(", text, re.M)) > 0
