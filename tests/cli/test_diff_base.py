"""`tesc check --diff-base`: what a branch introduces, in real git repositories."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.cli.repository import BAD, GOOD, Repository, old


class TestDiffBase:
    def test_of_100_old_findings_and_a_new_one_it_reports_one(self, repository):
        repository.commit(hw="".join(BAD.format(f"old_{number}") for number in range(100)))
        repository.git("switch", "--quiet", "--create", "topic")
        repository.write(
            "hw/trace-events", "# moved\n" + BAD.format("new") + repository.read("hw/trace-events")
        )
        done = repository.run("--diff-base", "main")
        assert done.out.splitlines() == [
            "hw/trace-events:2:12: error[TE405]: '%m' prints errno, which tracers do not keep",
            "  |",
            '2 | new(void) "%m"',
            "  |            ^^",
            "  = help: pass the error as an argument, such as 'int err' with '%d'",
            "",
            "1 error in 1 file; 100 old findings not shown",
        ]
        assert (done.status, done.err) == (1, "")
        # It makes no difference whether the change is committed.
        repository.commit()
        assert repository.check("--diff-base", "main") == (
            1,
            ["hw/trace-events:2:12: error[TE405]"],
            old(100),
        )

    def test_nothing_new(self, topic):
        assert topic.check("--diff-base", "main") == (0, [], old(2))
        done = topic.run("--diff-base", "main")
        assert done.out == "no new findings in 2 files; 2 old findings not shown\n"

    def test_a_new_file_is_new_whether_git_knows_it_or_not(self, topic):
        topic.write("c/trace-events", BAD.format("c_bad"))
        found = (1, ["c/trace-events:1:14: error[TE405]"], old(2))
        assert topic.check("--diff-base", "main") == found
        topic.git("add", "c")
        assert topic.check("--diff-base", "main") == found

    def test_a_fixed_finding_does_not_hide_a_new_one(self, topic):
        topic.write("b/trace-events", BAD.format("b_other"))
        assert topic.check("--diff-base", "main") == (1, ["b/trace-events:1:16: error[TE405]"], old(1))

    def test_of_two_that_are_alike_the_one_in_the_new_line_is_new(self, topic):
        topic.write("b/trace-events", 'b_bad(int x) "%m"\n' + BAD.format("b_bad"))
        _, found, _ = topic.check("--diff-base", "main", "--select", "TE405")
        assert found == ["b/trace-events:1:15: error[TE405]"]

    def test_a_finding_in_a_file_that_did_not_change(self, topic):
        """The finding is at the second declaration, although the first one is new."""
        topic.write("a/trace-events", GOOD.format("b_bad") + topic.read("a/trace-events"))
        assert topic.check("--diff-base", "main", "--select", "TE101,TE405") == (
            1,
            ["b/trace-events:1:1: error[TE101]"],
            old(2),
        )

    def test_the_base_is_where_the_branch_began(self, topic):
        """A finding that the other branch has fixed since is not new on this one."""
        topic.git("switch", "--quiet", "main")
        topic.commit(b=GOOD.format("b_good"))
        topic.git("switch", "--quiet", "topic")
        assert topic.check("--diff-base", "main") == (0, [], old(2))

    def test_a_renamed_file(self, topic):
        topic.commit(a="".join(GOOD.format(f"a_{number}") for number in range(9)) + BAD.format("a_bad"))
        topic.git("branch", "--force", "main")
        topic.git("mv", "a", "z")
        assert topic.check("--diff-base", "main") == (0, [], old(2))
        assert topic.check("--diff-base", "main", "z/trace-events") == (0, [], old(1))
        topic.write(
            "z/trace-events", topic.read("z/trace-events") + GOOD.format("z_good") + BAD.format("z_bad")
        )
        assert topic.check("--diff-base", "main", "z") == (1, ["z/trace-events:12:14: error[TE405]"], old(1))

    def test_an_included_file_with_another_name(self, topic):
        topic.commit(c='include "more.inc"\n')
        text = "".join(GOOD.format(f"a_{number}") for number in range(9)) + BAD.format("c_bad")
        topic.write("c/more.inc", text)
        topic.commit()
        topic.write("c/more.inc", "\n" + text + BAD.format("c_more"))
        assert topic.check("--diff-base", "HEAD", "c") == (1, ["c/more.inc:12:15: error[TE405]"], old(1))
        topic.git("mv", "c/more.inc", "c/less.inc")
        topic.write("c/trace-events", 'include "less.inc"\n')
        assert topic.check("--diff-base", "HEAD", "c") == (1, ["c/less.inc:12:15: error[TE405]"], old(1))

    def test_a_new_included_file_and_an_ignored_one(self, topic):
        """One file is new; the other's old text is unknown, so its current text counts as old."""
        topic.write(".gitignore", "made.inc\n")
        topic.write("c/made.inc", BAD.format("c_made"))
        topic.commit(c='include "made.inc"\n')
        topic.write("c/new.inc", BAD.format("c_new"))
        topic.write("c/trace-events", 'include "made.inc"\ninclude "new.inc"\n')
        assert topic.check("--diff-base", "HEAD", "c") == (1, ["c/new.inc:1:14: error[TE405]"], old(1))

    def test_links(self, topic):
        topic.write("c/plain", BAD.format("c_bad"))
        (topic.folder / "c/trace-events").symlink_to("plain")
        topic.commit()
        assert topic.check("--diff-base", "HEAD", "c") == (0, [], old(1))

    def test_paths_and_folders(self, topic):
        topic.write("a/trace-events", topic.read("a/trace-events") + BAD.format("a_new"))
        place = "trace-events:3:14: error[TE405]"
        for paths, folder, shown in (
            (["a/trace-events"], ".", "a/"),
            (["./a"], ".", "a/"),
            ([], "a", ""),
            (["../a"], "b", "../a/"),
            ([str(topic.folder / "a")], "b", f"{topic.folder}/a/"),
        ):
            assert topic.check("--diff-base", "main", *paths, folder=folder) == (1, [shown + place], old(1))
        elsewhere = topic.check("--diff-base", "main", str(topic.folder / "a"), folder="../home")
        assert elsewhere == (1, [f"{topic.folder}/a/{place}"], old(1))

    def test_standard_input_is_a_file_of_the_checkout(self, topic):
        text = topic.read("a/trace-events") + BAD.format("a_new")
        options = ("--diff-base", "main", "--stdin-filename", "a/trace-events", "-")
        assert topic.check(*options, data=text) == (1, ["a/trace-events:3:14: error[TE405]"], old(1))

    def test_the_current_configuration_is_used(self, topic):
        topic.write("tesc.toml", "max-args = 1\n[per-file-ignores]\n'b/*' = ['TE405']\n")
        topic.write("a/trace-events", topic.read("a/trace-events") + 'a_two(int x, int y) "%d %d"\n')
        assert topic.check("--diff-base", "main") == (1, ["a/trace-events:3:14: error[TE301]"], old(1))

    def test_an_older_meson_build(self, topic):
        topic.write("scripts/tracetool.py", "")
        topic.write("meson.build", "trace_events_subdirs += ['a', 'b']\n")
        topic.commit()
        topic.write("meson.build", "trace_events_subdirs += ['a']\n")
        assert topic.check("--diff-base", "HEAD", "--select", "TE107") == (
            0,
            ["b/trace-events:1:1: warning[TE107]"],
            [],
        )

    @pytest.mark.parametrize("form", ["concise", "json", "sarif", "github", "gitlab", "gcc"])
    def test_all_output_formats(self, topic, form):
        topic.write("a/trace-events", topic.read("a/trace-events") + BAD.format("a_new"))
        done = topic.run("--diff-base", "main", "--output-format", form)
        assert done.status == 1
        assert done.err.splitlines() == old(2)
        out = done.out
        assert out.count("prints errno") == 1
        if form in ("json", "gitlab"):
            assert len(json.loads(out)) == 1
        if form == "sarif":
            assert len(json.loads(out)["runs"][0]["results"]) == 1

    def test_statistics(self, topic):
        topic.write("a/trace-events", topic.read("a/trace-events") + BAD.format("a_new"))
        done = topic.run("--diff-base", "main", "--statistics")
        assert (done.status, done.out) == (1, "1  TE405  errno-format\n")

    def test_fix_fixes_what_is_new(self, topic):
        wrong = '{}(int x) "x %d\\n"\n'
        topic.commit(c=wrong.format("c_old"))
        topic.write("c/trace-events", wrong.format("c_old") + wrong.format("c_new"))
        done = topic.run("--diff-base", "HEAD", "--fix", "c")
        assert done.out == "1 fixed; no new findings in 1 file; 1 old finding not shown\n"
        assert topic.read("c/trace-events") == wrong.format("c_old") + 'c_new(int x) "x %d"\n'

    def test_with_a_baseline(self, topic):
        topic.run("--write-baseline", "accepted.json")
        topic.write("a/trace-events", topic.read("a/trace-events") + BAD.format("a_new"))
        checked = topic.check("--diff-base", "main", "--baseline", "accepted.json")
        assert checked == (1, ["a/trace-events:3:14: error[TE405]"], old(2))

    def test_nothing_is_written(self, topic):
        def state():
            files = (path for path in topic.folder.rglob("*") if path.is_file())
            return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

        # git would note in the index that only the time is another one.
        os.utime(topic.folder / "a/trace-events", (1, 1))
        before = state()
        topic.check("--diff-base", "main")
        topic.check("--diff-base", "main", "--sources")
        assert state() == before

    @pytest.mark.parametrize("name", ["two words", "tab\tbed", "ünï", 'quo"ted', "line\nend"])
    def test_names_that_git_quotes(self, topic, name):
        topic.commit(**{name: BAD.format("c_bad")})
        assert topic.check("--diff-base", "HEAD", name) == (0, [], old(1))


