"""Reading many sources at once, and caching the results."""

from __future__ import annotations

import os

import pytest

from tesc import cache
from tesc.uses import reading
from tesc.uses.encoding import decoded, encoded
from tesc.uses.index import Index, build
from tesc.uses.scan import C, facts

TEXT = """\
#include "trace.h"
#define T(op, ...) (trace_dev_##op)(__VA_ARGS__)
static void f(S *s, const char *name, size_t n)
{
    trace_a(name, n, s->x + 1, MAX(1, 2));
    T(reset, 1);
    T(1 + 1);
    if (trace_event_get_state(TRACE_B)) {
    }
}
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(8):
        path = folder / f"{number}.c"
        path.write_text(f"void f(void) {{ trace_e{number}({number}); }}\n")
        os.utime(path, ns=(1, 1))
    return folder


def test_facts_survive_conversion_to_lists():
    found = facts(TEXT, C)
    assert found.uses and found.pastes and found.headers
    assert decoded(encoded(found)) == found


def test_several_processes_read_what_one_reads(tree, monkeypatch):
    cache_off = build([str(tree)])
    monkeypatch.setattr(reading, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(reading, "cores", lambda: 3)
    cache.clear()
    many = build([str(tree)])
    assert [many.uses_in(path) for path in many.paths] == [
        cache_off.uses_in(path) for path in cache_off.paths
    ]
    assert many.sources == cache_off.sources == 8


def test_cached_sources_are_not_read_again(tree, monkeypatch):
    # Files that have just changed are not cached; let the test's files count as old.
    monkeypatch.setattr(reading, "_FRESH_NS", -(10**18))
    first = build([str(tree)])
    read = []
    true = reading.read_bytes
    monkeypatch.setattr(reading, "read_bytes", lambda path: (read.append(path), true(path))[1])
    assert [build([str(tree)]).uses_of(f"e{n}") for n in range(8)] == [
        first.uses_of(f"e{n}") for n in range(8)
    ]
    assert read == []
    (tree / "3.c").write_text("void f(void) { trace_other(3); }\n")
    (tree / "4.c").unlink()
    index = build([str(tree)])
    assert read == [str(tree / "3.c")]
    assert [len(index.uses_of(name)) for name in ("other", "e3", "e4", "e5")] == [1, 0, 0, 1]


def test_a_file_that_changed_just_now_is_read_again(tree, monkeypatch):
    build([str(tree)])
    read = []
    true = reading.read_bytes
    monkeypatch.setattr(reading, "read_bytes", lambda path: (read.append(path), true(path))[1])
    build([str(tree)])
    assert len(read) == 8  # their inodes have just changed


def test_filling_is_what_refreshing_does(tree):
    (tree / "log.h").write_text("#define LOG(x) trace_##x()\n")
    (tree / "0.c").write_text('#include "log.h"\nvoid f(void) { LOG(far); }\n')
    filled, refreshed = build([str(tree)]), Index()
    for _ in refreshed.refresh(str(tree)):
        pass
    assert filled.paths == refreshed.paths
    assert filled.uses_of("far") == refreshed.uses_of("far") != []
