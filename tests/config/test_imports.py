"""What is imported for a configuration, and what is cached."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tesc

LOOK = """\
import sys
from tesc.config.errors import BadConfiguration
from tesc.config.settings import settings_at
try:
    settings_at("trace-events")
except BadConfiguration as error:
    print(error)
print(*[name for name in ("jsonschema", "tomllib", "tomli") if name in sys.modules])
"""
# tesc need not be installed to run the tests.
HERE = {"PYTHONPATH": str(Path(tesc.__file__).parent.parent)}
PARSER = "tomllib" if sys.version_info >= (3, 11) else "tomli"


def look(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        capture_output=True,
        text=True,
        env={**os.environ, **HERE, **environment},
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_no_configuration_imports_nothing():
    assert look() == [""]


def test_another_projects_pyproject_imports_nothing():
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert look() == [""]


def test_a_good_one_is_validated_once():
    Path("tesc.toml").write_text("max-args = 3\n")
    assert look() == [f"jsonschema {PARSER}"]
    assert look() == [PARSER]
    Path("tesc.toml").write_text("max-args = 4\n")
    assert look() == [f"jsonschema {PARSER}"]
    Path("tesc.toml").write_text("max-args = 3\n")
    assert look() == [PARSER]


def test_a_wrong_one_is_validated_again():
    Path("tesc.toml").write_text("max-args = 0\n")
    for _ in range(2):
        assert look() == ["tesc.toml:1:12: error: 'max-args' must be at least 1", f"jsonschema {PARSER}"]


def test_it_depends_on_where_the_table_is():
    """A text that is valid in pyproject.toml is not valid in tesc.toml."""
    text = "[tool.tesc]\nmax-args = 3\n"
    Path("pyproject.toml").write_text(text)
    assert look() == [f"jsonschema {PARSER}"]
    Path("tesc.toml").write_text(text)
    assert (
        look()[0]
        == "tesc.toml:1:2: error: unknown key 'tool'; in tesc.toml the keys are written without that table"
    )


@pytest.mark.parametrize("cache", [os.devnull, "/proc/nowhere"])
def test_nowhere_to_keep_it(cache):
    Path("tesc.toml").write_text("max-args = 3\n")
    for _ in range(2):
        assert look(XDG_CACHE_HOME=cache) == [f"jsonschema {PARSER}"]
