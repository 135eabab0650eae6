"""An index of the uses of events in many sources, updated file by file."""

from __future__ import annotations

import os

from tesc.files import relative
from tesc.records import record, replace
from tesc.syntax.source import Source
from tesc.units.identifiers import ENABLED, RUST_ENABLED
from tesc.uses.includes import Includes, includes_in
from tesc.uses.reading import decoded_text, read_all
from tesc.uses.scan import RUST, facts, is_compiled, language_of, may_use
from tesc.uses.sources import find_sources, read_bytes, signature
from tesc.uses.use import CALL, DECLARATION, PASTED, STATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tesc.uses.pasting import Paste
    from tesc.uses.reading import Read
    from tesc.uses.scan import Facts
    from tesc.uses.use import Use


@record
class Progress:
    """The progress of reading a tree: `done` of `total` files."""

    done: int
    total: int


@record
class _File:
    """The facts about one file, and the hash of its text."""

    digest: int
    uses: tuple[Use, ...]
    headers: tuple[str, ...]


class Index:
    """Files and their uses. Paths are kept as given; uses are never modified, only replaced.

    Of a file without uses, only the name is stored. Macros of headers that paste names together are expanded
    in the files that include them.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        # The paths of files that use an event, by its name in capitals; tuples are smaller than sets.
        self._users: dict[str, tuple[str, ...]] = {}
        self._pasting: dict[str, None] = {}
        self._read: dict[str, tuple[int, int]] = {}
        # The macros in headers that paste names together; most trees have none.
        self._macros: dict[str, tuple[Paste, ...]] = {}
        self._includes: Includes | None = None
        # The files found last in each folder.
        self._found: list[str] = []
        # Results derived from the uses, until these change.
        self._derived: dict[object, object] = {}

    def update(self, path: str, data: str | bytes) -> bool:
        """Read a file's text or bytes; true if its uses, or their places, may have changed.

        Bytes that are not UTF-8 become lone surrogates, as in Source.
        """
        self._read.pop(path, None)
        language = language_of(path)
        if isinstance(data, bytes):
            data = self._decoded(data)
        foreign = self._foreign(path, data) if self._macros else ()
        if language is None or not (foreign or may_use(data)):
            self._macros.pop(path, None)
            return self._forget(path)
        digest = hash((data, foreign))
        known = self._files.get(path)
        if known is not None and known.digest == digest:
            return False
        return self._take(path, digest, facts(data, language, foreign))

    def _take(self, path: str, digest: int, found: Facts) -> bool:
        """Store the facts about a file; true if its uses may have changed."""
        if found.pastes and not is_compiled(path):
            self._macros[path] = tuple(replace(paste, foreign=True) for paste in found.pastes)
        else:
            self._macros.pop(path, None)
        uses = found.uses
        forgot = self._forget(path)
        if not uses:
            return forgot
        self._derived.clear()
        self._files[path] = _File(digest, uses, found.headers)
        for key in {use.name.upper() for use in uses if use.kind != PASTED}:
            self._users[key] = (*self._users.get(key, ()), path)
        if any(use.kind == PASTED for use in uses):
            self._pasting[path] = None
        return True

    def _decoded(self, data: bytes) -> str:
        """The decoded text, or '' if the bytes show that it has no uses: decoding is the slowest part."""
        macros = (paste.macro.encode() for pastes in self._macros.values() for paste in pastes)
        if any(macro in data for macro in macros):
            return data.decode("utf-8", "surrogateescape")
        return decoded_text(data)

    def _foreign(self, path: str, text: str) -> tuple[Paste, ...]:
        """The macros of headers that a file calls and that paste names together."""
        found: list[Paste] = []
        for header, pastes in self._macros.items():
            mine = [paste for paste in pastes if paste.macro in text]
            if mine and header != path and self._includes_header(path, text, header):
                found += mine
        return tuple(found)

    def _includes_header(self, path: str, text: str, header: str) -> bool:
        name = os.path.basename(header)
        if any(os.path.basename(written) == name for written in includes_in(text)):
            return True
        return header in self.includes.reached(path)

    @property
    def includes(self) -> Includes:
        """The includes between the files that were read."""
        if self._includes is None:
            self._includes = Includes({*self._found, *self._read, *self._files}, self._text)
        return self._includes

    def _text(self, path: str) -> str:
        source = self.source(path)
        return source.text if source else ""

    def derived(self) -> dict[object, object]:
        """A dict in which callers keep results derived from the uses; emptied when the uses change."""
        return self._derived

    def headers_in(self, path: str) -> tuple[str, ...]:
        """The trace headers that a file with uses includes itself, as written."""
        known = self._files.get(path)
        return known.headers if known else ()

    def remove(self, path: str) -> bool:
        """Forget a file; true if it had uses."""
        self._read.pop(path, None)
        self._macros.pop(path, None)
        return self._forget(path)

    def _forget(self, path: str) -> bool:
        known = self._files.pop(path, None)
        if known is None:
            return False
        self._derived.clear()
        for key in {use.name.upper() for use in known.uses if use.kind != PASTED}:
            left = tuple(user for user in self._users[key] if user != path)
            if left:
                self._users[key] = left
            else:
                del self._users[key]
        self._pasting.pop(path, None)
        return True

    def uses_of(self, event: str) -> list[tuple[str, Use]]:
        """The uses of an event by its effective name, as (path, use), sorted by path and position.

        A state test in capitals is a use of every event with that name in capitals. Pasted names are not
        included.
        """
        kept = self._derived.get(event)
        if isinstance(kept, list):
            return kept
        found = list(self._named(event))
        self._derived[event] = found
        if event.endswith(RUST_ENABLED):
            # In Rust, what looks like a state test of another event may be a call of this one.
            found += [
                (path, replace(use, kind=CALL, name=event, arguments=0))
                for path, use in self._named(event[: -len(RUST_ENABLED)])
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

    def declares(self, name: str, capitals: bool) -> bool:
        """Whether any source declares or defines trace_NAME itself; with `capitals`, TRACE_NAME."""
        wanted = {name, f"{name}{ENABLED}"} if capitals else {name}
        return any(
            use.kind == DECLARATION and use.capitals == capitals and use.name in wanted
            for one in wanted
            for path in self._users.get(one.upper(), ())
            for use in self._files[path].uses
        )

    def uses_in(self, path: str) -> tuple[Use, ...]:
        """The uses in a file, in the order of its text, including pasted names."""
        known = self._files.get(path)
        return known.uses if known else ()

    @property
    def pasted(self) -> list[tuple[str, Use]]:
        """The names that only a preprocessor can paste together, as (path, use), in order."""
        return [
            (path, use)
            for path in sorted(self._pasting)
            for use in self._files[path].uses
            if use.kind == PASTED
        ]

    def source(self, path: str) -> Source | None:
        """The text of a file, for showing a use in it; None if it can no longer be read.

        The language server, which knows newer texts, overrides this.
        """
        read = read_bytes(path)
        # In the folder hw, `../hw/lamp.c` is the same as `lamp.c`.
        shown = os.path.normpath(path).replace(os.sep, "/") if os.path.isabs(path) else relative(path)
        return None if read is None else Source.from_bytes(shown, read[0], path)

    @property
    def sources(self) -> int:
        """The number of known files, whether they use events or not."""
        return len(self._read)

    @property
    def paths(self) -> list[str]:
        """The files that use events, sorted."""
        return sorted(self._files)

    def fill(self, folder: str, declaring: Collection[str] = ()) -> None:
        """Read the sources below a folder all at once: on all cores, and only those that are not cached.

        The result is the same as with `refresh`.
        """
        self._found = found = find_sources(folder, declaring)
        self._includes = None
        for path, read in read_all(folder, found).items():
            if read.facts is not None:
                self._take(path, 0, read.facts)
            self._read[path] = read.signature
        if self._macros:
            # Few trees have headers with such macros, but then any file may call them.
            self._read.clear()
            for path in found:
                self.reread(path)

    def take(self, path: str, read: Read) -> bool:
        """Store a file as it was read; true if its uses may have changed.

        Once `calls_macros` is true, files that call macros of headers have to be read again.
        """
        changed = self.remove(path) if read.facts is None else self._take(path, 0, read.facts)
        self._read[path] = read.signature
        return changed

    def read_again(self) -> None:
        """Make `reread` read all files, even unchanged ones."""
        self._read.clear()

    @property
    def calls_macros(self) -> bool:
        """Whether any header has a macro that pastes names together, which any file may call."""
        return bool(self._macros)

    def refresh(
        self, folder: str, held: Collection[str] = (), declaring: Collection[str] = ()
    ) -> Iterator[Progress]:
        """Read new and changed sources below a folder, one file per step.

        Files that no longer exist are forgotten. Files in `held`, such as those open in an editor, are left
        alone; it is checked for each file. `declaring` has the real paths of files that declare events. A
        caller may stop at any step: what has been read by then is valid.
        """
        # Headers first, since their macros are expanded in the other files.
        found = sorted(find_sources(folder, declaring), key=is_compiled)
        self._includes, self._found = None, found
        for gone in self._below(folder).difference(found):
            if gone not in held:
                self.remove(gone)
        headers = [path for path in found if not is_compiled(path)]
        macros = dict(self._macros)
        for done, path in enumerate(found):
            yield Progress(done, len(found))
            if done == len(headers) and self._macros != macros:
                # Files that were read without the current macros are read again.
                self._read.clear()
            if path not in held:
                self.reread(path)
        for path in headers if self._macros != macros else ():
            if path not in held:
                self.reread(path)
        yield Progress(len(found), len(found))

    def reread(self, path: str) -> bool:
        """Read a file if its time or size changed; true if its uses may have changed."""
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


def build(paths: Collection[str], index: Index | None = None, declaring: Collection[str] = ()) -> Index:
    """The index of the sources at `paths`: files, and all sources below folders.

    In folders, files that declare events are left out: `declaring` has their real paths.
    """
    index = Index() if index is None else index
    for path in paths:
        if os.path.isdir(path):
            index.fill(path, declaring)
        else:
            index.reread(path)
    return index
