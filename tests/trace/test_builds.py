"""The events of several builds in one file, and traces that find their own."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.trace.beginning import mapped_names
from tesc.trace.builds import BadBuilds, added, declared, differing, origin, read, written
from tesc.trace.events import Catalogue, load_unit
from tests.trace.conftest import Writer

OLD = """\
start(void *vm) "vm %p"
read(void *dev, uint64_t addr, size_t len) "dev %p addr 0x%" PRIx64 " len %zu"
write(void *dev, uint64_t addr) "dev %p addr 0x%" PRIx64
level(uint8_t value) "%u"
stop(void *vm) "vm %p"
"""
NEW = """\
start(void *vm) "vm %p"
reset(void) ""
read(void *dev, size_t len, uint64_t addr) "dev %p len %zu addr 0x%" PRIx64
write(void *dev, uint64_t addr) "dev %p addr 0x%" PRIx64
level(uint32_t value) "level %u"
stop(void *vm) "vm %p"
"""


def lines_of(text):
    return tuple(text.splitlines())


def names_of(text):
    return [line.partition("(")[0] for line in text.splitlines()]


def traced(names, records):
    """A trace whose event names have IDs in their order."""
    made = Writer().header()
    for event_id, name in enumerate(names):
        made.mapping(event_id, name)
    for number, (name, args) in enumerate(records):
        made.record(names.index(name), 1000 * number, 7, *args)
    return made.data


@pytest.fixture
def tesc(tmp_path):
    (tmp_path / ".git").mkdir()  # the folders above are not searched
    (tmp_path / "old").write_text(OLD)
    (tmp_path / "new").write_text(NEW)

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "tesc", *words], cwd=tmp_path, capture_output=True, text=True
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_adding_a_build(tesc, tmp_path):
    assert tesc("builds", "add", "1.0", "old") == (0, "", "")
    assert tesc("builds", "add", "2.0", "new") == (0, "", "")
    assert tesc("builds", "list")[1] == "1.0  5 events\n2.0  6 events\n"
    text = (tmp_path / "trace-builds").read_text()
    assert "build 2.0\n  like 1.0\n  = 1\n" in text and text.count("stop(") == 1
    assert tesc("builds", "remove", "1.0") == (0, "", "")
    assert read((tmp_path / "trace-builds").read_text(), "")["2.0"].text == NEW
    assert tesc("builds", "remove", "1.0")[0] == 2
    assert tesc("builds", "add", "a b", "old")[0] == 2
    assert tesc("builds", "add", "1.0", "none")[0] == 2


def test_merged_by_git(tmp_path):
    """Two branches that each add a build are merged by keeping both."""

    def git(*words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    file = tmp_path / "trace-builds"
    first = added({}, "1.0", lines_of(OLD))
    git("init")
    file.write_text(written(first))
    (tmp_path / ".gitattributes").write_text("trace-builds merge=union\n")
    git("add", ".")
    git("commit", "-m", "one")
    for branch, text in (("a", NEW), ("b", OLD + 'more(void) ""\n')):
        git("checkout", "-b", branch, "main")
        file.write_text(written(added(first, branch, lines_of(text))))
        git("commit", "-am", branch)
    git("merge", "-m", "both", "a")
    found = read(file.read_text(), "trace-builds")
    assert set(found) == {"1.0", "a", "b"}
    assert found["a"].text == NEW and found["b"].lines[-1].startswith("more(")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "build a\nlike b\n",
        "build a\n= 1\n",
        "build a\nbuild a\n",
        "build a\n+ x\nbuild b\nlike a\n- 2\n",
    ],
)
def test_no_builds(text):
    with pytest.raises(BadBuilds, match="file:"):
        read(text, "file")


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), max_size=5))
def test_written_and_read(found):
    builds = {}
    for number, words in enumerate(found):
        builds = added(builds, f"b{number}", [f'{word}(void) ""' for word in words])
    assert read(written(builds), "file") == builds


def test_decode_finds_the_build(tesc, tmp_path):
    tesc("builds", "add", "1.0", "old")
    tesc("builds", "add", "2.0", "new")
    record = [("read", [0x10, 0x1000, 512])]
    (tmp_path / "first").write_bytes(traced(names_of(OLD), record))
    (tmp_path / "second").write_bytes(traced(names_of(NEW), record))
    said = "tesc: note: first: made by build 1.0\n"
    assert tesc("decode", "first") == (0, "read dev 0x10 addr 0x1000 len 512\n", said)
    assert tesc("decode", "second")[1] == "read dev 0x10 len 4096 addr 0x200\n"
    status, printed, said = tesc("decode", "first", "--events=new")
    assert (status, printed) == (0, "read dev 0x10 len 4096 addr 0x200\n")
    assert said == "tesc: warning: first: made by build 1.0; new differs in 2 events: read, level\n"
    assert tesc("decode", "first", "--events=old")[2] == ""
    (tmp_path / "third").write_bytes(traced([*names_of(NEW), "unheard_of"], record))
    assert (
        "not made by a build in trace-builds; 2.0 is the closest, but lacks 1 of the trace's 7"
        in tesc("decode", "third")[2]
    )


@pytest.mark.parametrize(
    ("declared", "payload", "said"),
    [
        ("e(uint8_t v)", [256], "'e' has 0x100 for 'uint8_t v'"),
        ("e(bool v)", [2], "'e' has 0x2 for 'bool v'"),
        ("e(int v)", [1 << 40], "'e' has 0x10000000000 for 'int v'"),
        ("e(int v)", [0x80000000], "'e' has 0x80000000 for 'int v'"),
        ("e(int v)", [b"disk"], "'e' has 0x6b73696400000004 for 'int v'"),
        ("e(int v)", [-5], ""),
        ("e(uint32_t v)", [0xFFFFFFFF], ""),
        ("e(uint64_t v)", [-1], ""),
        ("e(bool v)", [1], ""),
        # With more or fewer arguments, the record itself does not fit.
        ("e(int v, int w)", [5], "whose 8 bytes of arguments do not match"),
        ("e(const char *s)", [5 << 32], "whose 8 bytes of arguments do not match"),
    ],
)
def test_impossible_values(tesc, tmp_path, declared, payload, said):
    (tmp_path / "events").write_text(f'{declared} "x"\n')
    (tmp_path / "trace").write_bytes(traced(["e"], [("e", payload)]))
    _, _, found = tesc("decode", "trace", "--events=events")
    assert said in found and bool(found) == bool(said)


def test_a_log_of_other_events(tesc, tmp_path):
    """The message comes before any line is decoded."""
    (tmp_path / "log").write_text("".join(f"level {number}\nstop vm 0x10\n" for number in range(50)))
    status, printed, said = tesc("decode", "log", "--events=new")
    first, *_ = said.splitlines()
    assert first == (
        "tesc: warning: log: probably not made with new: lines of 'level' do not match its format"
    )
    assert (status, printed.count("stop vm 0x10")) == (1, 50)
    assert tesc("decode", "log", "--events=old")[2] == ""


def test_events_of_a_revision(tmp_path, monkeypatch):
    """The events of the whole checkout, as of that revision."""
    words = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    (tmp_path / "hw").mkdir()
    (tmp_path / "trace-events").write_text('a(int x) "%d"\n')
    (tmp_path / "hw" / "trace-events").write_text('b(int y) "%d"\n')
    for command in (["init"], ["add", "."], ["commit", "-m", "one"], ["tag", "v1"]):
        subprocess.run(["git", *words, *command], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "hw" / "trace-events").write_text('b(uint64_t z) "changed"\n')
    (tmp_path / "trace").write_bytes(traced(["a", "b"], [("b", [5]), ("a", [-1])]))
    command = [sys.executable, "-m", "tesc", "decode", "trace", "--events=v1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "b 5\na -1\n", "")
    done = subprocess.run([*command[:-1], "--events=v2"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "v2: no such file or folder, and unknown revision 'v2'" in done.stderr


def test_the_installed_qemu(tmp_path, monkeypatch, capsys):
    from tesc.cli import events

    program = tmp_path / "bin" / "qemu-img"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(events, "_SHARED", ())
    assert events.installed_events() is None
    shared = tmp_path / "share" / "qemu" / "trace-events-all"
    shared.parent.mkdir(parents=True)
    shared.write_text(OLD)
    assert events.installed_events() == str(shared)
    _, unit = events.events_unit(None, __import__("tesc.file_settings").file_settings.Overrides())
    assert [event.name for event in unit.events] == names_of(OLD)
    assert f"events: {shared}" in capsys.readouterr().err


# QEMU releases decoded with each other's events.

RELEASES = "5.0 5.1 5.2 6.0 6.1 6.2 7.0 7.1 7.2 8.0 8.1 8.2 9.0 9.1 9.2 10.0 10.1 10.2".split()


@pytest.fixture(scope="module")
def releases(qemu_history, tmp_path_factory):
    """The events of releases, as those of their trace-events-all."""
    found = {}
    folder = tmp_path_factory.mktemp("releases")

    def git(*words, **options):
        return subprocess.run(
            ["git", f"--git-dir={qemu_history}", *words], capture_output=True, **options
        ).stdout

    # A mirror may have no tags: a release is the commit that sets its version.
    commits = git("log", "--format=%H", "--", "VERSION").decode().split()
    asked = "".join(f"{commit}:VERSION\n" for commit in commits).encode()
    versions = git("cat-file", "--batch=", input=asked).decode().split()
    for commit, version in zip(commits, versions):
        release, _, patch = version.rpartition(".")
        if patch != "0" or release not in RELEASES or release in found:
            continue
        listed = git("ls-tree", "-r", "--name-only", commit).decode().split("\n")
        paths = [path for path in listed if os.path.basename(path) == "trace-events" and "tests/" not in path]
        asked = "".join(f"{commit}:{path}\n" for path in paths).encode()
        file = folder / release
        file.write_bytes(git("cat-file", "--batch=", input=asked))
        found[release] = Catalogue(load_unit(file)).events
    if len(found) < 11:
        pytest.skip("TESC_QEMU_HISTORY has too few releases")
    return found


def test_releases_taken_for_each_other(releases, tmp_path):
    """For each of 100 pairs, every recorded event that differs is reported."""
    builds = {}
    for release, events in releases.items():
        builds = added(builds, release, declared(events))
    choose = random.Random(1)
    pairs = choose.sample([(a, b) for a in releases for b in releases if a != b], 100)
    told = 0
    for made_by, read_as in pairs:
        mine = {event.name: event for event in releases[made_by]}
        theirs = {event.name: event for event in releases[read_as]}
        # Some of a program's events, never all of them, in the order of their files.
        names = [name for number, name in enumerate(mine) if number // 100 % 3 != choose.randrange(3)]
        trace = tmp_path / "trace"
        trace.write_bytes(traced(names, []))
        assert mapped_names(str(trace)) == names
        found = origin(mapped_names(str(trace)), builds.values())
        assert found.lacking == 0
        recorded = choose.sample(names, 200)
        different = {
            name
            for name in recorded
            if name in theirs
            and (mine[name].parameters, mine[name].format) != (theirs[name].parameters, theirs[name].format)
        } | {name for name in recorded if name not in theirs}
        said = {
            name
            for build in found.builds
            for name in differing(build, releases[read_as], mapped_names(str(trace)))
        }
        assert different <= said, (made_by, read_as)
        told += bool(different)
    assert told > 80
    print(f"{len(pairs)} pairs, {told} with a recorded event that differs, all said")
