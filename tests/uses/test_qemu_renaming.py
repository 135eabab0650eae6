"""Renaming events of a QEMU tree, and back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.renaming import Files, RenamingRefused, renamed_event, rewritten
from tesc.syntax.source import Source
from tesc.uses.index import build
from tesc.workspace import Workspace

_EVENTS = 20


@pytest.mark.nightly
def test_there_and_back_is_the_same_bytes(qemu_tree, monkeypatch):
    monkeypatch.chdir(qemu_tree)
    workspace = Workspace(Overrides())
    for file in find_files("."):
        workspace.add_file(file)
    workspace.resolve()
    uses = build(["."])
    names = sorted({event.name for unit in workspace.units for event in unit.events})
    done = 0
    for name in random.Random(13).sample(names, 3 * _EVENTS):
        if done == _EVENTS or not uses.uses_of(name):
            continue
        new = f"{name}_renamed"
        try:
            texts = rewritten(renamed_event(Files(workspace), uses, name, new))
        except RenamingRefused as refused:
            if "is declared at" in str(refused):
                continue
            raise
        there = workspace.fork()
        for source, text in texts.items():
            if there.tree_of(source.file) is not None:
                there.put_source(Source(source.path, text, source.file))
            else:
                uses.update(source.file, text)
        there.resolve()
        changed = {source.file: Source(source.path, text, source.file) for source, text in texts.items()}
        monkeypatch.setattr(uses, "source", lambda path, held=changed: held.get(path))
        assert not uses.uses_of(name)
        back = rewritten(renamed_event(Files(there), uses, new, name))
        monkeypatch.undo()
        monkeypatch.chdir(qemu_tree)
        assert {source.file for source in back} == {source.file for source in texts}
        for source, text in back.items():
            assert text.encode("utf-8", "surrogateescape") == Path(source.file).read_bytes()
            uses.update(source.file, text) if there.tree_of(source.file) is None else None
        done += 1
    assert done == _EVENTS
