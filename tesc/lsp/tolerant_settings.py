"""Settings of files whose configurations may be invalid, for example while they are edited."""

from __future__ import annotations

import os

from tesc.analysis.selection import flaw_of, unknown_rules
from tesc.config.errors import BadConfiguration
from tesc.file_settings import FileSettings
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.config.errors import ConfigError
    from tesc.config.loading import Configuration
    from tesc.config.settings import Settings
    from tesc.file_settings import Overrides


class TolerantSettings(FileSettings):
    """Uses the last valid configuration instead of an invalid one; `errors` has the errors by path."""

    def __init__(self, overrides: Overrides) -> None:
        super().__init__(overrides)
        self.errors: dict[str, list[ConfigError]] = {}
        self._good: dict[str, Configuration | None] = {}

    def fork(self) -> TolerantSettings:
        other = TolerantSettings(self.overrides)
        other._take(self)
        other.errors = dict(self.errors)
        other._good = dict(self._good)
        return other

    def forget(self) -> None:
        super().forget()
        self.errors = {}

    def configuration_for(self, path: str) -> Configuration | None:
        folder = os.path.dirname(os.path.abspath(path))
        try:
            configuration = super().configuration_for(path)
        except BadConfiguration as error:
            self.note(error.errors)
            return self._good.get(folder)
        if configuration is not None:
            self.note(unknown_rules(configuration))
        self._good[folder] = configuration
        return configuration

    def of(self, path: str) -> Settings:
        folder = os.path.dirname(os.path.abspath(path))
        known = folder in self._folders
        try:
            settings = super().of(path)
        except BadConfiguration as error:
            # Some errors are found only when the configuration is applied.
            self.note(error.errors)
            self._good[folder] = None
            from tesc.config.settings import settings_with

            settings = settings_with(None, path, self.overrides.profile)
        if not known:
            settings = self._folders[folder] = _with_known_rules(settings)
        return settings

    def note(self, errors: Iterable[ConfigError]) -> None:
        """Keep errors, without duplicates."""
        for error in errors:
            noted = self.errors.setdefault(os.path.abspath(error.path), [])
            if error not in noted:
                noted.append(error)


def _with_known_rules(settings: Settings) -> Settings:
    """Settings without unknown rules."""

    def known(selectors: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in selectors if flaw_of(one) is None)

    return replace(
        settings,
        select=known(settings.select),
        ignore=known(settings.ignore),
        severity=tuple((rule, level) for rule, level in settings.severity if flaw_of(rule) is None),
        per_file_ignores=tuple((pattern, known(rules)) for pattern, rules in settings.per_file_ignores),
    )
