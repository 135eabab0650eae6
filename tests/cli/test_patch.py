"""`tesc check --patch`: what a patch introduces, applied or not."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.repository import BAD, GOOD, Repository, old

COMBINED = "a merge's combined diff, which can't be applied; give the diff against one of its parents"
GIT = "diff --git a/a/trace-events b/a/trace-events\n"
NEW = ["a/trace-events:2:14: error[TE405]"]


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
        """The second mail's patch moves lines that the first one adds."""
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
        # Some mailers end all lines with CR LF.
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
        # In a mail, all line ends are the same.
        assert b"\r\r" not in (mail := patch.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert topic.check("--patch", "-", "--ignore", "TE006", data=mail) == (1, found, old(2))

    @pytest.mark.parametrize("applied", [True, False])
    def test_added_removed_and_moved_files(self, topic, applied):
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
        assert elsewhere.out.count("TE405") == 2

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
        assert done.status == 0
        assert topic.read("a/trace-events").endswith('a_new(int x) "x %d"\n')
        topic.git("checkout", "--quiet", ".")
        status, _, said = topic.check("--patch", "-", "--fix", data=patch)
        assert (status, said) == (
            2,
            ["tesc: error: --fix requires that the patch is applied; --diff shows what it would change"],
        )
        done = topic.run("--patch", "-", "--diff", data=patch)
        assert '+a_new(int x) "x %d"\n' in done.out
        assert topic.run("--patch", "-", "--fix", "--diff", data=patch).out == done.out

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_series(self, topic, applied):
        for event in ("a_first", "a_second"):
            topic.commit(a=topic.read("a/trace-events") + BAD.format(event))
        first, second = topic.git("format-patch", "main").split()
        if not applied:
            topic.git("reset", "--quiet", "--hard", "main")
        found = ["a/trace-events:3:16: error[TE405]", "a/trace-events:4:17: error[TE405]"]
        assert topic.check("--patch", first, "--patch", second) == (1, found, old(2))
        said = [f"tesc: error: {second}: a patch; give each with its own --patch, or all to '--patch -'"]
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
        assert (done.status, done.out) == (2, "")
        (line,) = done.err.splitlines()
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
    def test_unusable_patches(self, topic, patch, message):
        assert self.said(topic, f"{patch}\n".encode()) == message

    def test_options_that_cannot_be_combined(self, topic):
        status, _, said = topic.check("--patch", "-", "-")
        assert (status, said) == (2, ["tesc: error: --patch checks files, not standard input (-)"])
