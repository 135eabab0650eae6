"""Results cached from earlier runs change no finding."""

from __future__ import annotations

import pytest

from tesc.analysis.check import Memory, check
from tesc.analysis.per_unit_cache import PerUnitCache
from tesc.analysis.registry import all_rules
from tesc.file_settings import Overrides
from tesc.syntax.source import Source
from tesc.workspace import Workspace

TEXTS = [
    'a(int x) "%d"\n',
    'a(int x) "%s"\n',
    'b(int x) "%d"\nb_enabled(int x_) "%d"\n',
    'A(int x) "%d"\nb(int x) "%d"\n',
    'include "b/trace-events" prefix p_\n',
    'disable a, b*\na(int arg1) "%d"\n',
    '# tesc: ignore[TE101]\na(int x) "%d"\n',
    "",
]


def found(workspace: Workspace, memory: Memory | None) -> list[object]:
    workspace.resolve()
    diagnostics = check(workspace.units, all_rules(), workspace.settings, {}, None, memory)
    return [(d.code, d.source.path, d.span, d.message, d.severity, d.event) for d in diagnostics]


@pytest.mark.parametrize("seed", range(6))
def test_edits_give_the_findings_of_a_fresh_run(seed):
    from random import Random

    random = Random(seed)
    texts: dict[str, str] = {}
    live, memory = Workspace(Overrides(isolated=True)), Memory()
    for _ in range(40):
        path = random.choice(["a/trace-events", "b/trace-events", "c/trace-events"])
        texts[path] = random.choice(TEXTS)
        if path in texts and live.is_root(path) and random.random() < 0.2:
            live.remove(path)
            del texts[path]
        elif live.is_root(path):
            live.put_source(Source(path, texts[path]))
        else:
            live.add_source(Source(path, texts[path]))
        fresh = Workspace(Overrides(isolated=True))
        # The order in which files were added matters, too.
        for root in live._roots.values():
            fresh.add_source(Source(root.source.path, texts[root.source.path]))
        assert found(live, memory) == found(fresh, None)


def test_data_of_a_unit_is_derived_once():
    asked = []

    def derive(unit):
        asked.append(unit)
        return len(unit.events)

    count = PerUnitCache(derive)
    workspace = Workspace(Overrides(isolated=True))
    workspace.add_source(Source("a/trace-events", TEXTS[0]))
    workspace.add_source(Source("b/trace-events", TEXTS[2]))
    workspace.resolve()
    assert count(workspace.units) == [1, 2]
    workspace.put_source(Source("a/trace-events", TEXTS[7]))
    workspace.resolve()
    assert count(workspace.units) == [0, 2]
    assert len(asked) == 3
