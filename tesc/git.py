"""What git knows about a checkout: files, revisions, and renames. No other module runs git.

Nothing is checked out or written. All contents are read through one process.

A checkout is not trusted, and its configuration can name programs. RUNNING lists each key that makes
git start one, and what prevents that here.
"""

from __future__ import annotations

import os

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from subprocess import CompletedProcess

# How many seconds git may take for one command.
TIME_LIMIT = 120.0

# Keys of git's configuration (and hooks) that start programs, and what prevents that: the key is set for
# each call, the environment of each call, an option of `git diff`, or that no command used here reads the
# key. From git-config(1) and githooks(5) of Git 2.39 to 2.52.
RUNNING = {
    "core.fsmonitor": "set",
    "core.hooksPath": "set",
    "core.alternateRefsCommand": "set",
    "core.pager": "no terminal",
    "pager.*": "no terminal",
    "core.editor": "not reached",
    "sequence.editor": "not reached",
    "interactive.diffFilter": "not reached",
    "gpg.program": "not reached",
    "gpg.*.program": "not reached",
    "merge.*.driver": "not reached",
    "trailer.*.command": "not reached",
    "trailer.*.cmd": "not reached",
    "submodule.*.update": "not reached",
    "alias.*": "not reached",
    "browser.*.cmd": "not reached",
    "difftool.*.cmd": "not reached",
    "mergetool.*.cmd": "not reached",
    "filter.*.clean": "set for git diff",
    "filter.*.smudge": "set for git diff",
    "filter.*.process": "set for git diff",
    "diff.external": "option of git diff",
    "diff.*.command": "option of git diff",
    "diff.*.textconv": "option of git diff",
    # A partial clone fetches missing objects.
    "core.sshCommand": "environment",
    "core.gitProxy": "environment",
    "core.askPass": "environment",
    "credential.helper": "environment",
    "credential.*.helper": "environment",
    "remote.*.uploadpack": "environment",
    "remote.*.vcs": "environment",
    "remote.*.url": "environment",
    "uploadpack.packObjectsHook": "environment",
}
_SET = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.alternateRefsCommand=",
    # A folder below the top that looks like a bare repository is content, and its configuration untrusted.
    "safe.bareRepository=explicit",
)
_PREFIX = ["git", *(word for one in _SET for word in ("-c", one)), "--no-pager"]
_DIFF = (
    # Otherwise git writes the index if a file has only another time, even without optional locks.
    *("-c", "diff.autoRefreshIndex=false"),
    *("diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"),
)

_LINK = b"120000"
_FILES = (b"100644", b"100755", b"100664", _LINK)


class GitError(Exception):
    """A git command failed; the message says why and, if known, what to do."""


@record
class Blob:
    """A file at a revision: its object name, and whether it is a symbolic link."""

    name: bytes
    link: bool


_trusted = True


def trust(trusted: bool) -> None:
    """Set whether this process may call git, as a language server's client decides."""
    global _trusted
    _trusted = trusted


