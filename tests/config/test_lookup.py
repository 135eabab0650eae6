"""The nearest configuration above a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesc.config.errors import BadConfiguration
from tesc.config.lookup import find_configuration
from tesc.config.settings import settings_at


@pytest.fixture(autouse=True)
def folders(work):
    Path("a/b/c").mkdir(parents=True)


def found(path: str = "a/b/c/trace-events") -> str | None:
    file = find_configuration(path)
    return file and Path(file).relative_to(Path.cwd()).as_posix()


def test_nothing():
    assert found() is None


def test_the_nearest_one_applies():
    for folder, number in ((".", 1), ("a", 2), ("a/b", 3)):
        Path(folder, "tesc.toml").write_text(f"max-args = {number}\n")
    for folder, number in ((".", 1), ("a", 2), ("a/b", 3), ("a/b/c", 3)):
        assert settings_at(f"{folder}/trace-events").max_args == number
        assert settings_at(f"{folder}/trace-events").root == str(
            Path(folder if number < 3 else "a/b").resolve()
        )


def test_neither_kind_of_file_is_preferred_over_a_nearer_one():
    Path("tesc.toml").touch()
    Path("a/pyproject.toml").write_text("[tool.tesc]\n")
    Path("a/b/tesc.toml").touch()
    assert found("trace-events") == "tesc.toml"
    assert found("a/trace-events") == "a/pyproject.toml"
    assert found("a/b/trace-events") == "a/b/tesc.toml"


def test_of_two_in_one_folder_it_is_tesc_toml():
    Path("pyproject.toml").write_text("[tool.tesc]\nmax-args = 1\n")
    assert settings_at("trace-events").max_args == 1
    Path("tesc.toml").write_text("max-args = 2\n")
    assert settings_at("trace-events").max_args == 2


@pytest.mark.parametrize(
    "text",
    [
        "[tool.tesc]",
        "[tool.tesc.severity]",
        "[[tool.tesc.unit]]\npath = 'x'",
        "[ tool . 'tesc' ]",
        '[tool."tesc"]',
        "tool.tesc.max-args = 1",
        "[tool]\ntesc.max-args = 1",
        "[tool]\ntesc = {}",
        "tool = {other = 1, tesc = {max-args = 1}}",
    ],
)
def test_ways_to_write_the_table(text):
    Path("pyproject.toml").write_text(f"{text}\n")
    assert found() == "pyproject.toml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'tesc'",
        "[project.scripts]\ntesc = 'tesc.cli:main'",
        "[tesc]\nmax-args = 1",
        "[other.tesc]",
        "[tool.tesco]",
        "# [tool.tesc]",
        "this is no TOML",
    ],
)
def test_other_projects_do_not_count(text):
    Path("tesc.toml").write_text("max-args = 3\n")
    Path("a/pyproject.toml").write_text(f"{text}\n")
    assert found() == "tesc.toml"


def test_one_that_is_broken_and_has_the_table():
    Path("a/pyproject.toml").write_text("[tool.tesc]\n[x\n")
    with pytest.raises(BadConfiguration, match=r"^a/pyproject\.toml:2:3: error: "):
        found()


def test_a_folder_named_pyproject_toml():
    Path("a/pyproject.toml").mkdir()
    assert found() is None


def test_a_file_that_does_not_exist_yet():
    Path("a/tesc.toml").touch()
    assert found("a/new/deep/trace-events") == "a/tesc.toml"
