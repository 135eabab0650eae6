"""The C and Rust sources below a folder, and their bytes."""

from __future__ import annotations

import os
import stat

from tesc.files import MAX_SOURCE_BYTES, listed_by_git
from tesc.uses.scan import language_of, suffixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# What says that a folder holds what was built.
_BUILT = frozenset(("CACHEDIR.TAG", "CMakeCache.txt", "meson-private"))
# Elsewhere than on POSIX nothing of this is needed.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def find_sources(folder: str, declaring: Collection[str] = ()) -> list[str]:
    """The C and Rust sources below a folder, sorted; in a git checkout, those that git does not ignore.

    Elsewhere those outside of build folders, recognized by what CMake, Meson and Cargo leave there,
    and of hidden ones. A file that has several names by symbolic links is there once. Files that
    declare events, such as an included esp.inc, are none: `declaring` holds their real paths.
    """
    found = listed_by_git(folder, tuple(f".{suffix}" for suffix in suffixes()))
    if found is None:
        found = list(_walk(folder))
    links = [path for path in found if os.path.islink(path)]
    if links:
        names = {os.path.basename(os.path.realpath(link)) for link in links}
        base = os.path.realpath(folder)
        # No folder below is followed through a link.
        own = {
            os.path.normpath(os.path.join(base, os.path.relpath(path, folder)))
            for path in set(found).difference(links)
            if os.path.basename(path) in names
        }
        for path in sorted(links):
            real = os.path.realpath(path)
            if real in own:
                found.remove(path)
            own.add(real)
    others = {os.path.basename(path) for path in declaring}
    return sorted(
        path
        for path in found
        if os.path.basename(path) not in others or os.path.realpath(path) not in declaring
    )


def _walk(folder: str) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as found:
                entries = list(found)
        except OSError:
            continue
        if parent != folder and not _BUILT.isdisjoint([entry.name for entry in entries]):
            continue
        for entry in entries:
            # The folder says of what kind its entries are: only for links is the file itself looked at.
            path = os.path.join(parent, entry.name)
            if language_of(entry.name) and (os.path.isfile(path) if entry.is_symlink() else entry.is_file()):
                yield path
            elif (
                entry.name[0] != "." and entry.name != "node_modules" and entry.is_dir(follow_symlinks=False)
            ):
                waiting.append(path)


def read_bytes(path: str) -> tuple[bytes, tuple[int, int]] | None:
    """At most 16 MiB of a regular file, with its time and size; None for anything else.

    Never waits, for FIFOs and devices are not read.
    """
    try:
        stream = os.open(path, _FLAGS)
    except OSError:
        return None
    try:
        state = os.fstat(stream)
        if not stat.S_ISREG(state.st_mode):
            return None
        # Most files are there with one read, which asks for a byte more than there is.
        asked = min(state.st_size + 1, MAX_SOURCE_BYTES)
        data = os.read(stream, asked)
        while len(data) != state.st_size and len(data) < MAX_SOURCE_BYTES:
            more = os.read(stream, MAX_SOURCE_BYTES - len(data))
            if not more:
                break
            data += more
        return data, (state.st_mtime_ns, state.st_size)
    except OSError:
        return None
    finally:
        os.close(stream)


def signature(path: str) -> tuple[int, int] | None:
    """A file's time and size, which tell whether it has to be read again; None where there is none."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return (state.st_mtime_ns, state.st_size)
