"""Cached diagnostics are those that the rules find."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tesc import cache
from tesc.analysis.check import Memory, check
from tesc.analysis.kept_reports import KeptReports, _surroundings
from tesc.analysis.selection import chosen
from tesc.file_settings import Overrides
from tesc.records import replace
from tesc.workspace import Workspace

TEXT = """\
include "inner"
a_loose(int a, int a) "%x" PRIx64 "%d \udcff é
# tesc: ignore[TE407]
b_loose(int b, const char *s) "%x %d"
c_loose(int c) "0x%x\\n"
broken(int
"""


@pytest.fixture(autouse=True)
def tree(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_enabled", True)
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")
    Path("trace-events").write_bytes(TEXT.encode("utf-8", "surrogateescape"))
    Path("inner").write_text('inner_loose(int a) "%x"\n')


def found(kept: bool = True, **given: object) -> list[object]:
    _surroundings.cache_clear()
    workspace = Workspace(replace(Overrides(), **given))
    workspace.add_file("trace-events")
    workspace.resolve()
    rules, levels = chosen(workspace.settings)
    reports = KeptReports(os.getcwd())
    memory = Memory(reports if kept else None)
    diagnostics = check(workspace.units, rules, workspace.settings, {}, levels, memory)
    reports.save()
    return [
        (
            *(d.code, d.name, d.severity, d.message, d.source.path, d.span, d.event, d.help),
            [(one.source.path, one.span, one.message) for one in d.related],
            d.fix and (d.fix.safety, [(one.source.path, one.span, one.text) for one in d.fix.edits]),
        )
        for d in diagnostics
    ]


def test_they_are_the_same():
    plain = found(kept=False)
    assert len(plain) > 6
    assert any(one[-1] for one in plain)
    assert found() == found() == plain


@pytest.mark.parametrize(
    "given",
    [
        {"select": ("TE407",)},
        {"severity": (("TE407", "error"),)},
        {"max_args": 1},
        {"data_models": ("llp64",)},
        {"event_prefix": "x_"},
        {"profile": "qemu"},
    ],
    ids=str,
)
def test_settings_matter(given):
    found()
    assert found(**given) == found(kept=False, **given)


def test_rules_are_not_run_again(monkeypatch):
    found()
    monkeypatch.setattr("tesc.analysis.check.found_in_file", None)
    assert found()


def test_the_tracetool_above_matters():
    Path("trace-events").write_text('x(long double a) "%Lf"\ny(void *p) "%p"\n')
    for name in ("scripts/tracetool.py", "scripts/tracetool/format/rs.py"):
        found()
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("")
        assert found() == found(kept=False)
