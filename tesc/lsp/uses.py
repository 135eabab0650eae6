"""Indexes of uses that cache answers needed after every edit."""

from __future__ import annotations

from tesc.units.identifiers import ENABLED
from tesc.uses.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.project import Project
    from tesc.lsp.sources import Sources
    from tesc.syntax.source import Source
    from tesc.uses.includes import Includes
    from tesc.uses.reading import Read
    from tesc.uses.use import Use


class CachingIndex(Index):
    """An index that caches the uses of each event until a file with one of them changes."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, list[tuple[str, Use]]] = {}
        # The cached names, by the name in capitals, which state tests use.
        self._names: dict[str, set[str]] = {}

    def update(self, path: str, data: str | bytes) -> bool:
        before = self.uses_in(path)
        changed = super().update(path, data)
        if changed:
            self._forget_known((*before, *self.uses_in(path)))
        return changed

    def take(self, path: str, read: Read) -> bool:
        before = self.uses_in(path)
        changed = super().take(path, read)
        if changed:
            self._forget_known((*before, *self.uses_in(path)))
        return changed

    def remove(self, path: str) -> bool:
        self._forget_known(self.uses_in(path))
        return super().remove(path)

    def _forget_known(self, uses: tuple[Use, ...]) -> None:
        if self._known:
            for name in {use.name.upper() for use in uses}:
                # Rust's trace_NAME_enabled() may be a call.
                for capitals in (name, f"{name}{ENABLED}"):
                    for known in self._names.pop(capitals, ()):
                        del self._known[known]

    def uses_of(self, event: str) -> list[tuple[str, Use]]:
        known = self._known.get(event)
        if known is None:
            known = self._known[event] = super().uses_of(event)
            self._names.setdefault(event.upper(), set()).add(event)
        return known


class JoinedUses(Index):
    """The uses in all folders, for rules on the events of one folder."""

    def __init__(self, sources: Sources, project: Project) -> None:
        super().__init__()
        self._sources = sources
        self._project = project

    def uses_of(self, event: str) -> list[tuple[str, Use]]:
        if self._sources.alone:
            return self._project.uses.uses_of(event)
        return self._sources.uses_named(self._project, event)

    def derived(self) -> dict[object, object]:
        # The indexes of several folders change independently.
        return self._project.uses.derived() if self._sources.alone else {}

    def _index_of(self, path: str) -> Index:
        project = self._sources.project_at(path)
        return project.uses if project else self._sources.loose

    @property
    def paths(self) -> list[str]:
        return self._project.uses.paths

    def uses_in(self, path: str) -> tuple[Use, ...]:
        return self._index_of(path).uses_in(path)

    def headers_in(self, path: str) -> tuple[str, ...]:
        return self._index_of(path).headers_in(path)

    def declares(self, name: str, capitals: bool) -> bool:
        return any(index.declares(name, capitals) for _, index in self._sources.indexes())

    @property
    def includes(self) -> Includes:
        return self._project.uses.includes

    @property
    def pasted(self) -> list[tuple[str, Use]]:
        return self._sources.pasted()

    def source(self, path: str) -> Source | None:
        return self._sources.text_of(path)
