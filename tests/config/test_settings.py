"""From a configuration to settings: profiles, paths, every key; and where each value is set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tesc.config.loading import load
from tesc.config.merging import origins, settings_from, specificity
from tesc.config.settings import (
    PROFILES,
    GenerateSettings,
    SpanSettings,
    Tapset,
    UnitSettings,
    profile_at,
    settings_at,
)
from tesc.config.validation import schema_text
from tesc.records import replace

EVERYTHING = """\
profile = "classic"
max-args = 8
data-models = ["llp64"]
types = ["hwaddr"]
include-path = ["inc", "../up", "/abs"]
disable = ["a_*"]
guest-files = ["guest/trace-events"]
sources = [".", "../src"]
select = ["TE4"]
ignore = ["TE405", "missing-format"]
severity = { TE401 = "warning", ALL = "error", TE4 = "information", te40 = "off" }
per-file-ignores = { "x/" = ["TE4"] }
exclude = ["y"]
exclusive = [["a", "b", "c"]]
compat = "qemu"
qemu-release = "7.2"

[[unit]]
path = "main/trace-events"
include = ["x,prefix=y,base=0x1"]
event-prefix = "p_"
disable = ["q*"]

[[unit]]
path = "other"

[[span]]
name = "io"
begin = ["io_start", "io_again"]
end = ["io_end"]
key = ["req"]

[[span]]
begin = ["lock"]
end = ["unlock"]

[guest]
wire = "frames"

[generate]
groups = [".", "hw"]
backends = ["log"]
formats = ["h"]
out = "build"

[[generate.tapset]]
name = "n"
format = "stap"
binary = "b"
probe-prefix = "p"

