"""Fixtures for tests of the configuration: an empty folder, and the errors in a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesc.config.errors import BadConfiguration, ConfigError
from tesc.config.loading import load


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test runs in an empty folder, and nothing is cached from other runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def wrong(work):
    """A function that returns the errors in a configuration, each as `LINE:COLUMN: message`."""

    def problems(text: str | bytes, name: str = "tesc.toml") -> list[str]:
        Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
        found: tuple[ConfigError, ...] = ()
        try:
            load(name)
        except BadConfiguration as error:
            found = error.errors
            text = str(error)
        lines = [str(problem) for problem in found]
        assert not found or text == "\n".join(lines)
        assert all(line.startswith(f"{name}:") and ": error: " in line for line in lines)
        return [line[len(name) + 1 :].replace(": error: ", ": ", 1) for line in lines]

    return problems
