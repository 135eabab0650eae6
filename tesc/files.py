"""Finding and reading source files, and writing outputs completely or not at all."""

from __future__ import annotations

import errno
import os

from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedWriter

MAX_SOURCE_BYTES = 16 * 1024 * 1024
# Exceptions from reading JSON that does not have the structure that tesc writes.
UNEXPECTED_JSON = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
# Files that, in a file's folder or above it, affect how the file is checked: all that configurations
# and rules look for. A rule that looks for another file has to add it here.
SURROUNDINGS = (
    "tesc.toml",
    "pyproject.toml",
    "meson.build",
    "VERSION",
    os.path.join("scripts", "tracetool.py"),
    os.path.join("scripts", "tracetool", "format", "rs.py"),
)


def read_source(path: str, shown: str) -> Source:
    """The source in a file; `shown` is its path in messages.

    Raises OSError if it cannot be read or is larger than 16 MiB.
    """
    with open(path, "rb") as file:
        data = file.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise too_large(path)
    return Source.from_bytes(shown, data, path)


def too_large(path: str) -> OSError:
    """The error for a source file of more than 16 MiB."""
    return OSError(errno.EFBIG, f"larger than {MAX_SOURCE_BYTES // (1024 * 1024)} MiB", path)


def relative(path: str) -> str:
    """A path as in `#line` and diagnostics: relative to the working directory, with slashes."""
    try:
        path = os.path.relpath(path)
    except ValueError:  # on another Windows drive
        pass
    return path.replace(os.sep, "/")


def is_trace_events(name: str) -> bool:
    """Whether a file's name says that it declares trace events."""
    return name == "trace-events" or name.endswith(".trace-events")


def is_source_code(path: str) -> bool:
    """Whether a path, probably given by mistake, is a C or Rust file by its name."""
    return path.endswith((".c", ".h", ".cc", ".cpp", ".rs"))


def find_files(folder: str, left_out: list[str] | None = None) -> list[str]:
    """The trace-events files below a folder, sorted; in a git checkout, those that git does not ignore.

    Links that lead out of the folder and its checkout are added to `left_out` instead.
    """
    found = listed_by_git(folder, ("trace-events",))
    if found is None:
        found = list(_walk(folder))
    files = sorted(path for path in found if is_trace_events(os.path.basename(path)))
    astray = {path for path in files if leads_out(path, folder)}
    if left_out is not None:
        left_out += sorted(astray)
    return [path for path in files if path not in astray] if astray else files


def search(folder: str) -> tuple[list[str], list[str]]:
    """The trace-events files below a folder, and the links that lead out of it: see `find_files`."""
    left_out: list[str] = []
    return find_files(folder, left_out), left_out


def leads_out(path: str, folder: str) -> bool:
    """Whether a path is a symbolic link to a file that is neither below a folder nor in its checkout."""
    if not os.path.islink(path):
        return False
    real = os.path.realpath(path)
    from tesc import git  # not needed to generate a single output

    tops = (os.path.realpath(folder), git.top_folder(folder))
    return not any(top is not None and real.startswith(os.path.join(top, "")) for top in tops)


def listed_by_git(folder: str, ends: tuple[str, ...]) -> list[str] | None:
    """The files below a folder that git does not ignore and whose names end with one of `ends`.

    None outside of a checkout, or if git cannot be used.
    """
    from tesc import git

    listed = git.listed(folder)
    if listed is None:
        return None
    wanted = tuple(map(os.fsencode, ends))
    paths = (os.path.join(folder, os.fsdecode(name)) for name in listed if name.endswith(wanted))
    # git lists files that were deleted, and submodules' folders.
    return [path for path in paths if os.path.isfile(path)]


def _walk(folder: str) -> Iterator[str]:
    folders = [folder]
    for parent in folders:
        try:
            entries = os.scandir(parent)
        except OSError:
            continue
        with entries:
            for entry in entries:
                # A FIFO or a device that was found, not given by name, would only block.
                if is_trace_events(entry.name) and os.path.isfile(entry.path):
                    yield entry.path
                elif entry.name != ".git" and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)


def check_outputs(outputs: Iterable[str | None], inputs: Iterable[str | None]) -> None:
    """Raise OSError for an output that is also an input, or another output. None stands for no path."""
    read = [path for path in inputs if path is not None and os.path.exists(path)]
    taken = set()
    for path in outputs:
        if path is None or (os.path.exists(path) and not os.path.isfile(path)):
            continue
        if os.path.exists(path) and any(os.path.samefile(path, one) for one in read):
            raise OSError(errno.EINVAL, "also an input, so it is not overwritten", path)
        real = os.path.realpath(path)
        if real in taken:
            raise OSError(errno.EINVAL, "two outputs would be written to it", path)
        taken.add(real)


def make_folder(path: str) -> None:
    """Make a folder and those above it, unless it exists. Raises OSError."""
    try:
        os.makedirs(path, exist_ok=True)
    except FileExistsError as wrong:
        # "File exists" would not say what is wrong with that.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), wrong.filename) from None


def write_output(path: str, text: str, touch: bool = False) -> bool:
    """Write a generated file; true if its content changed.

    A regular file is replaced atomically, or left alone if its content is the same (`touch`
    still updates its times). A symbolic link's target is replaced; anything else that
    exists (a device, a FIFO) is written in place. Raises OSError.
    """
    return write_bytes(path, text.encode("utf-8", "surrogateescape"), touch)


