"""The cached output of `tesc check` is printed again only if a new run would print the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tesc import cache

LOOSE = 'a_loose(int a) "%x"\n'


@pytest.fixture(autouse=True)
def tree(tmp_path, monkeypatch):
    folder = tmp_path / "above" / "tree"
    for name, text in {
        "trace-events": LOOSE,
        "sub/trace-events": 'include "inner"\ninclude "gone"\n' + 'b_loose(int a) "%x"\n',
        "sub/inner": "inner(void)\n",
        "out/trace-events": "excluded( void )\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_enabled", True)
    settle()
    return folder


def settle() -> None:
    """Make all files older than the runs that follow."""
    for parent, folders, names in os.walk(".."):
        for name in (*folders, *names):
            os.utime(os.path.join(parent, name), (1, 1), follow_symlinks=False)


def check(*words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "tesc", "check", *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def is_replayed(*words: str) -> bool:
    """Whether a run only prints cached output; the cached output is marked to see that."""
    from tesc.cli import kept_runs

    table = kept_runs._table()
    values = table._loaded()
    before = json.dumps(values)
    for value in values.values():
        value["printed"] += "(replayed)\n"
    table._changed = True
    table.save()
    replayed = "(replayed)" in check(*words)[1]
    table._values = json.loads(before)
    table._changed = True
    table.save()
    return replayed


def test_a_run_is_kept():
    first = check()
    assert first[0] == 1
    assert is_replayed()
    assert check() == check("--no-cache") == first


@pytest.mark.parametrize(
    "words", [("--output-format", "json"), ("--statistics",), ("sub",), ("trace-events",)]
)
def test_each_of_its_arguments_matters(words):
    check()
    assert not is_replayed(*words)
    assert check(*words) == check(*words, "--no-cache")
    assert is_replayed(*words)


@pytest.mark.parametrize(
    "words", [("--fix",), ("--diff",), ("--sources",), ("--write-baseline", "b"), ("-",)]
)
def test_runs_that_read_more_are_repeated(words):
    check(*words)
    assert not is_replayed(*words)


def test_messages_on_standard_error_are_kept():
    (Path("empty")).mkdir()
    first = check("empty", ".")
    assert "no trace-events files" in first[2]
    assert check("empty", ".") == first


def edit(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def relink() -> None:
    Path("sub/inner").rename("sub/other")
    Path("sub/inner").symlink_to("other")


CHANGES = {
    "a file": lambda: edit("trace-events", LOOSE + 'c_loose(int a) "%x"\n'),
    "a byte, but no time or size": lambda: (edit("trace-events", LOOSE.replace("a_l", "d_l")), settle()),
    "an included file": lambda: edit("sub/inner", 'inner(int a) "%x"\n'),
    "an included file that was not there": lambda: edit("sub/gone", "gone(void)\n"),
    "a new file": lambda: edit("new/trace-events", LOOSE),
    "a file that is gone": lambda: Path("sub/trace-events").unlink(),
    "a configuration": lambda: edit("tesc.toml", 'exclude = ["out"]\n'),
    "a configuration above": lambda: edit("../tesc.toml", 'ignore = ["ALL"]\n'),
    "a configuration below": lambda: edit("sub/tesc.toml", 'ignore = ["TE407"]\n'),
    "another project's": lambda: edit("pyproject.toml", '[tool.tesc]\nprofile = "qemu"\n'),
    "a tracetool": lambda: edit("scripts/tracetool.py", ""),
    "a checkout": lambda: Path(".git").mkdir(),
    "a link": relink,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_run_holds_only_for_the_same_files(change):
    check()
    assert is_replayed()
    change()
    assert not is_replayed()
    after = check()
    assert after == check("--no-cache")
    settle()
    assert check() == after


def test_a_build_that_lists_folders_matters(tree):
    edit("scripts/tracetool.py", "")
    edit("meson.build", "trace_events_subdirs += ['sub', 'out']\n")
    settle()
    check()
    assert is_replayed()
    edit("meson.build", "trace_events_subdirs += ['out']\n")
    assert "TE107" in check()[1]


def test_a_baseline_and_a_configuration_matter():
    check("--write-baseline", "accepted.json")
    edit("own.toml", "")
    settle()
    words = ("--baseline", "accepted.json", "--config", "own.toml")
    check(*words)
    edit("own.toml", 'select = ["TE407"]\n')
    assert check(*words) == check(*words, "--no-cache")
    Path("accepted.json").unlink()
    assert check(*words)[0] == 2


def test_what_changed_while_it_ran_is_not_trusted(monkeypatch):
    """A configuration that is newer than the run may not be the one that the run used."""
    edit("tesc.toml", "")
    os.utime("tesc.toml", (2**33, 2**33))
    check()
    assert not is_replayed()


def test_damaged(tmp_path):
    first = check()
    (table,) = (file for file in (tmp_path / "cache" / "tesc").iterdir() if file.name.startswith("runs"))
    data = table.read_bytes()
    for spoiled in (b"", data[:-1], data.replace(b"TE407", b"TE408")):
        table.write_bytes(spoiled)
        assert check() == first


def test_it_imports_next_to_nothing():
    check()
    code = (
        "import sys\nfrom tesc.cli.main import main\nmain(['check'])\n"
        "print(*sorted(name for name in sys.modules if name.startswith('tesc.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    modules = set(done.stderr.split())
    assert "tesc.cli.kept_runs" in modules
    assert not {name for name in modules if name.startswith(("tesc.analysis", "tesc.units", "tesc.config"))}
    assert "argparse" not in modules


class TestWithSources:
    """A run that read sources stays cached as long as the sources do not change."""

    @pytest.fixture(autouse=True)
    def sources(self, tree):
        (tree / "tesc.toml").write_text("")
        (tree / "sub" / "a.c").write_text("void f(void) { trace_a_loose(1); }\n")
        settle()

    # A run is not cached right after an inode changed, so the clock is five seconds ahead.
    @pytest.fixture(autouse=True)
    def calm(self, monkeypatch, tmp_path):
        site = tmp_path / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(
            "import time\nreal = time.time_ns\ntime.time_ns = lambda: real() + 5_000_000_000\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)

    def test_is_kept(self):
        first = check("--sources")
        assert "TE601" in first[1]
        assert is_replayed("--sources")
        assert check("--sources") == check("--sources", "--no-cache") == first

    @pytest.mark.parametrize("change", ["edited", "new", "gone"])
    def test_is_done_again(self, tree, change):
        first = check("--sources")
        if change == "edited":
            (tree / "sub" / "a.c").write_text("void f(void) { trace_b_loose(1); }\n")
        elif change == "new":
            (tree / "sub" / "b.c").write_text("void g(void) { trace_b_loose(1); }\n")
        else:
            (tree / "sub" / "a.c").unlink()
        again = check("--sources")
        assert again != first
        assert again == check("--sources", "--no-cache")
