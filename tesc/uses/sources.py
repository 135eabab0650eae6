"""Finds and reads the C and Rust sources below a folder."""

from __future__ import annotations

import os
import stat

from tesc.files import MAX_SOURCE_BYTES, listed_by_git
from tesc.uses.scan import language_of, suffixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Files by which a build folder is recognized.
_BUILT = frozenset(("CACHEDIR.TAG", "CMakeCache.txt", "meson-private"))
# Needed only on POSIX.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def find_sources(folder: str, declaring: Collection[str] = ()) -> list[str]:
    """The C and Rust sources below a folder, sorted; in a git checkout, those that git does not ignore.

    Elsewhere, sources in hidden folders and in build folders (recognized by files of CMake, Meson and Cargo)
    are left out. A file with several names through symbolic links is listed once. Files that declare events,
    such as an included esp.inc, are left out: `declaring` has their real paths.
    """
    found = listed_by_git(folder, tuple(f".{suffix}" for suffix in suffixes()))
    if found is None:
        found = list(_walk(folder))
    links = [path for path in found if os.path.islink(path)]
    if links:
        names = {os.path.basename(os.path.realpath(link)) for link in links}
        base = os.path.realpath(folder)
        # Symbolic links to folders are not followed.
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
            # Folders store the type of their entries: only links need a stat.
            path = os.path.join(parent, entry.name)
            if language_of(entry.name) and (os.path.isfile(path) if entry.is_symlink() else entry.is_file()):
                yield path
            elif (
                entry.name[0] != "." and entry.name != "node_modules" and entry.is_dir(follow_symlinks=False)
            ):
                waiting.append(path)


def read_bytes(path: str) -> tuple[bytes, tuple[int, int]] | None:
    """The first 16 MiB of a regular file, and its (time, size); None for anything else.

    Never blocks: FIFOs and devices are not read.
    """
    try:
        stream = os.open(path, _FLAGS)
    except OSError:
        return None
    try:
        state = os.fstat(stream)
        if not stat.S_ISREG(state.st_mode):
            return None
        # One read of one byte more than the file's size is enough for most files.
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
    """A file's time and size, which show whether it has to be read again; None if it does not exist."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return (state.st_mtime_ns, state.st_size)
