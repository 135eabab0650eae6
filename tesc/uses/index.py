"""The uses of events in many sources, kept up to date file by file."""

from __future__ import annotations

import os

from tesc.files import relative
from tesc.records import record, replace
from tesc.syntax.source import Source
from tesc.uses.scan import CALL, PASTED, RUST, STATE, language_of, may_use, scan
from tesc.uses.sources import find_sources, read_bytes, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tesc.uses.scan import Use


@record
class Progress:
    """How far the reading of a tree has come: of `total` files `done`."""

    done: int
    total: int


@record
class _File:
    """One file's uses, and the hash of the text that they are from."""

    digest: int
    uses: tuple[Use, ...]


class Index:
    """Files and their uses. Paths are kept as they are given; a file's uses never change, only which it has.

    A file without uses costs no more than its name.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        # The paths that use an event, by its name in capitals; a tuple is smaller than a set.
        self._users: dict[str, tuple[str, ...]] = {}
        self._pasting: dict[str, None] = {}
        self._read: dict[str, tuple[int, int]] = {}

    def update(self, path: str, data: str | bytes) -> bool:
        """Take a file's text, or its bytes; true if its uses, or their places, may be others now.

        Bytes that are not UTF-8 are kept as lone surrogates, as Source keeps them.
        """
        self._read.pop(path, None)
        if isinstance(data, bytes):
            data = _decoded(data)
        language = language_of(path)
        if language is None or not may_use(data):
            return self._forget(path)
        digest = hash(data)
        known = self._files.get(path)
        if known is not None and known.digest == digest:
            return False
        uses = tuple(scan(data, language))
        forgot = self._forget(path)
        if not uses:
            return forgot
        self._files[path] = _File(digest, uses)
        for key in {use.name.upper() for use in uses if use.kind != PASTED}:
            self._users[key] = (*self._users.get(key, ()), path)
        if any(use.kind == PASTED for use in uses):
            self._pasting[path] = None
        return True

    def remove(self, path: str) -> bool:
        """Forget a file; true if it had uses."""
        self._read.pop(path, None)
        return self._forget(path)

    def _forget(self, path: str) -> bool:
        known = self._files.pop(path, None)
        if known is None:
            return False
        for key in {use.name.upper() for use in known.uses if use.kind != PASTED}:
            left = tuple(user for user in self._users[key] if user != path)
            if left:
                self._users[key] = left
            else:
                del self._users[key]
        self._pasting.pop(path, None)
        return True

    def uses_of(self, event: str) -> list[tuple[str, Use]]:
        """The uses of an event by its effective name, in the order of paths and text.

        A state test in capitals is one of every event that is called so in capitals. Pasted names
        are not among them.
        """
        found = list(self._named(event))
        if event.endswith("_enabled"):
            # What looks like Rust's test of another event is a call of this one.
            found += [
                (path, replace(use, kind=CALL, name=event, arguments=0))
                for path, use in self._named(event[: -len("_enabled")])
                if use.kind == STATE and not use.capitals and language_of(path) == RUST
            ]
            found.sort(key=lambda one: (one[0], one[1].start))
        return found

    def _named(self, event: str) -> Iterator[tuple[str, Use]]:
        capitals = event.upper()
        for path in sorted(self._users.get(capitals, ())):
            for use in self._files[path].uses:
                if use.kind != PASTED and use.name == (capitals if use.capitals else event):
                    yield path, use

    def uses_in(self, path: str) -> tuple[Use, ...]:
        """What a file uses, in the order of its text; the pasted names too."""
        known = self._files.get(path)
        return known.uses if known else ()

    @property
    def pasted(self) -> list[tuple[str, Use]]:
        """The names that only a preprocessor can put together, in the order of paths and text."""
        return [
            (path, use)
            for path in sorted(self._pasting)
            for use in self._files[path].uses
            if use.kind == PASTED
        ]

    def source(self, path: str) -> Source | None:
        """The text of a file, to show a use in; None where it can't be read any more.

        An editor that knows a newer text overrides this.
        """
        read = read_bytes(path)
        # `../hw/lamp.c` is `lamp.c` to somebody who stands in hw.
        shown = os.path.normpath(path).replace(os.sep, "/") if os.path.isabs(path) else relative(path)
        return None if read is None else Source.from_bytes(shown, read[0], path)

    @property
    def sources(self) -> int:
        """How many files were read and are known, whether they use events or not."""
        return len(self._read)

    @property
    def paths(self) -> list[str]:
        """The files that use events, sorted."""
        return sorted(self._files)

    def refresh(
        self, folder: str, held: Collection[str] = (), declaring: Collection[str] = ()
    ) -> Iterator[Progress]:
        """Read what is new or changed in the sources below a folder, one file a step.

        What was read there before and is gone is forgotten. Files whose paths `held` has, such as
        those open in an editor, are left alone; it is asked at each file. `declaring` holds the real
        paths of files that declare events. A caller may stop at any step: what was read until then
        holds.
        """
        found = find_sources(folder, declaring)
        for gone in self._below(folder).difference(found):
            if gone not in held:
                self.remove(gone)
        for done, path in enumerate(found):
            yield Progress(done, len(found))
            if path not in held:
                self.reread(path)
        yield Progress(len(found), len(found))

    def reread(self, path: str) -> bool:
        """Read a file if its time or size are others than before; true if its uses may be others now."""
        if path in self._read and signature(path) == self._read[path]:
            return False
        read = read_bytes(path)
        if read is None:
            return self.remove(path)
        data, signed = read
        changed = self.update(path, data)
        self._read[path] = signed
        return changed

    def _below(self, folder: str) -> set[str]:
        start = os.path.join(folder, "")
        return {path for path in (*self._read, *self._files) if path.startswith(start)}


def _decoded(data: bytes) -> str:
    """A text; empty where bytes can tell that it holds no uses, for decoding takes longest."""
    if b"trace_" in data or b"TRACE_" in data or b"_ENABLED" in data:
        return data.decode("utf-8", "surrogateescape")
    return ""


def build(paths: Collection[str], index: Index | None = None, declaring: Collection[str] = ()) -> Index:
    """The index of all sources below some folders, or of a file that is named itself.

    Files that declare events are left out of folders: `declaring` holds their real paths.
    """
    index = Index() if index is None else index
    for path in paths:
        if os.path.isdir(path):
            for _ in index.refresh(path, declaring=declaring):
                pass
        else:
            index.reread(path)
    return index
