"""The settings of a file: those of its folder, overridden by the command line."""

from __future__ import annotations

import os

from tesc.config.globs import matches
from tesc.config.settings import agreed, configuration_at, settings_with
from tesc.records import record, replace
from tesc.units.releases import NEWEST, release_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tesc.config.loading import Configuration
    from tesc.config.settings import Settings, Wire


@record
class Overrides:
    """The command line's overrides of files' settings; None and () override nothing.

    `sources` are folders of C and Rust sources; an empty tuple means the whole project. `folders` are
    those that were given to search for files; includes may lead anywhere in them. `config` is
    a configuration file for all files; with `isolated` there is none.
    """

    profile: str | None = None
    max_args: int | None = None
    wire: Wire | None = None
    include_path: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    event_prefix: str = ""
    disable: tuple[str, ...] = ()
    data_models: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] | None = None
    folders: tuple[str, ...] = ()
    config: str | None = None
    isolated: bool = False
    qemu_release: str | None = None


NO_OVERRIDES = Overrides()
# Files that affect the settings of all files in their folder and below.
_SETTLING = ("tesc.toml", "pyproject.toml", os.path.join("scripts", "tracetool.py"), "VERSION")


class FileSettings:
    """The settings of files, determined once for each folder.

    `configurations` are those used so far, by path. `looked_at` is called with each path before it is
    accessed.
    """

    def __init__(self, overrides: Overrides, looked_at: Callable[[str], None] | None = None) -> None:
        self.overrides = overrides
        self.configurations: dict[str, Configuration] = {}
        self._looked_at = looked_at
        self._folders: dict[str, Settings] = {}
        # Folders whose paths were passed to `looked_at`.
        self._settled: set[str] = set()

    def fork(self) -> FileSettings:
        """A copy, which can change independently."""
        other = FileSettings(self.overrides, self._looked_at)
        other._take(self)
        return other

    def _take(self, other: FileSettings) -> None:
        """Copy the settings that another instance has found."""
        self.configurations = dict(other.configurations)
        self._folders = dict(other._folders)
        self._settled = set(other._settled)

    def forget(self) -> None:
        """Discard all settings, because configuration files may have changed."""
        self._folders.clear()
        self.configurations.clear()

    def of(self, path: str) -> Settings:
        """The settings that apply to a file: those of its folder, overridden by the command line.

        Raises BadConfiguration.
        """
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._folders:
            if self._looked_at is not None:
                self._look(folder, self._looked_at)
            if not any(os.path.lexists(os.path.join(folder, name)) for name in _SETTLING):
                above = os.path.dirname(folder)
                if above != folder:
                    # The settings here come from a folder above.
                    self._folders[folder] = self.of(folder)
                    return self._folders[folder]
            configuration = self.configuration_for(path)
            if configuration is not None:
                self.configurations[configuration.path] = configuration
            settings = settings_with(configuration, path, self.overrides.profile)
            self._folders[folder] = _of_release(_overridden(settings, self.overrides), path)
        return self._folders[folder]

    def _look(self, folder: str, looked_at: Callable[[str], None]) -> None:
        """Report to `looked_at` the files in a folder and above it that affect its settings."""
        if self.overrides.config is not None:
            looked_at(os.path.abspath(self.overrides.config))
        while folder not in self._settled:
            self._settled.add(folder)
            for name in _SETTLING:
                looked_at(os.path.join(folder, name))
            folder = os.path.dirname(folder)

    def configuration_for(self, path: str) -> Configuration | None:
        """The configuration that applies to a file; None without one. Raises BadConfiguration."""
        if self.overrides.isolated:
            return None
        if self.overrides.config is None:
            return configuration_at(path)
        from tesc.config.loading import load

        return load(self.overrides.config)

    def excludes(self, path: str) -> bool:
        """Whether the configuration excludes a file that is found by searching a folder."""
        settings = self.of(path)
        return any(matches(pattern, settings.root, path) for pattern in settings.exclude)


def _of_release(settings: Settings, path: str) -> Settings:
    """Settings with the release of the QEMU checkout that a file belongs to, unless it is the newest."""
    if settings.qemu_release:
        return settings
    release = release_at(path)
    return settings if release == NEWEST else replace(settings, qemu_release=release.name)


def _overridden(settings: Settings, given: Overrides) -> Settings:
    """Settings with the command line's overrides: --select replaces a selection, --ignore extends it."""
    if given.select:
        kept = tuple((rule, level) for rule, level in settings.severity if level != "off")
        settings = replace(settings, select=given.select, ignore=(), severity=kept)
    made = replace(
        settings,
        wire=given.wire or settings.wire,
        data_models=given.data_models or settings.data_models,
        qemu_release=given.qemu_release or settings.qemu_release,
        ignore=(*settings.ignore, *given.ignore),
        severity=(*settings.severity, *given.severity),
    )
    return agreed(made, given.max_args)
