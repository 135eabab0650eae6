"""`tesc breaking` and `tesc diff`: exit statuses, versions, formats, approvals."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

OLD = 'disk_read(int sector, int count) "sector %d count %d"\nspin_up(void) "up"\n'
MOVED = "\n## Changed events\n\n- `spin_up` (new), moved from old\n"
NEW = 'disk_read(int count, int sector) "sector %d count %d"\n'


def git(*words):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trace-events").write_text(OLD)
    git("init")
    git("add", ".")
    git("commit", "-m", "old")
    Path("trace-events").write_text(NEW)
    return tmp_path


@pytest.fixture
def tesc():
    """A function that runs a command in the working folder."""

    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "tesc", *arguments], capture_output=True, text=True)

    return run


class TestBreaking:
    def test_a_revision(self, checkout, tesc):
        done = tesc("breaking", "--against", "HEAD", "--output-format", "concise")
        assert done.returncode == 1
        assert re.findall(r"TE8\d+", done.stdout) == ["TE831", "TE802", "TE812", "TE841"]

    @pytest.mark.parametrize(
        ("kind", "codes"),
        [
            ("wire", {"TE802"}),
            ("probe", {"TE812", "TE831"}),
            ("text", {"TE831"}),
            ("name", {"TE831"}),
            ("source", {"TE831", "TE841"}),
        ],
    )
    def test_kinds_of_readers(self, checkout, tesc, kind, codes):
        done = tesc("breaking", "--against", "HEAD", "--kind", kind, "--output-format", "json")
        assert {one["code"] for one in json.loads(done.stdout)} == codes

    def test_nothing_breaks(self, checkout, tesc):
        Path("trace-events").write_text(f"{OLD}net_up(void)\n")
        done = tesc("breaking", "--against", "HEAD")
        assert (done.returncode, done.stdout) == (0, "no findings in 1 file\n")

    def test_a_file_and_a_folder(self, checkout, tesc):
        Path("old").mkdir()
        Path("old/trace-events").write_text(OLD)
        for version in ("old", "old/trace-events"):
            done = tesc("breaking", "--against", version, "trace-events")
            assert done.returncode == 1
            assert "the event 'spin_up' was removed here" in done.stdout

    def test_a_removed_event_is_shown_in_the_new_version(self, checkout, tesc):
        Path("net").mkdir()
        Path("net/trace-events").write_text("net_up(void)\n")
        Path("trace-events").write_text("a(void)\n\nb(void)\nc(void)\nd(void)\n")
        git("add", ".")
        git("commit", "-qm", "more")
        Path("trace-events").write_text("a(void)\n\nd(void)\n")
        Path("net/trace-events").unlink()
        done = tesc("breaking", "--against", "HEAD", "--output-format", "gcc", "--select", "TE831")
        assert done.stdout.splitlines() == [
            "trace-events:1:1: error: the event 'b' was removed here [TE831]",
            "trace-events:3:1: note: previously declared here (in HEAD)",
            "trace-events:3:1: error: the event 'c' was removed here [TE831]",
            "trace-events:4:1: note: previously declared here (in HEAD)",
            "net/trace-events:1:1: error: the event 'net_up' was removed with its whole file [TE831]",
            "net/trace-events:1:1: note: previously declared here (in HEAD)",
        ]

    def test_all_events_removed_from_a_place_are_named(self, checkout, tesc):
        events = [f"gone_{number}(void)\n" for number in range(8)]
        Path("old").write_text("".join(["first(void)\n", *events]))
        Path("trace-events").write_text("first(void)\n")
        said = tesc("breaking", "--against", "old", "trace-events").stdout
        assert re.findall(r"'(gone_\d)' was removed", said) == [f"gone_{number}" for number in range(8)]

    @pytest.mark.parametrize("side", ["old", "new"])
    def test_an_error_on_either_side_is_never_clean(self, checkout, tesc, side):
        broken = "disk_read(int sector\n"
        Path("old").write_text(broken if side == "old" else OLD)
        Path("trace-events").write_text(broken if side == "new" else OLD)
        done = tesc("breaking", "--against", "old", "trace-events")
        assert done.returncode == 2
        assert ":1:21: " in done.stderr
        assert "[TE001]" in done.stderr

    def test_things_that_are_not_a_version(self, checkout, tesc):
        done = tesc("breaking", "--against", "v9.9")
        assert done.returncode == 2
        assert "v9.9: no such file or folder, and unknown revision 'v9.9'" in done.stderr

    def test_the_line_that_breaks_is_shown(self, checkout, tesc):
        Path("scripts").mkdir()
        Path("scripts/spin.bt").write_text("usdt:./qemu:qemu:spin_up { }\n")
        done = tesc("breaking", "--against", "HEAD")
        assert "scripts/spin.bt:1:18" in done.stdout

    def test_a_pattern_that_still_matches_does_not_break(self, checkout, tesc):
        Path("docs").mkdir()
        Path("docs/t.rst").write_text("run -trace 'spin_*'\n")
        git("add", ".")
        Path("trace-events").write_text(OLD + "spin_down(void)\n")
        git("commit", "-qam", "more")
        Path("trace-events").write_text(OLD)
        assert "docs/t.rst" not in tesc("breaking", "--against", "HEAD").stdout
        Path("trace-events").write_text(OLD.replace("spin", "disable spin"))
        done = tesc("breaking", "--against", "HEAD", "--output-format", "concise")
        assert re.findall(r"TE8\d+", done.stdout) == ["TE831", "TE811"]
        assert "docs/t.rst:1:13: this enables it by name" in tesc("breaking", "--against", "HEAD").stdout

    def test_a_disabled_event_is_no_longer_switched_on(self, checkout, tesc):
        Path("docs").mkdir()
        Path("docs/t.rst").write_text("run -trace spin_up\n")
        git("add", ".")
        Path("trace-events").write_text(OLD.replace("spin", "disable spin"))
        done = tesc("breaking", "--against", "HEAD")
        assert "docs/t.rst:1:12: this enables it by name" in done.stdout

    @pytest.mark.parametrize("command", [["breaking", "--against"], ["diff", "."]])
    def test_files_that_the_configuration_excludes_count_on_neither_side(
        self, checkout, tesc, command, tmp_path_factory
    ):
        Path("trace-events").write_text(OLD)
        Path("tesc.toml").write_text('exclude = ["other"]\n')
        Path("other").mkdir()
        Path("other/trace-events").write_text("gone(void)\n")
        git("add", ".")
        git("commit", "-m", "more")
        Path("other/trace-events").write_text("come(void)\n")
        folder = tmp_path_factory.mktemp("copy")
        (folder / "other").mkdir()
        for file in ("trace-events", "tesc.toml"):
            (folder / file).write_text(Path(file).read_text())
        (folder / "other/trace-events").write_text("another(void)\n")
        for version in ("HEAD", str(folder)):
            done = tesc(*command, version)
            assert (done.returncode, done.stderr) == (0, "")

    def test_a_baseline_accepts(self, checkout, tesc):
        assert tesc("breaking", "--against", "HEAD", "--write-baseline", "b.json").returncode == 0
        assert tesc("breaking", "--against", "HEAD", "--baseline", "b.json").returncode == 0

    def test_check_does_not_look_at_changes(self, checkout, tesc):
        Path("trace-events").write_text("# tesc: ignore[TE821] the text is free\nnet_up(void)\n")
        assert "TE8" not in tesc("check", "trace-events").stdout


class TestDiff:
    @pytest.fixture(autouse=True)
    def versions(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("old").write_text(OLD)
        Path("new").write_text(NEW)

    def test_a_revision_is_compared_only_in_the_named_part(self, tesc):
        git("init")
        for folder in ("a", "b"):
            Path(folder).mkdir()
            Path(folder, "trace-events").write_text(f"{folder}_one(void)\n")
        git("add", ".")
        git("commit", "-m", "old")
        Path("a/trace-events").write_text("a_one(void)\na_two(void)\n")
        for part in ("a", "a/trace-events", "."):
            done = tesc("diff", "HEAD", part)
            assert done.stdout == "+ a/trace-events:2: a_two(void)\n1 added\n"
            assert tesc("diff", part, "HEAD").stdout == "- a/trace-events:2: a_two(void)\n1 removed\n"
        # The revision has no such file, so all of it is meant.
        Path("all").write_text("a_one(void)\n")
        assert tesc("diff", "HEAD", "all").stdout.endswith("1 removed, 1 changed\n")
        assert "unknown revision 'HAED'" in tesc("diff", "HAED", "a").stderr

    def test_text(self, tesc):
        done = tesc("diff", "old", "new")
        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            "~ new:1: disk_read: moved from old, parameters-reordered",
            '    - disk_read(int sector, int count) "sector %d count %d"',
            '    + disk_read(int count, int sector) "sector %d count %d"',
            '- old:2: spin_up(void) "up"',
            "1 removed, 1 changed",
        ]

    def test_json(self, tesc):
        found = json.loads(tesc("diff", "old", "new", "--format", "json").stdout)
        assert [(one["kind"], one["changes"]) for one in found] == [
            ("changed", ["moved", "parameters-reordered"]),
            ("removed", ["removed"]),
        ]
        assert found[1]["old"] == {
            "name": "spin_up",
            "path": "old",
            "line": 2,
            "declaration": 'spin_up(void) "up"',
        }

    def test_markdown(self, tesc):
        text = tesc("diff", "old", "new", "--format", "markdown").stdout
        assert text.startswith("# Trace events: old to new\n\n1 removed, 1 changed.\n")
        assert "## Removed events\n\n- old: `spin_up`\n" in text

    def test_markdown_of_renames_and_new_events(self, tesc):
        Path("new").write_text("net_up(void)\nnet_down(void)\n" + OLD.replace("disk_read", "disk_load"))
        text = tesc("diff", "old", "new", "--format", "markdown").stdout
        assert "## New events\n\n- new: `net_up`, `net_down`\n" in text
        assert text.endswith("- `disk_read` is `disk_load` now (new), moved from old\n" + MOVED)

    def test_markdown_has_one_blank_line_between_its_parts(self, tesc):
        Path("old").write_text('one(int x) "x %d"\ntwo(int x)\nthree(int x)\nfour(int x)\n')
        Path("new").write_text(
            'disable uno(int x) "x %d"\ntwo(long x)\nthree(int x)\nfour(long x)\nfive(void)\n'
        )
        text = tesc("diff", "old", "new", "--format", "markdown").stdout
        assert text.count("```diff") == 3
        assert "\n\n\n" not in text
        assert not text.endswith("\n\n")
        assert "  ```\n\n## Changed events\n\n- `two`" in text
        # A list item follows a code block, and another follows a plain item.
        assert "  ```\n\n- `three` (new), moved from old\n- `four` (new)" in text

    def test_an_event_that_only_moved_is_not_shown_twice(self, tesc):
        Path("new").write_text(OLD)
        text = tesc("diff", "old", "new").stdout
        assert text.startswith(
            "~ new:1: disk_read: moved from old\n~ new:2: spin_up: moved from old\n2 changed"
        )
        assert (
            "- `spin_up` (new), moved from old\n" in tesc("diff", "old", "new", "--format", "markdown").stdout
        )

    def test_the_same_events(self, tesc):
        done = tesc("diff", "old", "old")
        assert (done.returncode, done.stdout) == (0, "no events changed\n")

    def test_a_version_that_does_not_exist(self, tesc):
        assert tesc("diff", "old", "nowhere").returncode == 2
