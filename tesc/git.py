"""What git knows of a checkout: its revisions, the files at one of them, and what was renamed since.

Nothing is checked out or written. Files are read through one process, however many there are.
"""

from __future__ import annotations

import os
import subprocess

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LINK = b"120000"
_FILES = (b"100644", b"100755", b"100664", _LINK)


class GitError(Exception):
    """Git can't tell; the message says why, and what to do where that is known."""


@record
class Blob:
    """A file at a revision: the name of its content, and whether that is the target of a link."""

    name: bytes
    link: bool


class Checkout:
    """The git checkout that a folder belongs to; `root` is its top folder, without symbolic links."""

    def __init__(self, folder: str) -> None:
        """Raises GitError for a folder of no checkout, and where there is no git."""
        self._folder = folder
        done = self._run("rev-parse", "--show-toplevel")
        if done.returncode:
            said = _said(done)
            if not said or "not a git repository" in said:
                said = "not in a git checkout"
            raise GitError(f"{folder}: {said}")
        self.root = os.path.realpath(os.fsdecode(done.stdout.rstrip(b"\n")))
        # Where git's hooks run too, so that what they say of the index holds.
        self._folder = self.root

    def base(self, revision: str) -> str:
        """The commit that the work in hand began from: where HEAD left the history of `revision`.

        Raises GitError for what names no commit here.
        """
        commit = None if revision.startswith("-") else self._commit(revision)
        if commit is None:
            if revision == "HEAD":
                raise GitError("this branch has no commits yet: there is nothing to compare with")
            raise GitError(f"unknown revision '{revision}'{self._remedy(revision)}")
        found = self._run("merge-base", commit, "HEAD")
        if not found.returncode:
            return found.stdout.split()[0].decode()
        if self._is_shallow():
            raise GitError(f"'{revision}' and HEAD have no commit in common{self._remedy(revision)}")
        return commit  # histories that never met

    def files(self, commit: str) -> dict[str, Blob]:
        """The files at a commit, by their paths from the top, with slashes."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", commit)
        if listed.returncode:
            raise GitError(f"the files of {commit} can't be listed: {_said(listed)}")
        found = {}
        for entry in listed.stdout.split(b"\0"):
            facts, _, path = entry.partition(b"\t")
            mode, _, rest = facts.partition(b" ")
            if mode in _FILES:
                found[os.fsdecode(path)] = Blob(rest.split()[1], mode == _LINK)
        return found

    def renamed_since(self, commit: str) -> dict[str, str]:
        """Files that have had another name since a commit: that name by the present one."""
        renames = ("--name-status", "-z", "--find-renames", "--diff-filter=R", "--ignore-submodules")
        done = self._run("diff", *renames, commit, "--")
        words = done.stdout.split(b"\0")[:-1] if not done.returncode else []
        # Of each file, how alike it is, the old name and the new one.
        return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(words[1::3], words[2::3])}

    def changed_since(self, commit: str) -> set[str]:
        """The files that are not what they were at a commit, or not there in one of the two cases."""
        done = self._run("diff", "--name-only", "-z", "--no-renames", "--ignore-submodules", commit, "--")
        return {os.fsdecode(path) for path in done.stdout.split(b"\0") if path}

    def present(self) -> set[str]:
        """The files that are, or may come, under git's care now: all but those that it ignores."""
        listed = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
        return {os.fsdecode(path) for path in listed.split(b"\0") if path}

    def _commit(self, revision: str) -> str | None:
        done = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return None if done.returncode else done.stdout.strip().decode()

    def _is_shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def _remedy(self, revision: str) -> str:
        """What would bring a revision, as the end of a message."""
        if ".." in revision:
            return "; it is a range: name only where it begins"
        remotes = os.fsdecode(self._run("remote").stdout).split()
        remote, slash, branch = revision.partition("/")
        what = f" {remote} {branch}:refs/remotes/{revision}" if slash and remote in remotes else ""
        if self._is_shallow():
            return f"; this clone is shallow: try 'git fetch --unshallow{what}'"
        return f"; try 'git fetch{what}'" if what else ""

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return _git(self._folder, arguments)

    def reader(self) -> Reader:
        """What reads the contents of files."""
        return Reader(self.root)


class Reader:
    """Reads contents by their names, through one process that `close` ends."""

    def __init__(self, root: str) -> None:
        self._process = subprocess.Popen(
            ["git", "-C", root, "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def read(self, name: bytes) -> bytes:
        """The content of a name. Raises GitError where git does not have it."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None and answered is not None
        try:
            asked.write(name + b"\n")
            asked.flush()
            facts = answered.readline().split()
            if len(facts) == 3:
                return answered.read(int(facts[2]) + 1)[:-1]
        except BrokenPipeError:
            pass
        raise GitError(f"git has lost the content {name.decode()}; 'git fsck' may tell more")

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdout.close()
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait()


def top_folder(folder: str) -> str | None:
    """The top of the git checkout that a folder is in, without asking git; None where there is none."""
    above = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return None
        above = parent
    return above


def _git(folder: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", folder, *arguments]
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(), check=False
        )
    except FileNotFoundError:
        raise GitError("git is not installed or not in PATH: it is needed to see what changed") from None


def _environment() -> dict[str, str]:
    """Messages in English, for what looks into them; and nothing is written, not even the index."""
    return {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """The first line of what git complained about."""
    lines: Iterable[str] = done.stderr.decode("utf-8", "replace").splitlines()
    return next((line.partition(": ")[2] or line for line in lines), "")
