"""Files in and out: finding and reading sources, writing outputs whole or not at all."""

from __future__ import annotations

import errno
import os

from tesc import git
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SOURCE_BYTES = 16 * 1024 * 1024


def read_source(path: str, shown: str) -> Source:
    """The source in a file; `shown` is the path that people see.

    Raises OSError where it can't be read, and for a text of more than 16 MiB.
    """
    with open(path, "rb") as file:
        data = file.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise too_large(path)
    return Source.from_bytes(shown, data, path)


def too_large(path: str) -> OSError:
    """What is raised where a source is larger than any that people write."""
    return OSError(errno.EFBIG, f"larger than {MAX_SOURCE_BYTES // (1024 * 1024)} MiB", path)


def relative(path: str) -> str:
    """A path as `#line` and diagnostics name it: relative to the working directory, with slashes."""
    try:
        path = os.path.relpath(path)
    except ValueError:  # another drive of Windows
        pass
    return path.replace(os.sep, "/")


def is_trace_events(name: str) -> bool:
    """Whether a file's name says that it declares trace events."""
    return name == "trace-events" or name.endswith(".trace-events")


def is_source_code(path: str) -> bool:
    """Whether a file's name says that it is C or Rust, which somebody named by mistake."""
    return path.endswith((".c", ".h", ".cc", ".cpp", ".rs"))


def find_files(folder: str) -> list[str]:
    """The trace-events files below a folder, sorted; in a git checkout, those that git does not ignore."""
    found = listed_by_git(folder, ("trace-events",))
    if found is None:
        found = list(_walk(folder))
    return sorted(path for path in found if is_trace_events(os.path.basename(path)))


def listed_by_git(folder: str, ends: tuple[str, ...]) -> list[str] | None:
    """The files below a folder that git knows or does not ignore, by how their names end.

    None where git has no say.
    """
    listed = git.listed(folder)
    if listed is None:
        return None
    wanted = tuple(map(os.fsencode, ends))
    paths = (os.path.join(folder, os.fsdecode(name)) for name in listed if name.endswith(wanted))
    # git lists files that were deleted, and submodules' folders.
    return [path for path in paths if os.path.isfile(path)]


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        paths = (os.path.join(parent, name) for name in names if is_trace_events(name))
        # Of what is found, not named, a FIFO or a device would only be waited for.
        yield from (path for path in paths if os.path.isfile(path))


def write_output(path: str, text: str, touch: bool = False) -> bool:
    """Write a generated file; true if its content changed.

    A regular file is replaced atomically, and left alone where its bytes would stay (`touch`
    updates its times all the same). A symbolic link's target is replaced; anything else that
    exists (a device, a FIFO) is written in place. Raises OSError.
    """
    data = text.encode("utf-8", "surrogateescape")
    # Asked before links are followed: /dev/stdout leads to what has no path.
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(data)
        return True
    given, path = path, os.path.realpath(path)
    mode = None
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o7777
            if file.read(len(data) + 1) == data:
                if touch:
                    os.utime(path)
                return False
    except FileNotFoundError:
        pass
    replacement = f"{path}.{os.getpid()}.tmp"
    try:
        with open(replacement, "wb") as file:
            file.write(data)
        if mode is not None:
            os.chmod(replacement, mode)
        os.replace(replacement, path)
    except BaseException as error:
        try:
            os.unlink(replacement)
        except OSError:
            pass
        if isinstance(error, OSError):
            error.filename, error.filename2 = given, None  # people know nothing of the replacement
        raise
    return True
