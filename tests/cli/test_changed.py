"""`tesc check --diff-base` and `--patch`: what a change brings in, in real git repositories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BAD = '{}(void) "%m"\n'
GOOD = '{}(int level) "level %d"\n'
ROOT = Path(__file__).parent.parent.parent


class Repository:
    """A git repository, and tesc in it; both know no configuration but the repository's."""

    def __init__(self, git: str, folder: Path, home: Path) -> None:
        self.git_program = git
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            **{f"GIT_{who}_{what}": "t@t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def git(self, *arguments: str) -> str:
        return self.git_bytes(*arguments).decode()

    def git_bytes(self, *arguments: str) -> bytes:
        command = [self.git_program, "-c", "init.defaultBranch=main", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, check=True)
        return done.stdout

    def write(self, path: str, text: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def commit(self, **files: str) -> None:
        for path, text in files.items():
            self.write(f"{path}/trace-events", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "more")

    def check(
        self, *arguments: str, data: str | bytes = b"", folder: str = ".", **environment: str
    ) -> tuple[int, list[str], list[str]]:
        """Exit status, findings without their messages, and what is said on standard error."""
        done = self.run("--output-format", "concise", *arguments, data=data, folder=folder, **environment)
        found = [line.split("]")[0] + "]" for line in done.stdout.decode().splitlines()]
        return done.returncode, found, done.stderr.decode().splitlines()

    def run(
        self, *arguments: str, data: str | bytes = b"", folder: str = ".", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "tesc", "check", *arguments]
        data = data.encode() if isinstance(data, str) else data
        done = subprocess.run(
            command,
            cwd=self.folder / folder,
            env={**self.environment, **environment},
            input=data,
            capture_output=True,
        )
        assert b"Traceback" not in done.stderr and b"internal error" not in done.stderr, done.stderr
        return done


@pytest.fixture
def repository(need, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    made = Repository(need("git", "git"), tmp_path / "work", tmp_path / "home")
    made.git("init", "--quiet")
    return made


@pytest.fixture
def topic(repository):
    """A repository with a branch in hand whose base has two old findings."""
    repository.commit(a=GOOD.format("a_old") + BAD.format("a_bad"), b=BAD.format("b_bad"))
    repository.git("switch", "--quiet", "--create", "topic")
    return repository


def old(number: int) -> list[str]:
    return [f"tesc: note: {number} old finding{'s' if number > 1 else ''} not shown"]


class TestDiffBase:
    def test_of_100_old_findings_and_a_new_one_it_reports_one(self, repository):
        repository.commit(hw="".join(BAD.format(f"old_{number}") for number in range(100)))
        repository.git("switch", "--quiet", "--create", "topic")
        repository.write(
            "hw/trace-events", "# moved\n" + BAD.format("new") + repository.read("hw/trace-events")
        )
        done = repository.run("--diff-base", "main")
        assert done.stdout.decode().splitlines() == [
            "hw/trace-events:2:12: error[TE405]: '%m' prints errno, which tracers do not keep",
            "  |",
            '2 | new(void) "%m"',
            "  |            ^^",
            "  = help: pass the error as an argument, such as 'int err' with '%d'",
            "",
            "1 error in 1 file; 100 old findings not shown",
        ]
        assert (done.returncode, done.stderr) == (1, b"")
        # Committed or not makes no difference.
        repository.commit()
        assert repository.check("--diff-base", "main") == (
            1,
            ["hw/trace-events:2:12: error[TE405]"],
            old(100),
        )

    def test_nothing_new(self, topic):
        assert topic.check("--diff-base", "main") == (0, [], old(2))
        done = topic.run("--diff-base", "main")
        assert done.stdout == b"no new findings in 2 files; 2 old findings not shown\n"

    def test_a_new_file_is_new_whether_git_knows_it_or_not(self, topic):
        topic.write("c/trace-events", BAD.format("c_bad"))
        found = (1, ["c/trace-events:1:14: error[TE405]"], old(2))
        assert topic.check("--diff-base", "main") == found
        topic.git("add", "c")
        assert topic.check("--diff-base", "main") == found

    def test_what_is_mended_makes_room_for_nothing_else(self, topic):
        topic.write("b/trace-events", BAD.format("b_other"))
        assert topic.check("--diff-base", "main") == (1, ["b/trace-events:1:16: error[TE405]"], old(1))

    def test_of_two_that_are_alike_the_one_in_the_new_line_is_new(self, topic):
        topic.write("b/trace-events", 'b_bad(int x) "%m"\n' + BAD.format("b_bad"))
        _, found, _ = topic.check("--diff-base", "main", "--select", "TE405")
        assert found == ["b/trace-events:1:15: error[TE405]"]

    def test_a_finding_in_a_file_that_did_not_change(self, topic):
        """The second declaration of two is shown; the first one is what came."""
        topic.write("a/trace-events", GOOD.format("b_bad") + topic.read("a/trace-events"))
        assert topic.check("--diff-base", "main", "--select", "TE101,TE405") == (
            1,
            ["b/trace-events:1:1: error[TE101]"],
            old(2),
        )

    def test_the_base_is_where_the_branch_began(self, topic):
        """What the other branch has fixed since is not this one's fault."""
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

    def test_an_included_file_of_another_name(self, topic):
        topic.commit(c='include "more.inc"\n')
        text = "".join(GOOD.format(f"a_{number}") for number in range(9)) + BAD.format("c_bad")
        topic.write("c/more.inc", text)
        topic.commit()
        topic.write("c/more.inc", "\n" + text + BAD.format("c_more"))
        assert topic.check("--diff-base", "HEAD", "c") == (1, ["c/more.inc:12:15: error[TE405]"], old(1))
        topic.git("mv", "c/more.inc", "c/less.inc")
        topic.write("c/trace-events", 'include "less.inc"\n')
        assert topic.check("--diff-base", "HEAD", "c") == (1, ["c/less.inc:12:15: error[TE405]"], old(1))

    def test_an_included_file_that_comes_or_that_git_ignores(self, topic):
        """The one was not there before, the other is as it is."""
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

    def test_the_configuration_is_the_present_one(self, topic):
        topic.write("tesc.toml", "max-args = 1\n[per-file-ignores]\n'b/*' = ['TE405']\n")
        topic.write("a/trace-events", topic.read("a/trace-events") + 'a_two(int x, int y) "%d %d"\n')
        assert topic.check("--diff-base", "main") == (1, ["a/trace-events:3:14: error[TE301]"], old(1))

    def test_meson_build_of_another_time(self, topic):
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
        assert done.returncode == 1
        assert done.stderr.decode().splitlines() == old(2)
        out = done.stdout.decode()
        assert out.count("prints errno") == 1
        if form in ("json", "gitlab"):
            assert len(json.loads(out)) == 1
        if form == "sarif":
            assert len(json.loads(out)["runs"][0]["results"]) == 1

    def test_statistics(self, topic):
        topic.write("a/trace-events", topic.read("a/trace-events") + BAD.format("a_new"))
        done = topic.run("--diff-base", "main", "--statistics")
        assert (done.returncode, done.stdout) == (1, b"1  TE405  errno-format\n")

    def test_fix_mends_what_is_new(self, topic):
        wrong = '{}(int x) "x %d\\n"\n'
        topic.commit(c=wrong.format("c_old"))
        topic.write("c/trace-events", wrong.format("c_old") + wrong.format("c_new"))
        done = topic.run("--diff-base", "HEAD", "--fix", "c")
        assert done.stdout == b"1 fixed; no new findings in 1 file; 1 old finding not shown\n"
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

        os.utime(topic.folder / "a/trace-events")
        before = state()
        topic.check("--diff-base", "main")
        assert state() == before

    @pytest.mark.parametrize("name", ["two words", "tab\tbed", "ünï", 'quo"ted', "line\nend"])
    def test_names_that_git_quotes(self, topic, name):
        topic.commit(**{name: BAD.format("c_bad")})
        assert topic.check("--diff-base", "HEAD", name) == (0, [], old(1))


class TestDiffBaseErrors:
    def said(self, repository: Repository, *arguments: str, **environment: str) -> str:
        done = repository.run(*arguments, **environment)
        assert (done.returncode, done.stdout) == (2, b"")
        (line,) = done.stderr.decode().splitlines()
        return line.removeprefix("tesc: error: ")

    @pytest.mark.parametrize("revision", ["nonsense", "main:a/trace-events", "HEAD~9", "", "-x", "--help"])
    def test_an_unknown_revision(self, topic, revision):
        assert self.said(topic, f"--diff-base={revision}") == f"unknown revision '{revision}'"

    @pytest.mark.parametrize("revision", ["main..topic", "main..."])
    def test_a_range(self, topic, revision):
        assert self.said(topic, f"--diff-base={revision}") == (
            f"unknown revision '{revision}'; it is a range: name only where it begins"
        )

    def test_a_branch_that_was_not_fetched(self, topic):
        topic.git("remote", "add", "origin", ".")
        assert self.said(topic, "--diff-base", "origin/main") == (
            "unknown revision 'origin/main'; try 'git fetch origin main:refs/remotes/origin/main'"
        )

    def test_a_shallow_clone(self, topic, tmp_path, need):
        """What the message says helps."""
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

    def test_options_that_do_not_go_with_it(self, topic):
        assert "--write-baseline" in self.said(topic, "--diff-base", "main", "--write-baseline", "x")
        assert "--patch" in self.said(topic, "--diff-base", "main", "--patch", "x")


COMBINED = "a merge's combined diff, which can't be applied; give the diff against one of its parents"
GIT = "diff --git a/a/trace-events b/a/trace-events\n"
NEW = ["a/trace-events:2:14: error[TE405]"]


@pytest.fixture
def changed(topic):
    """A repository with an old finding below a new one."""
    lines = topic.read("a/trace-events").splitlines(keepends=True)
    topic.write("a/trace-events", "".join([lines[0], BAD.format("a_new"), *lines[1:]]))
    return topic


class TestPatch:
    @pytest.mark.parametrize(
        "options",
        [[], ["--no-prefix"], ["-U0"], ["-U10"], ["--src-prefix=i/", "--dst-prefix=w/"], ["--stat", "-p"]],
    )
    @pytest.mark.parametrize("applied", [True, False])
    def test_git_diff(self, changed, applied, options):
        patch = changed.git_bytes("diff", *options)
        if not applied:
            changed.git("checkout", "--quiet", ".")
        assert changed.check("--patch", "-", data=patch) == (1, NEW, old(2))
        assert changed.check("--patch", "-", "a", data=patch) == (1, NEW, old(1))
        assert changed.check("--patch", "-", "b", data=patch) == (0, [], old(1))

    @pytest.mark.parametrize("applied", [True, False])
    def test_from_a_folder_below(self, changed, applied):
        patch = changed.git_bytes("diff")
        relative = changed.git_bytes("-C", "a", "diff", "--relative")
        if not applied:
            changed.git("checkout", "--quiet", ".")
        assert changed.check("--patch", "-", data=relative, folder="a")[1] == [
            "trace-events:2:14: error[TE405]"
        ]
        assert changed.check("--patch", "-", data=patch, folder="b") == (1, [f"../{NEW[0]}"], old(2))

    def test_a_file_of_a_patch(self, changed, tmp_path):
        (tmp_path / "x.patch").write_bytes(changed.git_bytes("diff"))
        assert changed.check("--patch", "../x.patch") == (1, NEW, old(2))
        assert changed.check("--patch", "../y.patch") == (
            2,
            [],
            ["tesc: error: ../y.patch: No such file or directory"],
        )

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_series_of_mails(self, topic, applied):
        """The second mail moves what the first one adds."""
        base = topic.git("rev-parse", "HEAD").strip()
        start = topic.read("a/trace-events")
        topic.commit(a=start.replace("a_bad", "a_new", 1) + BAD.format("a_bad"))
        topic.commit(a="# moved\n\n" + topic.read("a/trace-events"), c=BAD.format("c_bad"))
        mails = topic.git_bytes("format-patch", "--stdout", base)
        assert mails.count(b"\nSubject: ") == 2
        if not applied:
            topic.git("reset", "--quiet", "--hard", base)
        status, found, _ = topic.check("--patch", "-", data=mails)
        assert (status, found) == (
            1,
            [
                "a/trace-events:4:14: error[TE405]",
                "c/trace-events:1:14: error[TE405]",
            ],
        )

    def test_mails_that_were_encoded(self, topic):
        import email.mime.multipart
        import email.mime.text
        import quopri

        topic.write("a/trace-events", topic.read("a/trace-events") + '# grün = "x"\n' + BAD.format("a_new"))
        patch = topic.git_bytes("diff")
        topic.git("checkout", "--quiet", ".")
        found = (1, ["a/trace-events:4:14: error[TE405]"], old(2))
        head = b"From: t@t\nSubject: [PATCH] more\nMIME-Version: 1.0\n"
        quoted = head + b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(patch)
        assert b"=3D" in quoted
        assert topic.check("--patch", "-", data=quoted) == found
        mailbox = (
            b"From t@t Mon Sep 17 00:00:00 2001\n"
            + head
            + b"\nhello\n\n"
            + b"From t@t Mon Sep 17 00:00:00 2001\n"
            + quoted
        )
        assert topic.check("--patch", "-", data=mailbox) == found
        attached = email.mime.multipart.MIMEMultipart()
        attached.attach(email.mime.text.MIMEText("See below.", "plain", "utf-8"))
        attached.attach(email.mime.text.MIMEText(patch.decode(), "x-patch", "utf-8"))
        assert b"base64" in attached.as_bytes()
        assert topic.check("--patch", "-", data=attached.as_bytes()) == found
        # Some mailers end all lines as mails do.
        assert topic.check("--patch", "-", data=patch.replace(b"\n", b"\r\n")) == found

    @pytest.mark.parametrize("applied", [True, False])
    def test_files_with_other_line_ends(self, topic, applied):
        text = topic.read("a/trace-events").replace("\n", "\r\n")
        topic.write("a/trace-events", text)
        topic.commit()
        topic.write("a/trace-events", text + BAD.format("a_new").replace("\n", "\r\n"))
        patch = topic.git_bytes("diff")
        if not applied:
            topic.git("checkout", "--quiet", ".")
        found = ["a/trace-events:3:14: error[TE405]"]
        assert topic.check("--patch", "-", "--ignore", "TE006", data=patch) == (1, found, old(2))
        # In a mail, all line ends have become alike.
        assert b"\r\r" not in (mail := patch.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert topic.check("--patch", "-", "--ignore", "TE006", data=mail) == (1, found, old(2))

    @pytest.mark.parametrize("applied", [True, False])
    def test_files_that_come_go_and_move(self, topic, applied):
        topic.write("c/trace-events", BAD.format("c_bad"))
        topic.git("mv", "a", "z")
        topic.write("z/trace-events", GOOD.format("z_new") + topic.read("z/trace-events"))
        topic.git("rm", "--quiet", "b/trace-events")
        topic.git("add", "--all")
        patch = topic.git_bytes("diff", "--cached", "--find-renames")
        assert b"rename from a" in patch and b"deleted file" in patch and b"new file" in patch
        if not applied:
            topic.git("reset", "--quiet", "--hard")
        assert topic.check("--patch", "-", data=patch) == (1, ["c/trace-events:1:14: error[TE405]"], old(1))

    @pytest.mark.parametrize("applied", [True, False])
    @pytest.mark.parametrize("name", ["two words", "ünï", 'quo"ted', "tab\tbed", "back\\slash"])
    def test_names_that_git_quotes(self, topic, applied, name):
        topic.commit(**{name: GOOD.format("c_good")})
        topic.write(f"{name}/trace-events", BAD.format("c_bad"))
        patch = topic.git_bytes("diff")
        if not applied:
            topic.git("checkout", "--quiet", ".")
        status, found, _ = topic.check("--patch", "-", data=patch)
        assert (status, len(found)) == (1, 1)

    def test_plain_diff(self, changed, need):
        diff = need("diff", "diffutils")
        changed.write("a/trace-events.orig", changed.git_bytes("show", "HEAD:a/trace-events"))
        for command in (
            [diff, "-u", "a/trace-events.orig", "a/trace-events"],
            [diff, "-u", str(changed.folder / "a/trace-events.orig"), str(changed.folder / "a/trace-events")],
        ):
            patch = subprocess.run(command, cwd=changed.folder, capture_output=True).stdout
            assert changed.check("--patch", "-", data=patch) == (1, NEW, old(2))

    def test_diff_of_two_trees(self, changed, need, tmp_path):
        changed.write("c/trace-events", BAD.format("c_bad"))
        changed.git("add", "c")
        changed.git("worktree", "add", "--quiet", "../before", "main")
        command = [need("diff", "diffutils"), "-urN", "--exclude=.git", "before", "work"]
        patch = subprocess.run(command, cwd=tmp_path, capture_output=True).stdout
        found = (1, [*NEW, "c/trace-events:1:14: error[TE405]"], old(2))
        assert changed.check("--patch", "-", data=patch) == found
        elsewhere = changed.run("--output-format=concise", "--patch", "-", data=patch, folder="../before")
        assert elsewhere.stdout.count(b"TE405") == 2

    def test_a_line_that_the_patch_adds_counts_even_where_the_finding_is_old(self, changed):
        changed.git("commit", "--quiet", "--all", "--message", "more")
        changed.write(
            "a/trace-events", changed.read("a/trace-events").replace('a_new(void) "%m"', 'a_new(void)  "%m"')
        )
        status, found, _ = changed.check("--patch", "-", "--select", "TE405", data=changed.git_bytes("diff"))
        assert (status, found) == (1, ["a/trace-events:2:15: error[TE405]"])

    def test_a_finding_in_a_file_that_the_patch_does_not_change(self, topic):
        topic.write("a/trace-events", GOOD.format("b_bad") + topic.read("a/trace-events"))
        patch = topic.git_bytes("diff")
        topic.git("checkout", "--quiet", ".")
        assert topic.check("--patch", "-", "--select", "TE101", data=patch) == (
            1,
            ["b/trace-events:1:1: error[TE101]"],
            [],
        )

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_new_folder_and_its_line_in_meson_build(self, topic, applied):
        topic.write("scripts/tracetool.py", "")
        topic.write("meson.build", "trace_events_subdirs += ['a', 'b']\n")
        topic.commit()
        topic.write("meson.build", "trace_events_subdirs += ['a', 'b', 'c']\n")
        topic.write("c/trace-events", GOOD.format("c_good"))
        topic.write("d/trace-events", GOOD.format("d_good"))
        topic.git("add", "--all")
        patch = topic.git_bytes("diff", "--cached")
        if not applied:
            topic.git("reset", "--quiet", "--hard")
        assert topic.check("--patch", "-", "--select", "TE107", data=patch)[1] == [
            "d/trace-events:1:1: warning[TE107]"
        ]

    @pytest.mark.parametrize("applied", [True, False])
    def test_included_files(self, topic, applied):
        topic.commit(c='include "more.inc"\n')
        topic.write("c/more.inc", GOOD.format("c_good"))
        topic.commit()
        topic.write("c/more.inc", GOOD.format("c_good") + BAD.format("c_bad"))
        patch = topic.git_bytes("diff")
        if not applied:
            topic.git("checkout", "--quiet", ".")
        assert topic.check("--patch", "-", "c", data=patch) == (1, ["c/more.inc:2:14: error[TE405]"], [])

    def test_fix(self, topic):
        topic.write("a/trace-events", topic.read("a/trace-events") + 'a_new(int x) "x %d\\n"\n')
        patch = topic.git_bytes("diff")
        done = topic.run("--patch", "-", "--fix", data=patch)
        assert done.returncode == 0
        assert topic.read("a/trace-events").endswith('a_new(int x) "x %d"\n')
        topic.git("checkout", "--quiet", ".")
        status, _, said = topic.check("--patch", "-", "--fix", data=patch)
        assert (status, said) == (
            2,
            ["tesc: error: --fix requires that the patch is applied; --diff shows what it would change"],
        )
        done = topic.run("--patch", "-", "--diff", data=patch)
        assert b'+a_new(int x) "x %d"\n' in done.stdout
        assert topic.run("--patch", "-", "--fix", "--diff", data=patch).stdout == done.stdout

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_series(self, topic, applied):
        for event in ("a_first", "a_second"):
            topic.commit(a=topic.read("a/trace-events") + BAD.format(event))
        first, second = topic.git("format-patch", "main").split()
        if not applied:
            topic.git("reset", "--quiet", "--hard", "main")
        found = ["a/trace-events:3:16: error[TE405]", "a/trace-events:4:17: error[TE405]"]
        assert topic.check("--patch", first, "--patch", second) == (1, found, old(2))
        said = [f"tesc: error: {second}: a patch; give each by its own --patch, or all to '--patch -'"]
        assert topic.check("--patch", first, second) == (2, [], said)

    def test_nothing(self, topic):
        assert topic.check("--patch", "-") == (0, [], old(2))

    def test_no_checkout_is_needed(self, changed, tmp_path):
        patch = changed.git_bytes("diff")
        (tmp_path / "plain/a").mkdir(parents=True)
        (tmp_path / "plain/a/trace-events").write_text(changed.read("a/trace-events"))
        assert changed.check("--patch", "-", data=patch, folder="../plain") == (1, NEW, old(1))


class TestPatchErrors:
    def said(self, repository: Repository, patch: bytes) -> str:
        done = repository.run("--patch", "-", data=patch)
        assert (done.returncode, done.stdout) == (2, b"")
        (line,) = done.stderr.decode().splitlines()
        return line.removeprefix("tesc: error: standard input: ")

    def test_a_hunk_that_does_not_apply(self, topic):
        text = "".join(GOOD.format(f"event_{number}") for number in range(30))
        topic.commit(a=text)
        topic.write("a/trace-events", text.replace("event_3(", "third(").replace("event_25(", "later("))
        patch = topic.git_bytes("diff")
        topic.write("a/trace-events", text.replace("event_26", "other"))
        assert self.said(topic, patch) == (
            "a/trace-events: hunk 2 of the patch (at line 23) does not apply, and is not already applied"
        )

    def test_other_files_need_not_fit(self, changed):
        changed.write("x.c", "one\n")
        changed.git("add", "--all")
        patch = changed.git_bytes("diff", "--cached")
        changed.write("x.c", "two\n")
        assert changed.check("--patch", "-", data=patch) == (1, NEW, old(2))

    @pytest.mark.parametrize(
        ("patch", "message"),
        [
            ("hello", "it contains no unified diff"),
            (
                "\x1b[1m--- a/a/trace-events\x1b[m\n",
                "it contains no unified diff; it is coloured: use 'git diff --no-color'",
            ),
            (
                "--- a/a/trace-events\n+++ b/a/trace-events\n@@ -1,3 +1,3 @@\n x",
                "line 5: hunk 1 of b/a/trace-events ends after 1 lines, before its header says so",
            ),
            (
                "diff --cc a/trace-events\n@@@ -1 -1 +1 @@@",
                f"line 1: {COMBINED}",
            ),
            (
                "--- a/no/trace-events\n+++ b/no/trace-events\n@@ -1 +1 @@\n-x\n+y",
                "no/trace-events: the patch changes a file that does not exist",
            ),
            (
                f"{GIT}index 1..2 100644\nBinary files a/a/trace-events and b/a/trace-events differ",
                "a/trace-events: the patch does not show its changes as text",
            ),
            (
                f"{GIT}index 1..2 100644\nGIT binary patch\nliteral 3",
                "a/trace-events: the patch does not show its changes as text",
            ),
            (
                f"{GIT}similarity index 100%\ncopy from a/trace-events\n",
                "line 3: a copy of a/trace-events; make the diff without 'git diff -C'",
            ),
            (
                f"{GIT}new file mode 100644\n--- /dev/null\n+++ b/a/trace-events\n@@ -0,0 +1 @@\n+x",
                "a/trace-events: the patch creates a file that already exists",
            ),
        ],
    )
    def test_patches_that_can_not_be_used(self, topic, patch, message):
        assert self.said(topic, f"{patch}\n".encode()) == message

    def test_options_that_do_not_go_with_it(self, topic):
        status, _, said = topic.check("--patch", "-", "-")
        assert (status, said) == (2, ["tesc: error: --patch checks files, not standard input (-)"])


class TestSources:
    """Rules that look at C and Rust sources compare those of then with those of now."""

    OLD = 'a_old(int x) "%d"\na_wrong(int x) "%d"\n'
    CALLS = "void f(void)\n{\n    trace_a_old(1);\n    trace_a_wrong();\n}\n"

    @pytest.fixture
    def sources(self, repository):
        repository.write("a/a.c", self.CALLS)
        repository.write("b/b.c", "void g(void)\n{\n    trace_a_old(2);\n}\n")
        repository.commit(a=self.OLD)
        return repository

    def found(self, repository: Repository, *options: str, data: bytes = b"") -> list[str]:
        _, found, _ = repository.check("--sources", ".", "--select", "TE6", *options, data=data)
        return sorted(line.split()[0] + line.rpartition("[")[2] for line in found)

    def test_old_ones(self, sources):
        assert self.found(sources) == ["a/trace-events:2:9:TE603]"]
        assert self.found(sources, "--diff-base", "HEAD") == []

    @pytest.mark.parametrize("applied", [True, False])
    def test_the_last_use_goes(self, sources, applied):
        """The event did not change, but what uses it."""
        sources.write("a/a.c", self.CALLS.replace("trace_a_old(1)", "f()"))
        sources.write("b/b.c", "void g(void)\n{\n}\n")
        if applied:
            assert self.found(sources, "--diff-base", "HEAD") == ["a/trace-events:1:1:TE601]"]
        patch = sources.git_bytes("diff")
        if not applied:
            sources.git("checkout", "--quiet", ".")
        assert self.found(sources, "--patch", "-", data=patch) == ["a/trace-events:1:1:TE601]"]

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_wrong_use_comes(self, sources, applied):
        """In a file that moves at the same time, and beside one in a new file."""
        sources.write("a/a.c", "// moved\n" + self.CALLS.replace("a_old(1)", "a_old(1, 2)"))
        sources.write("c/c.c", "void h(void)\n{\n    trace_a_old();\n}\n")
        expected = ["a/trace-events:1:7:TE603]"]
        if applied:
            assert self.found(sources, "--diff-base", "HEAD") == expected
        sources.git("add", "--all")
        patch = sources.git_bytes("diff", "--cached")
        if not applied:
            sources.git("reset", "--quiet", "--hard")
        assert self.found(sources, "--patch", "-", data=patch) == expected