[[generate.tapset]]
name = "m"
format = "log-stap"
probe-prefix = "q"
"""


@pytest.fixture
def qemu(work):
    """What makes a folder look like a QEMU checkout."""
    Path("scripts").mkdir()
    Path("scripts/tracetool.py").touch()
    return work


def test_every_key(work):
    Path("tesc.toml").write_text(EVERYTHING)
    settings = settings_at("hw/trace-events")
    root = str(work)
    assert settings == PROFILES["default"].__class__(
        profile="classic",
        root=root,
        max_args=8,
        frame_args=8,
        wire="frames",
        data_models=("llp64",),
        types=frozenset({"hwaddr"}),
        include_path=(f"{root}/inc", str(work.parent / "up"), "/abs"),
        disable=("a_*",),
        guest_files=(f"{root}/guest/trace-events",),
        sources=(root, str(work.parent / "src")),
        select=("TE4",),
        ignore=("TE405", "missing-format"),
        severity=(("ALL", "error"), ("TE4", "information"), ("te40", "off"), ("TE401", "warning")),
        per_file_ignores=(("x/", ("TE4",)),),
        exclude=("y",),
        exclusive=(("a", "b", "c"),),
        compat="qemu",
        qemu_release="7.2",
        units=(
            UnitSettings(f"{root}/main/trace-events", ("x,prefix=y,base=0x1",), "p_", ("q*",)),
            UnitSettings(f"{root}/other"),
        ),
        spans=(
            SpanSettings("io", ("io_start", "io_again"), ("io_end",), ("req",)),
            SpanSettings("lock", ("lock",), ("unlock",)),
        ),
        generate=GenerateSettings(
            (".", "hw"),
            ("log",),
            ("h",),
            f"{root}/build",
            (Tapset("n", "stap", "b", "p"), Tapset("m", "log-stap", "", "q")),
        ),
    )
    assert settings.unit_of("main/trace-events").event_prefix == "p_"
    assert settings.lists("other")
    assert settings.crosses("guest/trace-events")


def test_every_key_of_the_schema_is_in_that_text():
    for key in json.loads(schema_text())["properties"]:
        assert f"{key} = " in EVERYTHING or f"[{key}]" in EVERYTHING


def test_an_integer_may_look_like_a_float():
    Path("tesc.toml").write_text("max-args = 7.0\n")
    assert repr(settings_at("trace-events").max_args) == "7"


class TestProfile:
    def test_zero_configuration(self):
        assert settings_at("trace-events") is PROFILES["default"]

    def test_zero_configuration_in_a_qemu_checkout(self, qemu):
        assert profile_at("hw/net/trace-events") == "qemu"
        assert settings_at("hw/net/trace-events") is PROFILES["qemu"]
        assert settings_at("../trace-events") is PROFILES["default"]

    def test_one_that_is_given(self, qemu):
        assert settings_at("trace-events", "classic") is PROFILES["classic"]

    def test_a_configuration_without_one_in_a_qemu_checkout(self, qemu):
        Path("tesc.toml").write_text("ignore = ['TE4']\n")
        expected = replace(PROFILES["qemu"], root=str(qemu), ignore=("TE4",))
        assert settings_at("hw/net/trace-events") == expected

    def test_a_configuration_above_the_checkout(self, qemu):
        Path("../tesc.toml").write_text("")
        assert settings_at("trace-events").profile == "qemu"
        assert settings_at("../trace-events").profile == "default"

    @pytest.mark.parametrize("profile", PROFILES)
    def test_its_defaults_apply_to_unset_keys(self, profile, work, qemu):
        Path("tesc.toml").write_text(f"profile = '{profile}'\nmax-args = 3\n")
        assert settings_at("trace-events") == replace(
            PROFILES[profile], root=str(work), max_args=3, frame_args=3
        )

    def test_one_that_is_given_replaces_the_configurations(self, work):
        Path("tesc.toml").write_text("profile = 'classic'\ndata-models = ['ilp32']\n")
        expected = replace(PROFILES["qemu"], root=str(work), data_models=("ilp32",))
        assert settings_at("trace-events", "qemu") == expected


def test_closer_selectors_are_applied_later():
    assert sorted(["TE401", "TE40", "TE4", "ALL"], key=specificity) == ["ALL", "TE4", "TE40", "TE401"]
    assert specificity("all") == 0
    assert specificity("te4") == specificity("TE4")
    assert specificity("missing-format") == specificity("TE412")


class TestOrigins:
    def sources(self, text: str, options=None, found=None) -> dict[str, tuple[object, str]]:
        Path("tesc.toml").write_text(text)
        configuration = load("tesc.toml")
        settings = settings_from(configuration, "trace-events")
        return {
            one.key: (one.value, one.source) for one in origins(settings, configuration, options or {}, found)
        }

    def test_defaults(self):
        assert {source for _, source in self.sources("").values()} == {"default"}

    def test_lines(self):
        found = self.sources("\n\n" + EVERYTHING)
        assert found["profile"] == ("classic", "tesc.toml:3")
        assert found["max-args"] == (8, "tesc.toml:4")
        assert found["include-path"][0][:2] == ["inc", "../up"]
        assert found["severity"][1] == "tesc.toml:13"
        assert found["unit"] == (
            [
                {
                    "path": "main/trace-events",
                    "include": ["x,prefix=y,base=0x1"],
                    "event-prefix": "p_",
                    "disable": ["q*"],
                },
                {"path": "other"},
            ],
            "tesc.toml:20",
        )
        assert found["span"] == (
            [
                {"name": "io", "begin": ["io_start", "io_again"], "end": ["io_end"], "key": ["req"]},
                {"name": "lock", "begin": ["lock"], "end": ["unlock"]},
            ],
            "tesc.toml:29",
        )
        assert found["generate.groups"] == ([".", "hw"], "tesc.toml:43")
        assert found["generate.out"] == ("build", "tesc.toml:46")
        assert found["generate.tapset"][1] == "tesc.toml:48"
        assert found["generate.tapset"][0][1] == {"name": "m", "format": "log-stap", "probe-prefix": "q"}

    def test_profile(self):
        found = self.sources("profile = 'qemu'\ncompat = 'qemu'\n")
        assert found["max-args"] == (10, "profile qemu")
        assert found["compat"] == ("qemu", "tesc.toml:2")
        assert found["types"] == ([], "default")

    def test_a_profile_that_was_recognized(self):
        assert self.sources("", found="scripts/tracetool.py")["profile"][1] == "scripts/tracetool.py"

    def test_options(self):
        found = self.sources(
            "max-args = 3\nignore = ['TE4']\n",
            {"max-args": ("--max-args", False), "ignore": ("--ignore", True)},
        )
        assert found["max-args"][1] == "--max-args"
        assert found["ignore"][1] == "tesc.toml:2, --ignore"
        assert self.sources("", {"ignore": ("--ignore", True)})["ignore"][1] == "--ignore"

    def test_the_values_are_a_configuration_with_the_same_settings(self):
        from tesc.config.toml_text import toml_value

        found = self.sources(EVERYTHING)
        before = settings_at("trace-events")
        Path("tesc.toml").write_text(
            "".join(f"{key} = {toml_value(value)}\n" for key, (value, _) in found.items())
        )
        assert settings_at("trace-events") == before
