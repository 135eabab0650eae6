"""What tests all over the tree share: options, tools from outside, the installed scripts."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
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
def rustc():
    """The path of a Rust compiler that knows C string literals, or a skip.

    Debian 12's is older (they came with 1.77), so CI may have none.
    """
    path = shutil.which("rustc")
    if path is None:
        pytest.skip("there is no rustc")
    said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()
    version = tuple(int(part) for part in said[1].split("-")[0].split(".")[:2]) if len(said) > 1 else (0, 0)
    if version < (1, 77):
        pytest.skip("rustc is older than 1.77")
    return path


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


@pytest.fixture(scope="session", autouse=True)
def caches_of_their_own(tmp_path_factory):
    """Keep tests out of the caches of whoever runs them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def bound_by_modes():
    """Let files' modes hold for this process, even if it is root's (capabilities(7))."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data):
        missing("a kernel with capabilities")
    before = data[0]
    data[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    if libc.capset(header, data):
        missing("a kernel that lets root give up capabilities")
    yield
    data[0] = before
    assert libc.capset(header, data) == 0


@pytest.fixture(scope="session")
def interrupt():
    """A function that ends a process as Ctrl-C does.

    Python looks for signals before it reads, not while it begins to; then the next one ends it.
    """

    def end(process: subprocess.Popen) -> None:
        for _ in range(60):
            process.send_signal(signal.SIGINT)
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                continue
            return

    return end
