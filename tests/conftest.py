"""What tests all over the tree share: options, tools from outside, the installed scripts."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tesc import cache


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what tesc generates now into the expected files, for you to read in the diff",
    )
    parser.addoption("--fast", action="store_true", help="leave out the tests marked slow: under a minute")
    parser.addoption("--nightly", action="store_true", help="also run the tests marked nightly: hours")


def pytest_configure(config: pytest.Config) -> None:
    """Property-based tests know no deadline; in CI they repeat themselves, at night they search longer."""
    settings.register_profile("tesc", deadline=None, derandomize=os.environ.get("CI") == "true")
    settings.register_profile("nightly", deadline=None, max_examples=5000)
    settings.load_profile("nightly" if config.getoption("nightly") else "tesc")
    # A shell's background jobs ignore Ctrl-C, and so would each program that a test interrupts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# Folders and files whose tests need tools from outside, or start hundreds of processes: `--fast` leaves
# them out, with the single tests that are marked slow.
SLOW = tuple(
    f"tests/{path}"
    for path in """
        analysis/compiled analysis/test_formats_gcc.py analysis/test_plain.py
        analysis/test_rules.py::test_example[te506-3]
        analysis/test_rules.py::test_fixes_remove_what_was_found_and_break_nothing[te506-3] benchmarks
        cli/test_bpftrace.py cli/test_check.py::TestContents::test_garbage
        cli/test_completion.py cli/test_decode_tables.py cli/test_escaping.py
        cli/test_gen_processes.py cli/test_gen_again.py::test_never_takes_old cli/test_kept_runs.py
        cli/test_project_border.py cli/test_prune.py cli/test_query.py cli/test_reasons.py codegen/guest
        codegen/qemu/test_compile.py codegen/qemu/test_differential.py codegen/qemu/test_fixed.py
        docs e2e editors examples fuzz lsp test_cache.py test_depfile_tools.py test_fresh_clone.py
        test_git.py test_growth.py test_install.py test_kill.py test_package.py test_pre_commit.py
        test_write_source.py trace/ctf trace/perfetto trace/query trace/tables trace/test_fast.py
        units/test_d_types.py units/test_releases.py uses/test_masking.py uses/test_mistakes.py wire
    """.split()
)


# Modules with single tests or fixtures that take long: they begin first, so that in the end no worker waits
# for another one.
LONG = tuple(
    f"tests/{path}"
    for path in """
        test_fresh_clone.py editors/vscode/test_vscode.py e2e/test_table.py trace/perfetto/test_perfetto.py
        editors/vscode/test_extension.py test_install.py test_pre_commit.py docs/test_commands.py
        analysis/compiled/test_parameters.py examples/test_qemu.py examples/test_project.py
    """.split()
)


def _turn(item: pytest.Item) -> int:
    module = item.nodeid.partition("::")[0]
    return LONG.index(module) if module in LONG else len(LONG)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = set() if config.getoption("nightly") else {"nightly"}
    if config.getoption("fast"):
        left_out |= {"slow", "e2e"}
    kept, dropped = [], []
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if item.nodeid.startswith(SLOW):
            marks.add("slow")
        (dropped if marks & left_out else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
    items.sort(key=_turn)


@pytest.fixture(autouse=True)
def _cache_enabled(monkeypatch):
    """A command that a test runs in this process with --no-cache turns the cache off for this test only."""
    monkeypatch.setattr(cache, "_enabled", True)


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
def browser(need):
    """The path of Chromium; of its build that has no window, which starts faster, if there is one."""
    return shutil.which("chromium-headless-shell") or need("chromium", "chromium-headless-shell")


@pytest.fixture(scope="session")
def rustc():
    """The path of a Rust compiler that knows C string literals: they came with 1.77.

    Debian 12's package rustc is older; rustc-web is not.
    """
    path = shutil.which("rustc") or missing("rustc (Debian's package rustc-web)")
    said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()
    version = tuple(int(part) for part in said[1].split("-")[0].split(".")[:2]) if len(said) > 1 else (0, 0)
    if version < (1, 77):
        missing("rustc of 1.77 or later (Debian's package rustc-web)")
    return path


def _from_environment(variable: str, what: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} names no {what}")
    return Path(value)


@pytest.fixture(scope="session")
def qemu_tree():
    """A checkout of QEMU, outside of this repository: what TESC_QEMU_TREE names, or a skip, also in CI."""
    return _from_environment("TESC_QEMU_TREE", "checkout of QEMU")


@pytest.fixture(scope="session")
def qemu_history():
    """A git directory with QEMU's history: what TESC_QEMU_HISTORY names, or a skip, also in CI."""
    return _from_environment("TESC_QEMU_HISTORY", "git directory with QEMU's history")


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


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id):
    """A function that fills a folder once for all workers of a run: `once(name, fill)` is its path.

    `fill` gets a new folder. If it raises an exception, the next worker that asks tries again.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def filled(name: str, fill: Callable[[Path], object]) -> Path:
        folder, draft = shared / name, shared / f"{name}.draft"
        with open(shared / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir()
                fill(draft)
                draft.rename(folder)
        return folder

    return filled


@pytest.fixture(scope="session")
def archives(once):
    """A folder with the wheel and the source archive, built by the backend that pyproject.toml names."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return once("archives", build)


@pytest.fixture(scope="session")
def wheelhouse(once):
    """A folder with the wheels of all packages with which tesc is built, installed and run."""

    def download(folder: Path) -> None:
        needed = [need for need in requires("tesc") or () if "extra ==" not in need]
        command = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "-d", str(folder)]
        command += ["hatchling", "pip", "setuptools", "wheel", *needed]
        if subprocess.run(command, capture_output=True).returncode:
            missing("package index to get wheels from")

    return once("wheels", download)


@pytest.fixture
def offline(wheelhouse, tmp_path):
    """The environment of a user who has nothing but these wheels, and an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
        # Compiling every module of a package takes longer than what is tested here.
        "PIP_NO_COMPILE": "1",
        "PIP_NO_INDEX": "1",
        "PIPX_DEFAULT_BACKEND": "pip",
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_BIN_DIR": str(home / "bin"),
        "PIPX_MAN_DIR": str(home / "man"),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "UV_CACHE_DIR": str(home / "uv"),
        "UV_FIND_LINKS": str(wheelhouse),
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON": sys.executable,
        "UV_TOOL_DIR": str(home / "tools"),
        "UV_TOOL_BIN_DIR": str(home / "bin"),
    }


@pytest.fixture(scope="session", autouse=True)
def caches_of_their_own(tmp_path_factory):
    """Keep tests out of the caches of whoever runs them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def forks(monkeypatch):
    """The IDs of the processes that this process forks during the test."""
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", noted)
    return begun


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
