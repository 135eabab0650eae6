"""`tesc init`: the tesc.toml that it writes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.config.loading import load
from tesc.config.settings import PROFILES, GenerateSettings, settings_at
from tesc.config.template import meson_groups
from tesc.config.toml import loads
from tesc.config.validation import mistakes
from tesc.records import replace

MESON = """\
trace_events_subdirs = [
  'crypto', # 'no'
  'hw/core',
]
# trace_events_subdirs += ['hw/old']
if have_user
  trace_events_subdirs += [ 'linux-user', 'missing' ]
endif
trace_events_subdirs += ['crypto']
"""


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
def qemu(work):
    """A folder that tesc takes for a QEMU checkout."""
    Path("scripts").mkdir()
    Path("scripts/tracetool.py").touch()
    Path("meson.build").write_text(MESON)
    for folder in (".", "linux-user", "hw/core", "hw/old", "crypto"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "trace-events").touch()
    return work


def test_any_tree(tesc, work):
    status, out, err = tesc("init")
    assert (status, err) == (0, "")
    assert out == "wrote tesc.toml with profile 'default'; 'tesc config' shows all settings\n"
    assert settings_at("trace-events") == replace(PROFILES["default"], root=str(work))


def test_a_qemu_checkout(tesc, qemu):
    status, out, err = tesc("init")
    assert (status, err) == (0, "")
    assert out.startswith("wrote tesc.toml with profile 'qemu' and 4 groups from meson.build; ")
    settings = settings_at("hw/core/trace-events")
    assert settings.generate.groups == (".", "crypto", "hw/core", "linux-user")
    assert replace(settings, generate=GenerateSettings()) == replace(PROFILES["qemu"], root=str(qemu))


def test_a_folder_of_a_qemu_checkout(tesc, qemu):
    assert tesc("init", "hw")[:2] == (
        0,
        "wrote hw/tesc.toml with profile 'qemu'; 'tesc config' shows all settings\n",
    )
    assert settings_at("hw/core/trace-events") == replace(PROFILES["qemu"], root=str(qemu / "hw"))


def test_commented_keys_are_valid(tesc, qemu):
    """Each key is present, with a value that may be uncommented."""
    for folder in (".", "scripts"):
        tesc("init", folder)
        text = Path(folder, "tesc.toml").read_text()
        text = re.sub(r"^# (?=\[|[a-z-]+ = |TE\d+ = |\")", "", text, flags=re.M)
        values = loads(text)
        assert mistakes(values, f"uncommented {folder}") == []
        keys = {*values, *(f"generate.{key}" for key in values["generate"])}
        schema_keys = set(loads_schema())
        assert keys == schema_keys
        profile = PROFILES[values["profile"]]
        assert values["max-args"] == profile.max_args
        assert tuple(values["data-models"]) == profile.data_models
        assert values["compat"] == profile.compat


def loads_schema():
    """The schema's keys, and those of [generate]."""
    import json

    from tesc.config.validation import schema_text

    properties = json.loads(schema_text())["properties"]
    return [*properties, *(f"generate.{key}" for key in properties["generate"]["properties"])]


def test_only_the_text_goes_to_standard_output(tesc):
    status, out, err = tesc("init", "--stdout")
    assert (status, err) == (0, "")
    assert not Path("tesc.toml").exists()
    Path("tesc.toml").write_text(out)
    assert load("tesc.toml").values == {"profile": "default"}


def test_an_existing_file(tesc):
    Path("tesc.toml").write_text("max-args = 3\n")
    assert tesc("init") == (2, "", "tesc: error: tesc.toml: already exists; --force replaces it\n")
    assert Path("tesc.toml").read_text() == "max-args = 3\n"
    assert tesc("init", "--force")[0] == 0
    assert load("tesc.toml").values == {"profile": "default"}


def test_a_dangling_link_exists(tesc):
    Path("tesc.toml").symlink_to("nowhere")
    assert tesc("init")[0] == 2


def test_a_broken_one_can_be_replaced(tesc):
    Path("tesc.toml").write_text("[[[")
    assert tesc("init", "--force")[0] == 0


def test_a_pyproject_with_a_configuration(tesc):
    Path("pyproject.toml").write_text("[tool.tesc]\n")
    status, _, err = tesc("init")
    assert status == 2
    assert "pyproject.toml has [tool.tesc], which tesc.toml would hide" in err
    assert tesc("init", "--force")[0] == 0


def test_one_above_that_no_longer_applies(tesc):
    Path("tesc.toml").write_text("max-args = 3\n")
    Path("a").mkdir()
    status, out, err = tesc("init", "a")
    assert status == 0
    assert err == "tesc: warning: tesc.toml no longer applies in a\n"
    assert out.startswith("wrote a/tesc.toml ")


def test_the_profile_that_is_asked_for(tesc):
    status, out, err = tesc("init", "--profile", "qemu")
    assert (status, err) == (0, "")
    assert "with profile 'qemu'" in out
    assert settings_at("trace-events") == replace(PROFILES["qemu"], root=os.getcwd())


def test_no_folder(tesc):
    assert tesc("init", "nowhere") == (2, "", "tesc: error: nowhere: no such folder\n")


@pytest.mark.parametrize(
    "text", ["", "trace_events_subdirs", "trace_events_subdirs += [", "other = ['crypto']", "\0\xff"]
)
def test_other_meson_builds(text, qemu):
    Path("meson.build").write_bytes(text.encode("latin-1"))
    assert meson_groups(".") == []
