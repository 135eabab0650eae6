"""What tests all over the tree share: options, tools from outside, the installed scripts."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path
from typing import NoReturn

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what tesc generates now into the expected files, for you to read in the diff",
    )


def missing(what: str) -> NoReturn:
    """Skip a test that lacks something, except in CI, where everything has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI there must be {what}", pytrace=False)
    pytest.skip(f"there is no {what}")


@pytest.fixture(scope="session")
def need():
    """A function that gives the path of a program, or skips (in CI: fails) without it."""

    def find(program: str, package: str) -> str:
        return shutil.which(program) or missing(f"{program} (Debian's package {package})")

    return find


@pytest.fixture(scope="session")
def skip_without():
    """`missing`, for tests that find out by themselves."""
    return missing


@pytest.fixture(scope="session")
def installed():
    """A function that gives the path of a script that is installed with tesc."""

    def find(name: str) -> Path:
        path = Path(sysconfig.get_path("scripts"), name)
        return path if path.exists() else missing(f"installed {name} (pip install -e .)")

    return find