def listed(folder: str) -> list[bytes] | None:
    """The files below a folder that git tracks or does not ignore, relative to it; some may not exist.

    None outside of a checkout, or if git may not be called or fails.
    """
    if not _trusted or ("GIT_DIR" not in os.environ and top_folder(folder) is None):
        return None  # starting git takes longer than searching a small tree
    command = ["-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    printed = _output_of([*_PREFIX, *command])
    return None if printed is None else [name for name in set(printed.split(b"\0")) if name]


def ignores(path: str) -> bool:
    """Whether git ignores a path, which need not exist; false outside of a checkout, or if git fails."""
    top = top_folder(os.path.dirname(path)) if _trusted else None
    return top is not None and _output_of([*_PREFIX, "-C", top, "check-ignore", "--", path]) is not None


class Checkout:
    """The git checkout that a folder belongs to; `root` is its top folder, without symbolic links."""

    def __init__(self, folder: str) -> None:
        """Raises GitError outside of a checkout, and if git is missing or may not be called."""
        self._folder = folder
        if not _trusted:
            raise GitError(f"{folder}: git is not run in an untrusted workspace")
        if "GIT_DIR" not in os.environ and top_folder(folder) is None:
            raise GitError(f"{folder}: not in a git checkout")
        done = self._run("rev-parse", "--show-toplevel")
        if done.returncode:
            said = _first_error(done)
            if not said or "not a git repository" in said:
                said = "not in a git checkout"
            raise GitError(f"{folder}: {said}")
        self.root = os.path.realpath(os.fsdecode(done.stdout.rstrip(b"\n")))
        # As in git's hooks, whose environment may name the index relative to this folder.
        self._folder = self.root

    def base(self, revision: str, exactly: bool = False) -> str:
        """The commit of the merge base of HEAD and `revision`; with `exactly`, that of `revision`.

        Raises GitError if `revision` names no commit, or a shallow clone lacks the merge base.
        """
        commit = None if revision.startswith("-") else self._commit(revision)
        if commit is None:
            if revision == "HEAD":
                raise GitError("this branch has no commits yet: there is nothing to compare with")
            raise GitError(f"unknown revision '{revision}'{self._remedy(revision)}")
        if exactly:
            return commit
        found = self._run("merge-base", commit, "HEAD")
        if not found.returncode:
            return found.stdout.split()[0].decode()
        if self._is_shallow():
            raise GitError(f"'{revision}' and HEAD have no commit in common{self._remedy(revision)}")
        return commit  # unrelated histories

    def files(self, commit: str) -> dict[str, Blob]:
        """The files at a commit, by their paths from the top, with slashes. Raises GitError."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", commit)
        if listed.returncode:
            raise GitError(f"the files of {commit} can't be listed: {_first_error(listed)}")
        found = {}
        for entry in listed.stdout.split(b"\0"):
            facts, _, path = entry.partition(b"\t")
            mode, _, rest = facts.partition(b" ")
            if mode in _FILES:
                found[os.fsdecode(path)] = Blob(rest.split()[1], mode == _LINK)
        return found

    def renamed_since(self, commit: str) -> dict[str, str]:
        """Files renamed since a commit: old names by current ones; empty if git fails."""
        renames = ("--name-status", "-z", "--find-renames", "--diff-filter=R")
        done = self._diff(*renames, commit, "--")
        words = done.stdout.split(b"\0")[:-1] if not done.returncode else []
        # For each file, its similarity, the old name and the new one.
        return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(words[1::3], words[2::3])}

    def changed_since(self, commit: str) -> set[str]:
        """The files that differ between a commit and now, or exist in only one of them."""
        # Unlike --name-only, this looks into a file that has only another time.
        done = self._diff("--numstat", "-z", "--no-renames", commit, "--")
        return {os.fsdecode(entry.split(b"\t", 2)[2]) for entry in done.stdout.split(b"\0") if entry}

    def present(self) -> set[str]:
        """The files in the checkout that git tracks or does not ignore."""
        listed = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
        return {os.fsdecode(path) for path in listed.split(b"\0") if path}

    def _commit(self, revision: str) -> str | None:
        done = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return None if done.returncode else done.stdout.strip().decode()

    def _is_shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def _remedy(self, revision: str) -> str:
        """How to obtain a missing revision, as the end of a message; may be empty."""
        if ".." in revision:
            return "; it is a range: give only its start"
        remotes = os.fsdecode(self._run("remote").stdout).split()
        remote, slash, branch = revision.partition("/")
        what = f" {remote} {branch}:refs/remotes/{revision}" if slash and remote in remotes else ""
        if self._is_shallow():
            return f"; this clone is shallow: try 'git fetch --unshallow{what}'"
        return f"; try 'git fetch{what}'" if what else ""

    def _run(self, *arguments: str) -> CompletedProcess[bytes]:
        return _git(self._folder, arguments)

    def _diff(self, *arguments: str) -> CompletedProcess[bytes]:
        """Compare with the files on disk, without running the filters that the configuration names."""
        filters = self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.")
        drivers = {os.fsdecode(key).rpartition(".")[0] for key in filters.stdout.split(b"\0") if key}
        for driver in drivers:
            if "=" in driver or "\n" in driver:
                raise GitError(f"{self.root}: git's configuration has a filter named {driver!r}")
        off = [
            word
            for driver in sorted(drivers)
            for key in ("clean=", "smudge=", "process=", "required=false")
            for word in ("-c", f"{driver}.{key}")
        ]
        return _git(self._folder, (*off, *_DIFF, *arguments))

    def reader(self) -> BlobReader:
        """A reader of files' contents, to be closed by the caller."""
        return BlobReader(self.root)


class BlobReader:
    """Reads the contents of objects through one git process, which `close` ends."""

    def __init__(self, root: str) -> None:
        """Start the process. Raises GitError."""
        import subprocess

        try:
            self._process = subprocess.Popen(
                [*_PREFIX, "-C", root, "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            raise _not_started(error) from None

    def read(self, name: bytes) -> bytes:
        """The content of the object with this name. Raises GitError if it is missing."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None and answered is not None
        try:
            asked.write(name + b"\n")
            asked.flush()
            if not _answers(answered.fileno()):
                self._process.kill()
            facts = answered.readline().split()
            if len(facts) == 3:
                return answered.read(int(facts[2]) + 1)[:-1]
        except BrokenPipeError:
            pass
        raise GitError(f"git cannot read the object {name.decode()}; try 'git fsck'")

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
    """The top of the git checkout that a folder is in, without calling git; None if there is none.

    A folder in what looks like a bare repository is in none: git would use its configuration.
    """
    above = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above or _is_bare(above):
            return None
        above = parent
    return above


def _is_bare(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, "HEAD")) and all(
        os.path.isdir(os.path.join(folder, name)) for name in ("objects", "refs")
    )


def _git(folder: str, arguments: Sequence[str]) -> CompletedProcess[bytes]:
    import subprocess

    try:
        return subprocess.run(
            [*_PREFIX, "-C", folder, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            check=False,
            timeout=TIME_LIMIT,
        )
    except OSError as error:
        raise _not_started(error) from None
    except subprocess.TimeoutExpired:
        raise GitError(f"{folder}: git did not answer within {TIME_LIMIT:.0f} seconds") from None


def _not_started(error: OSError) -> GitError:
    if isinstance(error, FileNotFoundError):
        return GitError("git is not installed or not in PATH: it is needed to see what changed")
    # Too many processes or open files, or too little memory.
    return GitError(f"git cannot be started: {error.strerror}")


def _environment() -> dict[str, str]:
    """The environment for git: messages in English, as they are parsed; no writing, fetching or prompts."""
    return {
        **os.environ,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",  # since Git 2.45; before, no transport is allowed
        "GIT_ALLOW_PROTOCOL": "",
    }


def _output_of(command: list[str]) -> bytes | None:
    """The standard output of a command, or None if it fails or takes too long."""
    if not hasattr(os, "posix_spawnp"):
        import subprocess

        try:
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                env=_environment(),
                timeout=TIME_LIMIT,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return None if done.returncode else done.stdout
    # Importing subprocess takes longer than running git.
    ends: list[int] = []
    try:
        ends += os.pipe()
        ends.append(os.open(os.devnull, os.O_RDWR))
        reading, writing, nothing = ends
        streams = [
            (os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate((nothing, writing, nothing))
        ]
        child = os.posix_spawnp(command[0], command, _environment(), file_actions=streams)
    except OSError:  # no git, or too many processes or open files
        for end in ends:
            os.close(end)
        return None
    os.close(writing)
    os.close(nothing)
    printed: list[bytes] = []
    try:
        while _answers(reading):
            part = os.read(reading, 1 << 20)
            if not part:
                break
            printed.append(part)
        else:
            os.kill(child, 9)
    finally:
        os.close(reading)
        _, status = os.waitpid(child, 0)
    return None if status else b"".join(printed)


def _answers(stream: int) -> bool:
    """Whether a stream has data, or ends, within the time limit."""
    if os.name != "posix":
        return True
    import select

    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(TIME_LIMIT * 1000))


def _first_error(done: CompletedProcess[bytes]) -> str:
    """The first line of git's error message."""
    lines: Iterable[str] = done.stderr.decode("utf-8", "replace").splitlines()
    return next((line.partition(": ")[2] or line for line in lines), "")
