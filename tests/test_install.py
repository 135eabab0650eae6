"""tesc installed by pip, pipx and uv, without the source tree and without a network."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import tesc

ROOT = Path(__file__).parent.parent
EVENTS = 'lamp_level(int level) "level %d"\nlamp_failed(int error) "error %d\\n"\n'
FIXED = EVENTS.replace("\\n", "")


def succeed(*command: object, **options) -> str:
    """The output of a command that must succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def pip_of(folder: Path) -> list[str | Path]:
    """pip for a new environment: a command that ends with its Python. Installing pip itself takes longest."""
    succeed(sys.executable, "-m", "venv", "--without-pip", folder)
    return [sys.executable, "-m", "pip", "--python", folder / "bin/python"]


@pytest.fixture(scope="session")
def installed_wheel(archives, wheelhouse, tmp_path_factory):
    """The folder of scripts in an environment with only the wheel installed."""
    (wheel,) = archives.glob("*.whl")
    offline = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    offline.pop("PIP_FIND_LINKS", None)
    pip = pip_of(tmp_path_factory.mktemp("venv"))
    succeed(*pip, "install", "-q", "--no-index", "--find-links", wheelhouse, wheel, env=offline)
    return pip[-1].parent


@pytest.fixture
def run(installed_wheel, tmp_path):
    """A function that runs a script of that environment, in a new folder."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    work = tmp_path / "work"
    (work / "lamp").mkdir(parents=True)
    (work / "lamp/trace-events").write_text(EVENTS)

    def run(program: str, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        command = [str(installed_wheel / program), *arguments]
        done = subprocess.run(
            command, cwd=work, env=clean, capture_output=True, text=True, timeout=120, **options
        )
        assert "Traceback" not in done.stderr
        return done

    run.work = work
    return run


class TestTheWheel:
    """Each command that reads a file of the package."""

    def printed(self, run, *arguments: str, **options) -> str:
        done = run("tesc", *arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_the_installed_one_runs(self, run, installed_wheel):
        code = "import tesc; print(tesc.__file__)"
        where = run("python", "-c", code).stdout
        assert where.startswith(str(installed_wheel.parent))
        assert self.printed(run, "--version") == f"tesc {tesc.__version__}\n"
        assert run("python", "-m", "tesc", "--version").stdout == f"tesc {tesc.__version__}\n"

    def test_check_and_fix(self, run):
        done = run("tesc", "check")
        assert done.returncode == 1
        assert done.stdout.endswith("\n1 error in 1 file; 1 can be fixed with --fix\n")
        self.printed(run, "check", "--fix")
        assert (run.work / "lamp/trace-events").read_text() == FIXED

    def test_fmt(self, run):
        (run.work / "lamp/trace-events").write_text(FIXED.replace("int level", "int   level"))
        self.printed(run, "fmt")
        assert (run.work / "lamp/trace-events").read_text() == FIXED

    def test_gen(self, run):
        (run.work / "lamp/trace-events").write_text(FIXED)
        self.printed(run, "gen", "--root", ".", "--out", "build", "--backends", "log", "--formats", "h,c,rs")
        assert sorted(path.name for path in (run.work / "build").glob("trace-lamp.*")) == [
            "trace-lamp.c",
            "trace-lamp.h",
            "trace-lamp.rs",
        ]

    def test_tracetool(self, run, installed_wheel):
        (run.work / "lamp/trace-events").write_text(FIXED)
        options = ["--format=h", "--backends=simple", "--group=lamp", "lamp/trace-events"]
        for name, command in (
            ("a", ["tesc", "tracetool"]),
            ("b", ["tesc-tracetool"]),
            # Builds that start it with an interpreter find the script too.
            ("c", ["python", str(installed_wheel / "tesc-tracetool")]),
        ):
            assert run(*command, *options, name).returncode == 0
            assert "trace_lamp_level" in (run.work / name).read_text()

    def test_tracetool_classic(self, run):
        assert "trace_lamp_level" in self.printed(run, "tracetool-classic", "--stderr", "-h", input=FIXED)

    def test_flatten_and_list(self, run):
        (run.work / "trace-events").write_text('include "lamp/trace-events" prefix the_\n')
        assert "the_lamp_level(int level)" in self.printed(run, "flatten", "trace-events")
        listed = self.printed(run, "list", "trace-events", "--format", "json")
        assert "the_lamp_level" in json.dumps(json.loads(listed))

    def test_rules_and_their_pages(self, run):
        assert "TE401" in self.printed(run, "rules")
        assert "TE401" in self.printed(run, "explain", "TE401")
        code = "from tesc.analysis.pages import page_path; print(open(page_path('TE401')).read())"
        assert run("python", "-c", code).stdout.startswith("# TE401 ")

    def test_guest(self, run):
        (run.work / "lamp/trace-events").write_text(FIXED)
        self.printed(run, "guest", "runtime", "-o", "runtime")
        assert (run.work / "runtime/tesc_guest.c").read_text()
        assert "lamp_level" in self.printed(run, "guest", "header", "lamp/trace-events")

    def test_config_and_init(self, run):
        self.printed(run, "init")
        assert "profile" in self.printed(run, "config")
        (run.work / "tesc.toml").write_text("max-args = 'six'\n")
        done = run("tesc", "check")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("tesc.toml:1:12: error: ")

    def test_decode(self, run):
        """A trace with a header, the names of its events, and no records."""
        (run.work / "lamp/trace-events").write_text(FIXED)
        header = struct.pack("=QQQ", 0xFFFFFFFFFFFFFFFF, 0xF2B177CB0AA429B4, 4)
        names = enumerate((b"lamp_level", b"lamp_failed"))
        mapping = [struct.pack("=QQL", 0, number, len(name)) + name for number, name in names]
        record = struct.pack("=QQQLLQ", 1, 0, 1000, 24 + 8, 77, 5)
        (run.work / "trace").write_bytes(header + b"".join(mapping) + record)
        assert "lamp_level" in self.printed(run, "decode", "trace", "--events", "lamp/trace-events")

    def test_completion_and_man(self, run):
        assert "tesc" in self.printed(run, "completion", "bash")
        assert ".TH" in self.printed(run, "man")

    def test_lsp(self, run):
        messages = [
            {
                "id": 1,
                "method": "initialize",
                "params": {"processId": None, "rootUri": None, "capabilities": {}},
            },
            {"method": "initialized", "params": {}},
            {"id": 2, "method": "shutdown"},
            {"method": "exit"},
        ]
        sent = ""
        for message in messages:
            text = json.dumps({"jsonrpc": "2.0", **message})
            sent += f"Content-Length: {len(text)}\r\n\r\n{text}"
        done = run("tesc", "lsp", "--stdio", input=sent)
        assert done.returncode == 0, done.stderr
        assert f'"version": "{tesc.__version__}"' in done.stdout.replace('":"', '": "')

    def test_pip_says_that_nothing_is_missing(self, installed_wheel):
        succeed(sys.executable, "-m", "pip", "--python", installed_wheel / "python", "check")


def test_the_source_archive_builds_and_installs_offline(archives, offline, tmp_path):
    """With a frontend that creates an environment for the build, like pip."""
    (archive,) = archives.glob("*.tar.gz")
    pip = pip_of(tmp_path / "venv")
    succeed(*pip, "install", "-q", archive, env=offline, cwd=tmp_path)
    assert succeed(tmp_path / "venv/bin/tesc", "--version") == f"tesc {tesc.__version__}\n"
    pages = "import tesc.analysis.pages as p; print(p.page_path('TE401'))"
    assert "site-packages/tesc/rule_pages/TE401.md" in succeed(pip[-1], "-c", pages, cwd=tmp_path)


def test_an_editable_package_finds_the_pages_of_the_checkout():
    from tesc.analysis.pages import page_path

    assert page_path("TE401") == str(ROOT / "docs/rules/TE401.md")
    assert page_path("TE999") is None


def tool(name: str, skip_without) -> Path:
    path = Path(sys.executable).parent / name
    return path if path.exists() else skip_without(f"{name} (pip install -e '.[test]')")


@pytest.fixture(scope="module")
def pipx_shared(tmp_path_factory):
    """Where pipx keeps its own pip, which it installs once for a user."""
    return tmp_path_factory.mktemp("pipx")


@pytest.mark.parametrize("source", ["wheel", "tree"])
def test_pipx(archives, offline, tmp_path, skip_without, source, pipx_shared):
    (wheel,) = archives.glob("*.whl")
    what = wheel if source == "wheel" else ROOT
    environment = {**offline, "PIPX_SHARED_LIBS": str(pipx_shared)}
    succeed(tool("pipx", skip_without), "install", what, env=environment, cwd=tmp_path)
    installed = Path(offline["PIPX_BIN_DIR"])
    assert succeed(installed / "tesc", "--version") == f"tesc {tesc.__version__}\n"
    assert (installed / "tesc-tracetool").exists()


@pytest.mark.parametrize("source", ["wheel", "tree"])
def test_uv_tool(archives, offline, tmp_path, skip_without, source):
    (wheel,) = archives.glob("*.whl")
    what = wheel if source == "wheel" else ROOT
    succeed(tool("uv", skip_without), "tool", "install", "--no-index", what, env=offline, cwd=tmp_path)
    installed = Path(offline["UV_TOOL_BIN_DIR"])
    assert succeed(installed / "tesc", "--version") == f"tesc {tesc.__version__}\n"


def test_commands_do_not_import_what_only_the_language_server_needs(run):
    for command in (
        ["check"],
        ["fmt", "--check"],
        ["list", "lamp/trace-events"],
        ["check", "--diff-base", "HEAD"],
    ):
        code = (
            "import sys; from tesc.cli.main import main; main(sys.argv[1:]);"
            "print([m for m in ('pygls', 'lsprotocol', 'cattrs', 'asyncio') if m in sys.modules])"
        )
        assert run("python", "-c", code, *command).stdout.splitlines()[-1] == "[]"
