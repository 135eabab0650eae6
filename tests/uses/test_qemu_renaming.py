"""Renaming events of a QEMU tree, and back."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.renaming import Files, RenamingRefused, renamed_event, rewritten
from tesc.syntax.source import Source
from tesc.uses.index import build
from tesc.workspace import Workspace

_EVENTS = 20
STUBS = Path(__file__).parents[1] / "codegen" / "stubs"


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


@pytest.mark.nightly
def test_generated_headers_of_a_renamed_tree_compile(qemu_tree, tmp_path, monkeypatch, need):
    gcc = need("gcc", "gcc")
    monkeypatch.chdir(qemu_tree)
    workspace = Workspace(Overrides())
    for file in find_files("."):
        workspace.add_file(file)
    workspace.resolve()
    uses = build(["."])
    new_texts: dict[str, Source] = {}
    on_disk = uses.source
    monkeypatch.setattr(uses, "source", lambda path: new_texts.get(path) or on_disk(path))
    renamed: dict[str, list[str]] = {}
    for name in random.Random(13).sample(
        sorted({event.name for unit in workspace.units for event in unit.events}), 3 * _EVENTS
    ):
        if sum(map(len, renamed.values())) == _EVENTS or not uses.uses_of(name):
            continue
        try:
            texts = rewritten(renamed_event(Files(workspace), uses, name, f"{name}_renamed"))
        except RenamingRefused:
            continue
        for source, text in texts.items():
            new_texts[source.file] = Source(source.path, text, source.file)
            if workspace.tree_of(source.file) is not None:
                workspace.put_source(new_texts[source.file])
                renamed.setdefault(source.file, []).append(name)
            else:
                uses.update(source.file, text)
        workspace.resolve()
    assert sum(map(len, renamed.values())) == _EVENTS
    for number, (file, names) in enumerate(renamed.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "trace-events").write_text(new_texts[file].text)
        for kind in ("h", "c"):
            words = [
                "--backends",
                "log,simple",
                "--format",
                kind,
                "--group",
                "g",
                "trace-events",
                f"trace-g.{kind}",
            ]
            subprocess.run([sys.executable, "-m", "tesc", "tracetool", *words], cwd=folder, check=True)
        # Each event exists only under its new name.
        used = "".join(f"    use(trace_{name}_renamed);\n" for name in names)
        (folder / "use.c").write_text(
            f'#include "qemu/osdep.h"\n#include "trace-g.h"\n#define use(name) ((void)(name))\n'
            f"void f(void);\nvoid f(void)\n{{\n{used}}}\n"
        )
        for source in ("use.c", "trace-g.c"):
            words = ["-fsyntax-only", "-Wall", "-Werror", f"-I{STUBS}", "-I.", source]
            subprocess.run([gcc, *words], cwd=folder, check=True)
        (folder / "old.c").write_text((folder / "use.c").read_text().replace("_renamed);", ");"))
        words = ["-fsyntax-only", f"-I{STUBS}", "-I.", "old.c"]
        old = subprocess.run([gcc, *words], cwd=folder, check=False, stderr=subprocess.PIPE, text=True)
        assert old.stderr.count("undeclared (first use") == len(names)
