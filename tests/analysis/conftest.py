"""Fixtures for tests of rules: files in, diagnostics out, as `tesc check` would find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesc.analysis.check import check
from tesc.analysis.registry import selected
from tesc.file_settings import Overrides
from tesc.uses.index import Index
from tesc.uses.scan import language_of
from tesc.versions import compared, load
from tesc.workspace import Workspace


def changed(files, overrides, rules):
    """What rules find in two versions of files, below `before` and `after`."""
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(text.encode() if isinstance(text, str) else text)
    old, new = load("before", overrides), load("after", overrides)
    workspace = new.workspace
    return check(workspace.units, rules, workspace.settings, {}, changes=compared(old, new))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that checks files, given as texts by path, in a new folder.

    C and Rust sources are searched for uses of events; a meson.build or a script is only written.
    """
    monkeypatch.chdir(tmp_path)
    # One project, so that the files may include each other.
    Path("tesc.toml").touch()

    def checked(files, *, profile="default", max_args=None, select=(), ignore=(), severities=None):
        if isinstance(files, (str, bytes)):
            files = {"trace-events": files}
        if any(path.startswith("after/") for path in files):
            return changed(files, Overrides(profile=profile), selected(select, ignore))
        uses = None
        workspace = Workspace(Overrides(profile=profile, max_args=max_args))
        for path, text in files.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(text.encode() if isinstance(text, str) else text)
            if language_of(path):
                uses = uses or Index()
                uses.reread(path)
            elif Path(path).suffix not in (".build", ".py"):
                workspace.add_file(path)
        workspace.resolve()
        assert not workspace.unreadable
        rules = selected(select, ignore)
        return check(workspace.units, rules, workspace.settings, severities or {}, uses=uses)

    return checked
