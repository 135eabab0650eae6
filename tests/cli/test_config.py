"""`tesc config`: which settings apply, and where each is set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.config.settings import settings_at
from tesc.config.toml import loads


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test runs in an empty folder, and nothing is cached from other runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tesc(capsys):
    """A function that runs a command: exit status, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(list(arguments))
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def shown(tesc):
    """A function that returns the settings from the JSON output: value and source by key."""

    def run(*arguments: str) -> dict[str, tuple[object, str]]:
        status, out, err = tesc("config", "--format", "json", *arguments)
        assert (status, err) == (0, "")
        return {key: (one["value"], one["source"]) for key, one in json.loads(out)["settings"].items()}

    return run


def test_without_any(tesc):
    status, out, err = tesc("config")
    assert (status, err) == (0, "")
    assert out.splitlines()[:3] == [
        "# no configuration file",
        'profile = "default"                               # default',
        "max-args = 6                                      # default",
    ]
    assert "# generate.out is not set" in out.splitlines()


def test_in_a_qemu_checkout(shown):
    Path("scripts").mkdir()
    Path("scripts/tracetool.py").touch()
    Path("hw").mkdir()
    for path in (".", "hw", "hw/trace-events", "scripts/tracetool.py"):
        if path == "hw/trace-events":
            Path(path).touch()
        found = shown(path)
        assert found["profile"] == ("qemu", "scripts/tracetool.py")
        assert found["max-args"] == (10, "profile qemu")
        assert found["exclusive"] == ([["bsd-user", "linux-user"]], "profile qemu")


def test_lines_of_the_file(tesc):
    Path("a").mkdir()
    Path("tesc.toml").write_text("# x\nmax-args = 3\n\n[severity]\nTE4 = 'off'\n")
    status, out, _ = tesc("config", "a")
    assert status == 0
    assert out.startswith("# tesc.toml\n")
    assert "max-args = 3                                      # tesc.toml:2\n" in out
    assert 'severity = { TE4 = "off" }                        # tesc.toml:4\n' in out


def test_the_text_is_a_configuration_that_gives_the_same_settings(tesc):
    Path("x").write_text("e(void)\n")
    Path("tesc.toml").write_text(
        "profile = 'qemu'\ntypes = ['hwaddr']\ninclude-path = ['../up']\n"
        "[per-file-ignores]\n'a b' = ['TE4']\n"
        "[[unit]]\npath = 'x'\n[generate]\ngroups = ['.']\nout = 'build'\n"
    )
    before = settings_at("trace-events")
    _, out, _ = tesc("config")
    loads(out)
    Path("tesc.toml").write_text(out)
    assert settings_at("trace-events") == before


def test_pyproject(shown):
    Path("pyproject.toml").write_text("[tool.other]\n[tool.tesc]\nmax-args = 3\n")
    assert shown()["max-args"] == (3, "pyproject.toml:3")


def test_options(shown):
    Path("tesc.toml").write_text(
        "max-args = 3\nignore = ['TE4']\ninclude-path = ['b']\nselect = ['TE3']\n"
        "disable = ['x*']\nseverity = { TE3 = 'off', TE1 = 'error' }\n"
    )
    found = shown(
        "--max-args", "9", "--ignore", "TE001,TE002", "-I", "a", "--data-model", "llp64", "--disable", "y,z"
    )
    assert found["max-args"] == (9, "--max-args")
    assert found["ignore"] == (["TE4", "TE001", "TE002"], "tesc.toml:2, --ignore")
    assert found["include-path"] == (["a", "b"], "tesc.toml:3, -I")
    assert found["data-models"] == (["llp64"], "--data-model")
    assert found["disable"] == (["x*", "y", "z"], "tesc.toml:5, --disable")
    assert found["select"] == (["TE3"], "tesc.toml:4")
    found = shown("--select", "TE4", "--profile", "qemu", "--severity", "TE401=off")
    assert found["profile"] == ("qemu", "--profile")
    assert found["compat"] == ("qemu", "default")
    assert found["select"] == (["TE4"], "--select")
    assert found["ignore"] == ([], "--select")
    assert found["severity"] == ({"TE1": "error", "TE401": "off"}, "tesc.toml:6, --severity")


def test_another_file_and_none(shown):
    Path("tesc.toml").write_text("max-args = 3\n")
    Path("other.toml").write_text("max-args = 4\n")
    assert shown("--config", "other.toml")["max-args"] == (4, "other.toml:1")
    assert shown("--isolated")["max-args"] == (6, "default")


def test_the_schema(tesc):
    status, out, _ = tesc("config", "--schema")
    assert status == 0
    assert json.loads(out)["title"] == "tesc.toml"


class TestFailures:
    def test_a_missing_path(self, tesc):
        assert tesc("config", "nowhere") == (2, "", "tesc: error: nowhere: no such file or folder\n")

    def test_mistakes(self, tesc):
        Path("tesc.toml").write_text("max-arg = 1\nprofile = 'qmu'\n")
        status, out, err = tesc("config")
        assert (status, out) == (2, "")
        assert err == (
            "tesc.toml:1:1: error: unknown key 'max-arg'; did you mean 'max-args'?\n"
            "tesc.toml:2:11: error: 'qmu' is not a profile: "
            "expected qemu, guest, classic or default; did you mean 'qemu'?\n"
        )

    def test_rules_that_do_not_exist(self, tesc):
        Path("tesc.toml").write_text("ignore = ['TE405', 'errno-fromat']\n")
        assert tesc("config") == (
            2,
            "",
            "tesc.toml:1:20: error: no rule is called 'errno-fromat'; did you mean errno-format?\n",
        )

    def test_a_missing_configuration(self, tesc):
        assert tesc("config", "--config", "x.toml") == (2, "", "x.toml: error: No such file or directory\n")
