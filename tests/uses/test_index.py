"""The index of uses: what it knows about each file, and which files it reads."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.uses.index import Index, build
from tesc.uses.sources import find_sources


def places(found):
    return [(path, use.kind, use.line, use.column) for path, use in found]


class TestIndex:
    def test_finds_the_uses_of_an_event_in_all_files(self):
        index = Index()
        assert index.update("b.c", "void f(void)\n{\n    trace_reset(1);\n    trace_reset(2);\n}\n")
        assert index.update("a.rs", "fn f() { trace::trace_reset(1); trace_set(); }\n")
        assert places(index.uses_of("reset")) == [
            ("a.rs", "call", 1, 17),
            ("b.c", "call", 3, 5),
            ("b.c", "call", 4, 5),
        ]
        assert places(index.uses_of("set")) == [("a.rs", "call", 1, 33)]
        assert index.uses_of("rese") == []
        assert index.paths == ["a.rs", "b.c"]

    def test_a_name_in_capitals_is_that_of_each_event_called_so(self):
        index = Index()
        index.update("a.c", "int f(void) { trace_Reset(); return TRACE_RESET_ENABLED; }")
        assert places(index.uses_of("reset")) == [("a.c", "state", 1, 37)]
        assert places(index.uses_of("Reset")) == [("a.c", "call", 1, 15), ("a.c", "state", 1, 37)]
        # The state test is for any case of the name, but nobody calls trace_RESET().
        assert places(index.uses_of("RESET")) == [("a.c", "state", 1, 37)]

    def test_what_looks_like_a_state_test_of_rust_may_be_a_call(self):
        index = Index()
        index.update("a.rs", "fn f() { trace_irq_enabled(); trace_irq_enabled(1); }")
        assert places(index.uses_of("irq")) == [("a.rs", "state", 1, 10)]
        assert places(index.uses_of("irq_enabled")) == [("a.rs", "call", 1, 10), ("a.rs", "call", 1, 31)]

    def test_pasted_names_are_by_themselves(self):
        index = Index()
        index.update("b.c", "#define T(x) trace_##x()\nvoid f(void) { trace_a(); T(1 + 1); }\n")
        index.update("a.c", "#define T(x) TRACE_IO_##x##_ENABLED\nint a = T(+);\n")
        assert [(path, use.name, use.capitals) for path, use in index.pasted] == [
            ("a.c", "IO_*", True),
            ("b.c", "*", False),
        ]
        assert index.uses_of("*") == []
        index.remove("a.c")
        assert [path for path, _ in index.pasted] == ["b.c"]

    def test_replaces_the_old_text_by_a_new_one(self):
        index = Index()
        assert index.update("a.c", "void f(void) { trace_a(); trace_b(); }")
        assert not index.update("a.c", "void f(void) { trace_a(); trace_b(); }")
        assert index.update("a.c", "void f(void) { trace_b(); }")
        assert index.uses_of("a") == []
        assert places(index.uses_of("b")) == [("a.c", "call", 1, 16)]
        assert index.update("a.c", "nothing")
        assert not index.update("a.c", "nothing else")
        assert index.uses_of("b") == [] and index.paths == []

    def test_forgets_a_file(self):
        index = Index()
        index.update("a.c", "void f(void) { trace_a(); }")
        index.update("b.c", "void f(void) { trace_a(); }")
        assert index.remove("a.c")
        assert not index.remove("a.c")
        assert [path for path, _ in index.uses_of("a")] == ["b.c"]
        assert index.uses_in("a.c") == ()
        assert len(index.uses_in("b.c")) == 1

    def test_bytes_need_not_be_utf_8(self):
        index = Index()
        index.update("a.c", "/* Grüße */ void f(void) { trace_a(); }".encode("latin-1"))
        ((_, use),) = index.uses_of("a")
        assert (use.start, use.column) == (27, 28)

    def test_other_files_have_no_uses(self):
        index = Index()
        assert not index.update("a.py", "trace_a()")
        assert not index.update("rs", "trace_a()")


class TestRefresh:
    def test_reads_what_changed(self, tmp_path):
        one, two = tmp_path / "one.c", tmp_path / "two.c"
        one.write_text("void f(void) { trace_a(); }")
        two.write_text("void f(void) { trace_b(); }")
        index = Index()
        steps = [(step.done, step.total) for step in index.refresh(str(tmp_path))]
        assert steps == [(0, 2), (1, 2), (2, 2)]
        assert places(index.uses_of("a")) == [(str(one), "call", 1, 16)]
        one.unlink()
        two.write_text("void f(void) { trace_c(1); }")
        (tmp_path / "three.rs").write_text("fn f() { trace_d(); }")
        assert not index.reread(str(tmp_path / "three.c"))
        list(index.refresh(str(tmp_path)))
        assert [len(index.uses_of(name)) for name in "abcd"] == [0, 0, 1, 1]

    def test_leaves_alone_what_is_held(self, tmp_path):
        path = str(tmp_path / "one.c")
        (tmp_path / "one.c").write_text("void f(void) { trace_a(); }")
        index = Index()
        index.update(path, "void f(void) { trace_b(); }")
        list(index.refresh(str(tmp_path), {path}))
        assert [len(index.uses_of(name)) for name in "ab"] == [0, 1]
        list(index.refresh(str(tmp_path)))
        assert [len(index.uses_of(name)) for name in "ab"] == [1, 0]
        # An editor's unsaved text is forgotten when the document is closed.
        index.update(path, "void f(void) { trace_b(); }")
        assert index.reread(path)
        assert [len(index.uses_of(name)) for name in "ab"] == [1, 0]

    def test_can_be_stopped(self, tmp_path):
        for name in "abc":
            (tmp_path / f"{name}.c").write_text(f"void f(void) {{ trace_{name}(); }}")
        index = Index()
        steps = index.refresh(str(tmp_path))
        next(steps)
        next(steps)
        steps.close()
        assert [len(index.uses_of(name)) for name in "abc"] == [1, 0, 0]
        list(index.refresh(str(tmp_path)))
        assert [len(index.uses_of(name)) for name in "abc"] == [1, 1, 1]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
    def test_waits_for_no_fifo(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.c")
        (tmp_path / "link.c").symlink_to("pipe.c")
        index = build([str(tmp_path)])
        assert index.paths == []
        assert not index.reread(str(tmp_path / "pipe.c"))

    def test_reads_no_more_than_16_mib(self, tmp_path):
        call = b"void f(void) { trace_a(); }\n"
        (tmp_path / "big.c").write_bytes(call + b" " * (16 << 20) + call)
        assert len(build([str(tmp_path)]).uses_of("a")) == 1

    def test_an_unreadable_file_has_no_uses(self, tmp_path, bound_by_modes):
        path = tmp_path / "a.c"
        path.write_text("void f(void) { trace_a(); }")
        index = build([str(tmp_path)])
        path.write_text("void f(void) { trace_a(1); }")
        path.chmod(0)
        assert index.reread(str(path))
        assert index.paths == []


class TestFindSources:
    def names(self, folder):
        return [os.path.relpath(path, folder) for path in find_sources(str(folder))]

    def test_finds_c_and_rust_by_their_names(self, tmp_path):
        for name in ("a.c", "b.h", "c.rs", "d.c.inc", "e.cpp", "f.m", "g.py", "trace-events", "h.C", "c"):
            (tmp_path / name).touch()
        assert self.names(tmp_path) == ["a.c", "b.h", "c.rs", "d.c.inc", "e.cpp", "f.m"]

    @pytest.mark.parametrize("marker", ["CACHEDIR.TAG", "CMakeCache.txt", "meson-private/x"])
    def test_skips_build_folders_and_hidden_ones(self, tmp_path, marker):
        for name in ("src/a.c", "build/b.c", "build/deep/c.c", ".hidden/d.c", "node_modules/e.c"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        (tmp_path / "build" / marker).parent.mkdir(exist_ok=True)
        (tmp_path / "build" / marker).touch()
        assert self.names(tmp_path) == ["src/a.c"]
        # A build folder is searched if it is named itself.
        assert self.names(tmp_path / "build") == ["b.c", "deep/c.c"]

    def test_in_a_checkout_git_knows(self, tmp_path, need):
        git = need("git", "git")
        subprocess.run([git, "-C", tmp_path, "init", "-q"], check=True)
        (tmp_path / ".gitignore").write_text("/out/\n")
        for name in ("a.c", "out/b.c", "sub/c.rs"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        assert self.names(tmp_path) == ["a.c", "sub/c.rs"]
        assert self.names(tmp_path / "sub") == ["c.rs"]

    def test_a_file_with_several_names_is_there_once(self, tmp_path):
        (tmp_path / "b.c").touch()
        (tmp_path / "a.c").symlink_to("b.c")
        (tmp_path / "dangling.c").symlink_to("nothing.c")
        (tmp_path / "loop.c").symlink_to("loop.c")
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "d.c").touch()
        inside = tmp_path / "inside"
        inside.mkdir()
        (inside / "e.c").symlink_to("../outside/d.c")
        (inside / "f.c").symlink_to("../outside/d.c")
        assert self.names(inside) == ["e.c"]
        assert self.names(tmp_path) == ["b.c", "outside/d.c"]


class TestMacrosOfHeaders:
    def test_are_expanded_in_the_files_that_include_them(self, tmp_path):
        (tmp_path / "include").mkdir()
        (tmp_path / "include/log.h").write_text("#define LOG(op, x) trace_dev_##op(x)\n")
        (tmp_path / "dev.h").write_text('#include "include/log.h"\n')
        (tmp_path / "a.c").write_text('#include "log.h"\nvoid f(void) { LOG(reset, 1); }\n')
        (tmp_path / "b.c").write_text('#include "dev.h"\nvoid f(void) { LOG(start, 1); LOG(1 + 1, 1); }\n')
        (tmp_path / "c.c").write_text("void f(void) { LOG(stop, 1); }\n")
        index = build([str(tmp_path)])
        assert places(index.uses_of("dev_reset")) == [(str(tmp_path / "a.c"), "call", 2, 20)]
        assert places(index.uses_of("dev_start")) == [(str(tmp_path / "b.c"), "call", 2, 20)]
        assert index.uses_of("dev_stop") == []
        assert places(index.pasted) == [(str(tmp_path / "b.c"), "pasted", 2, 31)]

    def test_another_macro_is_taken_when_the_header_changes(self, tmp_path):
        header = tmp_path / "log.h"
        header.write_text("#define LOG(op) trace_dev_##op()\n")
        (tmp_path / "a.c").write_text('#include "log.h"\nvoid f(void) { LOG(reset); }\n')
        index = build([str(tmp_path)])
        header.write_text("#define LOG(op) trace_device_##op()\n")
        list(index.refresh(str(tmp_path)))
        assert index.uses_of("dev_reset") == []
        assert len(index.uses_of("device_reset")) == 1


TEXTS = st.sampled_from(
    [
        "",
        "void f(void) { trace_a(); trace_b(); }",
        "void f(void) { trace_b(); if (TRACE_A_ENABLED) trace_A(); }",
        "#define T(x) trace_##x()\nvoid f(void) { trace_a(); T(b); }",
        "#define T(x) trace_##x()\nvoid f(void) { T(+); }",
    ]
)


@given(st.lists(st.tuples(st.sampled_from(["a.c", "b.c", "c.rs"]), st.none() | TEXTS), max_size=12))
def test_whatever_was_before_only_the_latest_texts_count(steps):
    index = Index()
    latest = {}
    for path, text in steps:
        before = index.uses_in(path)
        if text is None:
            changed = index.remove(path)
            latest.pop(path, None)
        else:
            changed = index.update(path, text)
            latest[path] = text
        assert changed or index.uses_in(path) == before
    fresh = Index()
    for path, text in latest.items():
        fresh.update(path, text)
    for name in ("a", "b", "A", "c"):
        assert index.uses_of(name) == fresh.uses_of(name)
    assert index.pasted == fresh.pasted
    assert index.paths == fresh.paths
