"""The cache: what tesc keeps between runs, as tables of values in one folder of the user.

A value is JSON, and its key a digest of everything that it was computed from. A table is one file.
Its first line has the format, this program's identity and a digest of the rest: a file that is damaged,
or was written by another version, is ignored. If the folder cannot be used, nothing is cached, and no
command fails because of it.

    table = cache.table("uses", folder)
    uses = table.get(key)
    if uses is None:
        uses = ...
        table.put(key, uses)
    table.save()
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_FORMAT = "tesc cache 1"
_SUFFIX = ".table"
_DIGEST_BYTES = 16
# Maximum numbers of values in a table, and of tables; the most recently used ones are kept.
MOST_VALUES = 50_000
MOST_TABLES = 200

_enabled = True


def program() -> str:
    """A digest of this version of tesc and Python: what another version cached is not used."""
    return _program()


def disable() -> None:
    """Make this process neither read nor write the cache."""
    global _enabled
    _enabled = False


def enabled() -> bool:
    """Whether this process uses the cache."""
    return _enabled


def folder() -> str:
    """The folder of the tables; it may not exist."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):  # by the XDG Base Directory Specification
        home = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "tesc")


def digest(*parts: str | bytes) -> str:
    """The hexadecimal digest of a sequence of texts or bytes."""
    from tesc.hashing import blake2b

    made = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(b"%d:" % len(data))
        made.update(data)
    return made.hexdigest()


def table(kind: str, owner: str = "", most: int = MOST_VALUES) -> Table:
    """The table of a kind of values; `owner` is the folder that they belong to, if each has its own table.

    At most the `most` most recently used values are kept.
    """
    name = f"{kind}-{digest(os.path.abspath(owner))}" if owner else kind
    return Table(os.path.join(folder(), name + _SUFFIX), most)


def datasets() -> str:
    """The folder of datasets, traces as tables (tesc.trace.query), a folder each; it may not exist."""
    return os.path.join(folder(), "datasets")


def clear() -> tuple[int, int]:
    """Remove all tables and datasets; returns their number and their size in bytes. Raises OSError."""
    files = size = 0
    for path, status in _tables():
        os.unlink(path)
        files += 1
        size += status.st_size
    for path in listed_datasets():
        from shutil import rmtree

        files += 1
        size += sum(one.stat().st_size for one in _files_below(path))
        rmtree(path)
    return files, size


def listed_datasets() -> list[str]:
    """The folders of the cached datasets, the most recently used one last."""
    try:
        with os.scandir(datasets()) as entries:
            return [one.path for one in sorted(entries, key=lambda one: one.stat().st_mtime_ns)]
    except OSError:
        return []


def _files_below(path: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path)
            else:
                yield entry


class Table:
    """Values by their keys. Nothing is read until the first `get`, or written until `save`."""

    def __init__(self, path: str, most: int) -> None:
        self._path = path
        self._most = most
        self._values: dict[str, Any] | None = None
        self._changed = False

    @property
    def is_kept(self) -> bool:
        """Whether an earlier run, maybe of another version, wrote the table."""
        return _enabled and os.path.exists(self._path)

    def get(self, key: str) -> Any:
        """The value of a key, or None if it is not cached."""
        if not _enabled:
            return None
        values = self._loaded()
        if key not in values:
            return None
        # The most recently used one is last.
        value = values[key] = values.pop(key)
        return value

    def put(self, key: str, value: object) -> None:
        """Store a value, which must not be None, until `save`."""
        if _enabled:
            values = self._loaded()
            values.pop(key, None)
            values[key] = value
            self._changed = True

    def save(self) -> None:
        """Write the table if a value was put. Errors are ignored."""
        if not self._changed or self._values is None:
            return
        import json

        from tesc.files import write_output

        kept = dict(list(self._values.items())[-self._most :])
        body = json.dumps(kept, separators=(",", ":"))
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            write_output(self._path, f"{_heading(body)}\n{body}")
            for path, _ in _tables()[:-MOST_TABLES]:
                os.unlink(path)
        except OSError:
            pass
        self._changed = False

    def _loaded(self) -> dict[str, Any]:
        if self._values is None:
            self._values = _read(self._path)
        return self._values


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="ascii") as file:
            heading, _, body = file.read().partition("\n")
    except (OSError, ValueError):
        return {}
    if heading != _heading(body):
        return {}
    import json

    values = json.loads(body)
    return values if isinstance(values, dict) else {}


def _heading(body: str) -> str:
    return f"{_FORMAT} {_program()} {digest(body)}"


_known_program = ""


def _program() -> str:
    """See `program`: a digest of the versions of tesc and Python, and the state of tesc's modules."""
    global _known_program
    if not _known_program:
        import sys

        from tesc import __version__

        # During development, modules change without a new version.
        _known_program = digest(__version__, sys.version, *_modules(os.path.dirname(__file__)))
    return _known_program


def _modules(folder: str) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    found += _modules(entry.path)
            else:
                status = entry.stat()
                found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return found


def _tables() -> list[tuple[str, os.stat_result]]:
    """The tables and their states, the most recently written one last."""
    try:
        with os.scandir(folder()) as entries:
            found = [(one.path, one.stat()) for one in entries if one.name.endswith(_SUFFIX)]
    except OSError:
        return []
    return sorted(found, key=lambda one: one[1].st_mtime_ns)