class TestDiffBaseErrors:
    def said(self, repository: Repository, *arguments: str, **environment: str) -> str:
        done = repository.run(*arguments, **environment)
        assert (done.status, done.out) == (2, "")
        (line,) = done.err.splitlines()
        return line.removeprefix("tesc: error: ")

    @pytest.mark.parametrize("revision", ["nonsense", "main:a/trace-events", "HEAD~9", "", "-x", "--help"])
    def test_an_unknown_revision(self, topic, revision):
        assert self.said(topic, f"--diff-base={revision}") == f"unknown revision '{revision}'"

    @pytest.mark.parametrize("revision", ["main..topic", "main..."])
    def test_a_range(self, topic, revision):
        assert self.said(topic, f"--diff-base={revision}") == (
            f"unknown revision '{revision}'; it is a range: give only its start"
        )

    def test_a_branch_that_was_not_fetched(self, topic):
        topic.git("remote", "add", "origin", ".")
        assert self.said(topic, "--diff-base", "origin/main") == (
            "unknown revision 'origin/main'; try 'git fetch origin main:refs/remotes/origin/main'"
        )

    def test_a_shallow_clone(self, topic, tmp_path, need):
        """The command that the message suggests helps."""
        topic.commit(c=GOOD.format("c_new"))
        topic.git(
            "clone", "--quiet", "--depth=1", "--branch=topic", f"file://{topic.folder}", str(tmp_path / "c")
        )
        clone = Repository(topic.git_program, tmp_path / "c", tmp_path / "home")
        said = self.said(clone, "--diff-base", "origin/main")
        assert said == (
            "unknown revision 'origin/main'; this clone is shallow: "
            "try 'git fetch --unshallow origin main:refs/remotes/origin/main'"
        )
        subprocess.run(
            said.split("'")[3].split(),
            cwd=clone.folder,
            env=clone.environment,
            check=True,
            capture_output=True,
        )
        assert clone.check("--diff-base", "origin/main") == (0, [], old(2))

    def test_a_clone_too_shallow_for_a_common_commit(self, topic, tmp_path):
        topic.commit(c=GOOD.format("c_new"))
        topic.git("switch", "--quiet", "main")
        topic.commit(d=GOOD.format("d_new"))
        topic.git(
            "clone",
            "--quiet",
            "--depth=1",
            "--no-single-branch",
            f"file://{topic.folder}",
            str(tmp_path / "c"),
        )
        clone = Repository(topic.git_program, tmp_path / "c", tmp_path / "home")
        assert self.said(clone, "--diff-base", "origin/topic") == (
            "'origin/topic' and HEAD have no commit in common; this clone is shallow: "
            "try 'git fetch --unshallow origin topic:refs/remotes/origin/topic'"
        )

    def test_no_checkout(self, topic, tmp_path):
        (tmp_path / "plain").mkdir()
        plain = Repository(topic.git_program, tmp_path / "plain", tmp_path / "home")
        assert self.said(plain, "--diff-base", "main") == f"{tmp_path}/plain: not in a git checkout"
        assert self.said(topic, "--diff-base", "main", "a", "../plain") == (
            f"../plain: not in the git checkout {topic.folder}"
        )

    def test_no_commits(self, topic, tmp_path):
        (tmp_path / "new").mkdir()
        new = Repository(topic.git_program, tmp_path / "new", tmp_path / "home")
        subprocess.run([topic.git_program, "init", "-q", str(tmp_path / "new")], check=True)
        said = "this branch has no commits yet: there is nothing to compare with"
        assert self.said(new, "--diff-base", "HEAD") == said

    def test_no_git(self, topic, tmp_path):
        assert self.said(topic, "--diff-base", "main", PATH=str(tmp_path)) == (
            "git is not installed or not in PATH: it is needed to see what changed"
        )

    def test_git_that_cannot_be_started(self, topic, tmp_path):
        (tmp_path / "git").write_text("")
        said = self.said(topic, "--diff-base", "main", PATH=str(tmp_path))
        assert said == "git cannot be started: Permission denied"

    def test_options_that_cannot_be_combined(self, topic):
        assert "--write-baseline" in self.said(topic, "--diff-base", "main", "--write-baseline", "x")
        assert "--patch" in self.said(topic, "--diff-base", "main", "--patch", "x")