def write_bytes(path: str, data: bytes, touch: bool = False) -> bool:
    """Write a generated file from bytes, like `write_output`."""
    given = path
    mode = None
    if os.path.lexists(path):
        # Checked before links are followed: /dev/stdout may lead to something that has no path.
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(data)
            return True
        path = os.path.realpath(path)
        try:
            with open(path, "rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o7777
                if file.read(len(data) + 1) == data:
                    if touch:
                        os.utime(path)
                    return False
        except FileNotFoundError:
            pass
    replacement = _Replacement(path)
    try:
        with replacement.opened() as file:
            file.write(data)
        if mode is not None:
            os.chmod(replacement.path, mode)
        replacement.take_place()
    except OSError as error:
        error.filename, error.filename2 = given, None  # messages name the given file
        raise
    finally:
        replacement.remove()
    return True


class Changed(OSError):
    """A source has changed since it was read."""


def write_source(path: str, before: str, after: str, scope: Scope) -> None:
    """Replace a source's text; an interruption leaves the old or the new text, complete.

    Its owner, mode, access control lists, other attributes and hard links are kept. Raises Changed if
    the file no longer contains `before`, and OSError if it cannot be written or is not in the scope,
    such as a link that leads elsewhere. After an error the file is unchanged.
    """
    if not scope.holds(path):
        raise OSError(errno.EPERM, "it leads out of what may be changed; nothing is written", path)
    given, path = path, os.path.realpath(path)
    old, new = (text.encode("utf-8", "surrogateescape") for text in (before, after))
    replacement = _Replacement(path)
    try:
        status = _expect(path, old, given)
        attributes = _attributes(path)
        kept = status.st_nlink == 1
        with replacement.opened() as file:
            file.write(new)
            file.flush()
            kept = kept and _like(file.fileno(), status, attributes)
            os.fsync(file.fileno())
        # Editors do not lock files, so check at the last moment.
        if _state(_expect(path, old, given)) != _state(status):
            raise Changed(errno.EBUSY, "it was replaced in the meantime; nothing is written", given)
        if kept:
            replacement.take_place()
            _sync_folder(os.path.dirname(path))
        else:
            _overwrite(path, new)
    except OSError as error:
        error.filename, error.filename2 = given, None
        raise
    finally:
        replacement.remove()


def _expect(path: str, data: bytes, given: str) -> os.stat_result:
    """The state of a file whose content must be `data`. Raises Changed if it is not, and OSError."""
    with open(path, "rb") as file:
        if file.read(len(data) + 1) != data:
            raise Changed(errno.EBUSY, "it was changed in the meantime; nothing is written", given)
        return os.fstat(file.fileno())


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _attributes(path: str) -> dict[str, bytes]:
    """A file's extended attributes, including access control lists; empty if they are not supported."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError:
        return {}


def _like(descriptor: int, status: os.stat_result, attributes: dict[str, bytes]) -> bool:
    """Give an open file the owner, mode and attributes of another; false if that is not permitted."""
    try:
        if hasattr(os, "fchown"):
            mine = os.fstat(descriptor)
            if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
                os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fchmod(descriptor, status.st_mode & 0o7777)
        for name, value in attributes.items():
            if name not in os.listxattr(descriptor) or os.getxattr(descriptor, name) != value:
                os.setxattr(descriptor, name, value)
    except OSError:
        return False
    return True


def _overwrite(path: str, data: bytes) -> None:
    """Write a file in place. The caller keeps a copy of the new text next to it until this returns."""
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: str) -> None:
    """Make a renaming survive a crash of the machine, if the system can sync folders."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


# Unfinished replacement files, to be removed if a signal ends the process.
_replacements: set[str] = set()


class _Replacement:
    """A temporary file next to another one, which it replaces when it is complete.

    Its name is short, because that of the other file may have the maximum length.
    """

    def __init__(self, path: str) -> None:
        self._target = path
        self.path = os.path.join(os.path.dirname(path), f".tesc-{os.urandom(4).hex()}.tmp")

    def opened(self) -> BufferedWriter:
        _clean_up_when_terminated()
        _replacements.add(self.path)
        return open(self.path, "xb")

    def take_place(self) -> None:
        os.replace(self.path, self._target)
        _replacements.discard(self.path)

    def remove(self) -> None:
        """Remove the temporary file, if it still exists."""
        if self.path in _replacements:
            try:
                os.unlink(self.path)
            except OSError:
                pass
            _replacements.discard(self.path)


def _clean_up_when_terminated() -> None:
    """Make SIGTERM and SIGHUP remove unfinished files before they end the process as usual."""
    import _signal  # type: ignore[import-not-found] # `signal`, which wraps it, is slow to import

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(_signal, name, None)
        if number is not None and _signal.getsignal(number) == _signal.SIG_DFL:
            try:
                _signal.signal(number, _terminated)
            except ValueError:
                return  # only the main thread can set handlers


def _terminated(number: int, _: object) -> None:
    import signal

    for path in list(_replacements):
        try:
            os.unlink(path)
        except OSError:
            pass
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


class Scope:
    """The files that a command may write: those given by name, and those below the given folders.

    A symbolic link that was found in a folder is in the scope only if its target is.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        named = list(paths)
        self._files = {os.path.realpath(path) for path in named}
        self._folders = [os.path.join(os.path.realpath(path), "") for path in named if os.path.isdir(path)]

    def holds(self, path: str) -> bool:
        """Whether a file may be written."""
        real = os.path.realpath(path)
        return real in self._files or any(real.startswith(folder) for folder in self._folders)
