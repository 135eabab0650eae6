"""The paths in a configuration that lead nowhere: the schema cannot find them."""

from __future__ import annotations

import os

from tesc.git import ignores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tesc.config.errors import ConfigError
    from tesc.config.loading import Configuration
    from tesc.config.positions import Path


def root_files(configuration: Configuration) -> Iterator[tuple[str, str, Path]]:
    """The root files that a configuration names: as written, absolute, and where in it."""
    values = configuration.values
    for number, path in enumerate(values.get("guest-files", ())):
        yield path, _absolute(configuration, path), ("guest-files", number)
    for number, unit in enumerate(values.get("unit", ())):
        yield unit["path"], _absolute(configuration, unit["path"]), ("unit", number, "path")


def missing_root_files(
    configuration: Configuration, known: Callable[[str], bool] = os.path.isfile
) -> list[ConfigError]:
    """The places where a configuration names a root file that does not exist, and so would have no effect.

    `known` says whether a path is a file that need not be on disk. A file that git ignores may be missing:
    a build generates it.
    """
    found = []
    for written, path, place in root_files(configuration):
        if known(path):
            continue
        if os.path.isdir(path):
            message = f"'{written}' is a folder, not a trace-events file"
        elif not os.path.exists(path) and not ignores(path):
            message = f"'{written}': no such file"
        else:
            continue
        found.append(configuration.error(message, *place))
    return found


def missing_sources(configuration: Configuration) -> list[ConfigError]:
    """The places where a configuration names a source file or folder that does not exist."""
    return [
        configuration.error(f"'{path}': no such source file or folder", "sources", number)
        for number, path in enumerate(configuration.values.get("sources", ()))
        if not os.path.exists(_absolute(configuration, path))
    ]


def _absolute(configuration: Configuration, path: str) -> str:
    return os.path.normpath(os.path.join(configuration.root, path))
