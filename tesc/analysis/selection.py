"""Which rules run on which file, and with which severity, according to the settings."""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.check import OFF
from tesc.analysis.registry import UnknownRule, all_rules, moved, named, selected
from tesc.config.globs import matches
from tesc.config.merging import specificity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tesc.analysis.rule import Rule
    from tesc.config.errors import ConfigError
    from tesc.config.loading import Configuration
    from tesc.config.settings import Level, Settings
    from tesc.syntax.source import Source

    Pairs = tuple[tuple[str, Level], ...]


def chosen(settings: Mapping[Source, Settings]) -> tuple[list[Rule], dict[Source, dict[str, Level]]]:
    """The rules that run on any file; and for each file, the severities that differ, by code.

    A rule that does not run on a file is `off` there. Raises UnknownRule.
    """
    levels = {source: levels_of(one, source.file) for source, one in settings.items()}
    rules = [rule for rule in all_rules() if any(mine.get(rule.code) != OFF for mine in levels.values())]
    return rules, levels


def levels_of(settings: Settings, file: str) -> dict[str, Level]:
    """The severities that a file's settings give to rules, by code; `off` for rules that do not run.

    Raises UnknownRule.
    """
    ignored = tuple(
        rule
        for pattern, rules in settings.per_file_ignores
        if matches(pattern, settings.root, file)
        for rule in rules
    )
    return _levels(settings.select, settings.ignore, settings.severity, ignored)


# The files of a folder, and most folders of a run, have the same settings.
@lru_cache(maxsize=64)
def _levels(
    select: tuple[str, ...], ignore: tuple[str, ...], severity: Pairs, ignored: tuple[str, ...]
) -> dict[str, Level]:
    wanted = selected(select, ignore)
    if not select:
        on = [selector for selector, level in severity if level != OFF]
        own = [selector for selector in on if specificity(selector) == _OF_A_RULE]
        wanted += selected(own, ignore) if own else []
    levels: dict[str, Level] = {
        rule.code: level for selector, level in severity for rule in _covered(selector)
    }
    levels.update((rule.code, OFF) for rule in all_rules() if rule not in wanted)
    levels.update((rule.code, OFF) for selector in ignored for rule in _covered(selector))
    return levels


_OF_A_RULE = specificity("TE001")


def _covered(selector: str) -> list[Rule]:
    """All rules that a selector covers; for a family, that includes those off by default."""
    of_name = named(selector)
    return [rule for rule in all_rules() if rule in of_name or rule.code.startswith(selector.upper())]


def renamed_rules(settings: Iterable[Settings]) -> list[str]:
    """Notes on selectors in the settings whose rules were replaced."""
    selectors = (
        selector
        for one in settings
        for selector in (*one.select, *one.ignore, *(rule for rule, _ in one.severity))
    )
    return [text for selector in dict.fromkeys(selectors) for text in [moved(selector)] if text]


def lacking_packages(settings: Mapping[Source, Settings]) -> list[str]:
    """Notes on enabled rules that find nothing because a Python package is missing.

    Such rules are off by default.
    """
    asked = {source: one for source, one in settings.items() if one.select or one.severity}
    if not asked:
        return []
    from importlib.util import find_spec

    return [
        f"{rule.code} ({rule.name}) finds nothing without the package codespell: "
        "pip install 'tesc[spelling]', or codespell"
        for rule in chosen(asked)[0]
        if rule.needs_package and find_spec(rule.needs_package) is None
    ]


def unknown_rules(configuration: Configuration) -> list[ConfigError]:
    """The places where a configuration names rules that do not exist."""
    values = configuration.values
    places: list[tuple[str, tuple[str | int, ...]]] = []
    for key in ("select", "ignore"):
        places += [(selector, (key, number)) for number, selector in enumerate(values.get(key, ()))]
    places += [(selector, ("severity", selector)) for selector in values.get("severity", ())]
    for pattern, selectors in values.get("per-file-ignores", {}).items():
        places += [(one, ("per-file-ignores", pattern, number)) for number, one in enumerate(selectors)]
    flaws = ((flaw_of(selector), path) for selector, path in places)
    errors = [configuration.error(flaw, *path, of_key=True) for flaw, path in flaws if flaw]
    return sorted(errors, key=lambda error: (error.line, error.column))


def flaw_of(selector: str) -> str | None:
    """What is wrong with a selector that names no rule; None if it names one."""
    try:
        named(selector)
    except UnknownRule as unknown:
        return str(unknown)
    return None
