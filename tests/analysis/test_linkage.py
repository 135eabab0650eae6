"""Which files of a run belong to one program, according to the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesc.analysis.check import check
from tesc.analysis.registry import selected
from tesc.file_settings import Overrides
from tesc.workspace import Workspace


@pytest.fixture
def found(tmp_path, monkeypatch):
    """A function that returns rule, path and message of the findings in files next to a tesc.toml."""
    monkeypatch.chdir(tmp_path)

    def checked(
        files: dict[str, str], *rules: str, disable: tuple[str, ...] = ()
    ) -> list[tuple[str, str, str]]:
        workspace = Workspace(Overrides(disable=disable))
        for path, text in files.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text)
        for path in files:
            if path != "tesc.toml":
                workspace.add_file(path)
        workspace.resolve()
        return [
            (d.code, d.source.path, d.message)
            for d in check(workspace.units, selected(rules, []), workspace.settings, {})
        ]

    return checked


EXCLUSIVE = 'exclusive = [["arm", "x86"]]\n'
HOST = 'include "guest" base 0x8000000000000000\nhost(void)\n'


def test_a_guests_own_build_is_another_program(found):
    files = {"tesc.toml": 'guest-files = ["guest"]\n', "host": HOST, "guest": "boot(void)\nhost(void)\n"}
    assert found(files, "TE1") == [("TE101", "host", "event 'host' is declared twice")]


def test_a_file_that_is_included_and_a_unit_by_itself(found):
    files = {"tesc.toml": '[[unit]]\npath = "a"\n', "a": "x(void)\ny(void)\n", "b": 'include "a"\nz(void)\n'}
    message = "'a' is included and is also a root, which declares 'x' and 1 more twice"
    assert found(files, "TE101") == [("TE101", "b", message)]
    assert found(dict(reversed(files.items())), "TE101") == [("TE101", "b", message)]


def test_exclusive_folders_of_a_configuration(found):
    files = {
        "tesc.toml": EXCLUSIVE,
        "arm/trace-events": "x(void)\n",
        "x86/trace-events": "x(void)\nX_ENABLED(void)\n",
    }
    assert [code for code, _, _ in found(files, "TE1")] == ["TE103"]


def test_a_pattern_from_outside_may_match_anywhere(found):
    files = {"a": "x(void)\n", "b": "y(void)\n"}
    assert found(files, "TE504", disable=("x", "y*")) == []
    missing = ("TE504", "<command line>", "no event matches 'z'")
    assert found(files, "TE504", disable=("x", "z")) == [missing]


def test_problems_of_a_file_that_two_groups_include_are_reported_once(found):
    files = {"a": 'include "c" prefix a_\n', "b": 'include "c" prefix b_\n', "c": 'include "no"\n'}
    assert [(code, path) for code, path, _ in found(files, "TE5")] == [("TE501", "c")]


def test_findings_at_directives_from_outside(tmp_path, found):
    """Such directives have no file; their own text is shown."""
    from tesc.config.settings import Settings
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source
    from tesc.units.loading import Loader
    from tesc.units.outside import outside
    from tesc.units.resolve import resolve

    Path("more").write_text("x(void)\n")
    tree = parse(Source("root", "a(void)\n"))
    unit = resolve([tree], Loader(), outside(["more,base=0", "nowhere"], file="root"))
    rules = selected(["TE2", "TE501"], [])
    diagnostics = check([unit], rules, {t.source: Settings() for t in unit.trees}, {})
    assert [(d.code, d.source.path) for d in diagnostics] == [
        ("TE201", "<command line>"),
        ("TE501", "<command line>"),
    ]
