"""Merges a configuration's values with its profile's defaults, and says where each setting came from."""

from __future__ import annotations

import os
import re

from tesc.config.settings import (
    PROFILES,
    GenerateSettings,
    Settings,
    SpanSettings,
    Tapset,
    UnitSettings,
    agreed,
    profile_at,
)
from tesc.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from tesc.config.loading import Configuration

_FAMILY = re.compile(r"te\d{0,2}|all", re.I)


@record
class Origin:
    """One setting as in a configuration, and where it came from.

    `value` is a TOML value, or None if it is not set; `source` is `default`, `profile NAME`, `FILE:LINE` or
    an option.
    """

    key: str
    value: object
    source: str


def settings_from(configuration: Configuration, path: str, profile: str | None = None) -> Settings:
    """The settings of a file: its configuration's values, and a profile's defaults.

    The profile is the given one, else the configuration's, else that of the tree.
    """
    root = configuration.root
    values = configuration.values
    profile = profile or values.get("profile") or profile_at(path)
    changes = {_field(key): _CONVERTED[key](values[key], root) for key in _CONVERTED if key in values}
    if "wire" in values.get("guest", {}):
        changes["wire"] = values["guest"]["wire"]
    return agreed(replace(PROFILES[profile], root=root, **changes), changes.get("max_args"))


def specificity(selector: str) -> int:
    """How specific a selector of rules is; ascending: ALL, a family, a longer family, a rule."""
    return 4 if not _FAMILY.fullmatch(selector) else 0 if selector.lower() == "all" else len(selector) - 1


def _absolute(path: str, root: str) -> str:
    return os.path.normpath(os.path.join(root, path))


def _texts(value: Any, root: str) -> tuple[str, ...]:
    return tuple(value)


def _paths(value: Any, root: str) -> tuple[str, ...]:
    return tuple(_absolute(path, root) for path in value)


def _units(value: Any, root: str) -> tuple[UnitSettings, ...]:
    return tuple(
        UnitSettings(
            _absolute(unit["path"], root),
            tuple(unit.get("include", ())),
            unit.get("event-prefix", ""),
            tuple(unit.get("disable", ())),
        )
        for unit in value
    )


def _spans(value: Any, root: str) -> tuple[SpanSettings, ...]:
    return tuple(
        SpanSettings(
            one.get("name", one["begin"][0]),
            tuple(one["begin"]),
            tuple(one["end"]),
            tuple(one.get("key", ())),
        )
        for one in value
    )


def _generate(value: Any, root: str) -> GenerateSettings:
    tapsets = tuple(
        Tapset(one["name"], one["format"], one.get("binary", ""), one["probe-prefix"])
        for one in value.get("tapset", ())
    )
    return GenerateSettings(
        groups=tuple(value["groups"]) if "groups" in value else None,
        backends=tuple(value.get("backends", ())),
        formats=tuple(value.get("formats", ())),
        out=_absolute(value["out"], root) if "out" in value else None,
        tapsets=tapsets,
    )


_CONVERTED: Mapping[str, Callable[[Any, str], Any]] = {
    "max-args": lambda value, root: int(value),  # the schema accepts 6.0 as an integer
    "data-models": _texts,
    "types": lambda value, root: frozenset(value),
    "include-path": _paths,
    "disable": _texts,
    "guest-files": _paths,
    "sources": _paths,
    "select": _texts,
    "ignore": _texts,
    # The most specific selector is applied last.
    "severity": lambda value, root: tuple(sorted(value.items(), key=lambda item: specificity(item[0]))),
    "per-file-ignores": lambda value, root: tuple((path, tuple(rules)) for path, rules in value.items()),
    "exclude": _texts,
    "exclusive": lambda value, root: tuple(tuple(folders) for folders in value),
    "compat": lambda value, root: value,
    "qemu-release": lambda value, root: value,
    "unit": _units,
    "span": _spans,
    "generate": _generate,
}


def _field(key: str) -> str:
    return f"{key}s" if key in ("unit", "span") else key.replace("-", "_")


def origins(
    settings: Settings,
    configuration: Configuration | None,
    options: Mapping[str, tuple[str, bool]],
    found: str | None = None,
) -> list[Origin]:
    """All settings, and where each came from.

    `options` are the command line's options, by the keys that they set, each with whether it extends the
    configured value; `found` says how the profile was recognized if it was not given.
    """
    made = []
    for key, value, default in _entries(settings):
        source = _line_of(key, configuration) or (found if key == "profile" else None)
        if key in options:
            option, adds = options[key]
            source = f"{source}, {option}" if adds and source else option
        elif source is None:
            source = "default" if value == default else f"profile {settings.profile}"
        made.append(Origin(key, value, source))
    return made


def _line_of(key: str, configuration: Configuration | None) -> str | None:
    if configuration is None:
        return None
    values: Any = configuration.values
    path = key.split(".")
    for part in path:
        if part not in values:
            return None
        values = values[part]
    return f"{configuration.shown}:{configuration.place(*path, of_key=True)[0]}"


def _entries(settings: Settings) -> Iterator[tuple[str, Any, Any]]:
    """(key, value, value without profile and configuration) of each setting, as TOML values."""
    yield "profile", settings.profile, PROFILES["default"].profile
    for key in _CONVERTED:
        if key != "generate":
            field = _field(key)
            plain = getattr(PROFILES["default"], field)
            yield key, _plain(key, getattr(settings, field), settings.root), _plain(key, plain, "")
    yield "guest.wire", settings.wire, PROFILES["default"].wire
    generate = settings.generate
    yield "generate.groups", None if generate.groups is None else list(generate.groups), None
    yield "generate.backends", list(generate.backends), []
    yield "generate.formats", list(generate.formats), []
    yield "generate.out", None if generate.out is None else _relative(generate.out, settings.root), None
    yield "generate.tapset", [_tapset(one) for one in generate.tapsets], []


def _plain(key: str, value: Any, root: str) -> Any:
    if key == "types":
        return sorted(value)
    if key in ("include-path", "guest-files", "sources"):
        return [_relative(path, root) for path in value]
    if key == "severity":
        return dict(value)
    if key == "per-file-ignores":
        return {path: list(rules) for path, rules in value}
    if key == "exclusive":
        return [list(folders) for folders in value]
    if key == "unit":
        return [_unit(unit, root) for unit in value]
    if key == "span":
        return [_span(one) for one in value]
    return list(value) if isinstance(value, tuple) else value


def _unit(unit: UnitSettings, root: str) -> dict[str, object]:
    made: dict[str, object] = {"path": _relative(unit.path, root)}
    if unit.include:
        made["include"] = list(unit.include)
    if unit.event_prefix:
        made["event-prefix"] = unit.event_prefix
    if unit.disable:
        made["disable"] = list(unit.disable)
    return made


def _span(one: SpanSettings) -> dict[str, object]:
    made: dict[str, object] = {"name": one.name, "begin": list(one.begin), "end": list(one.end)}
    return {**made, "key": list(one.key)} if one.key else made


def _tapset(tapset: Tapset) -> dict[str, object]:
    made = {"name": tapset.name, "format": tapset.format}
    if tapset.binary:
        made["binary"] = tapset.binary
    return {**made, "probe-prefix": tapset.probe_prefix}


def _relative(path: str, root: str) -> str:
    """A path relative to the configuration; a path elsewhere, such as an option's, is not changed."""
    if not root or not os.path.isabs(path):
        return path
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return path
