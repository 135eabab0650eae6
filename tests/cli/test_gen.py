"""`tesc gen` as builds call it: options, which files are written and which are left alone."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.generating import FILES, OLD, OUT, age, gen, outputs, said, texts, write, young

pytestmark = pytest.mark.usefixtures("small_tree")


class TestWhatIsMade:
    def test_by_default(self, capsys):
        gen(*OUT)
        assert said(capsys) == "7 of 7 files written\n"
        assert outputs() == FILES
        assert "qemu_log(" in Path("out/trace-hw_lamp.h").read_text()
        parts = [
            Path(path).read_bytes()
            for path in ("trace-events", "hw/fan/trace-events", "hw/lamp/trace-events")
        ]
        assert Path("out/trace-events-all").read_bytes() == b"".join(parts)

    def test_of_another_folder(self, capsys):
        gen("--root=hw", "--out=out", "--formats=rs")
        assert outputs() == {"trace-fan.rs", "trace-lamp.rs", "trace-events-all"}

    def test_backends_bring_what_they_need(self):
        gen(*OUT, "--backends=dtrace,ust", "--formats=h")
        assert {
            "trace-dtrace-root.dtrace",
            "trace-ust-hw_fan.h",
            "trace-ust-all.h",
            "trace-ust-all.c",
        } < outputs()

    def test_out_folders_are_made(self):
        gen("--out=a/b/c", "-q")
        assert outputs("a/b/c") == FILES

    def test_lines_are_named_relative_to_the_working_directory(self, small_tree, monkeypatch):
        (small_tree / "build").mkdir()
        monkeypatch.chdir(small_tree / "build")
        gen("--root=..", "--out=trace", "-q")
        text = Path("trace/trace-hw_lamp.h").read_text()
        assert '#line 1 "../hw/lamp/trace-events"' in text
        assert '"trace/trace-hw_lamp.h"' in text

    def test_settings_are_the_configurations(self, capsys):
        write(
            "tesc.toml",
            "compat = 'fixed'\ndisable = ['lamp_*']\n[generate]\ngroups = ['hw/lamp', 'hw_fan']\n"
            "backends = ['simple']\nformats = ['c', 'rs']\nout = 'made'\n",
        )
        gen()
        assert outputs("made") == {
            *("trace-hw_lamp.c", "trace-hw_lamp.rs", "trace-hw_fan.c", "trace-hw_fan.rs", "trace-events-all"),
        }
        assert "c_ulong" in Path("made/trace-hw_fan.rs").read_text()
        assert "sstate = TRACE_LAMP_LEVEL_ENABLED" in Path("made/trace-hw_lamp.c").read_text()
        assert Path("made/trace-events-all").read_text() == (
            'disable lamp_level(int level) "level %d"\ndisable lamp_off(void) "off"\n'
            'fan_speed(unsigned long rpm) "%lu"\n'
        )
        said(capsys)
        gen()
        assert said(capsys) == "5 files, nothing to do\n"

    def test_groups_come_in_the_configurations_order(self):
        write("tesc.toml", "[generate]\ngroups = ['hw/lamp', '.', 'hw/fan/trace-events']\n")
        gen(*OUT)
        text = Path("out/trace-events-all").read_text()
        assert text.index("lamp_level") < text.index("start") < text.index("fan_speed")

    def test_excluded_files_are_no_groups(self):
        write("tesc.toml", "exclude = ['hw/fan/']\n")
        gen(*OUT)
        assert "trace-hw_fan.h" not in outputs()

    def test_compat(self):
        gen(*OUT, "--formats=rs", "-q")
        assert "c_ulong" not in Path("out/trace-hw_fan.rs").read_text()
        gen(*OUT, "--formats=rs", "-q", "--compat=fixed")
        assert "c_ulong" in Path("out/trace-hw_fan.rs").read_text()


class TestIncludes:
    def test_an_included_file_is_no_group(self):
        write("trace-events", 'include "hw/lamp/trace-events" prefix board_\nstart(void) "go"\n')
        gen(*OUT, "-q")
        assert "trace-hw_lamp.h" not in outputs()
        assert "trace_board_lamp_level(int level)" in Path("out/trace-root.h").read_text()
        text = Path("out/trace-events-all").read_text()
        assert 'board_lamp_level(int level) "level %d"\n' in text
        assert "include" not in text

    @pytest.mark.parametrize(
        "listing", ["[generate]\ngroups = ['.', 'hw/lamp']\n", "[[unit]]\npath = 'hw/lamp/trace-events'\n"]
    )
    def test_unless_the_configuration_lists_it(self, listing):
        write("trace-events", 'include "hw/lamp/trace-events" prefix board_\nstart(void) "go"\n')
        write("tesc.toml", listing)
        gen(*OUT, "-q")
        assert "trace_lamp_level(" in Path("out/trace-hw_lamp.h").read_text()
        assert "trace_board_lamp_level(" in Path("out/trace-root.h").read_text()

    def test_are_looked_for_where_an_option_says(self, small_tree):
        write("trace-events", 'include "more.inc"\n')
        write("lib/more.inc", 'more(void) "more"\n')
        gen(*OUT, "-q", "-Ilib")
        assert '#line 1 "lib/more.inc"' in Path("out/trace-root.h").read_text()
        gen(*OUT, "-q", f"-I{small_tree}/lib")
        assert '#line 1 "lib/more.inc"' in Path("out/trace-root.h").read_text()


class TestMistakes:
    def test_have_their_places_and_nothing_is_written(self, capsys):
        write("hw/lamp/trace-events", "lamp(\n")
        write("trace-events", 'include "nowhere"\n')
        gen(*OUT, status=1)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert [line.split(" error[")[0] for line in printed.err.splitlines()] == [
            *("trace-events:1:9:", "hw/lamp/trace-events:1:6:"),
        ]
        assert not Path("out").exists()

    def test_in_a_file_that_two_include_are_reported_once(self, capsys):
        write("bad.inc", "lamp(\n")
        for path in ("trace-events", "hw/fan/trace-events"):
            write(path, f'include "{"../" * path.count("/")}bad.inc"\n')
        gen(*OUT, status=1)
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_of_one_output_keep_all_from_being_written(self, capsys):
        write("hw/lamp/trace-events", 'lamp(int a) "%" NONSENSE\n')
        gen(*OUT, "--formats=h,rs", status=1)
        assert capsys.readouterr().err.startswith("hw/lamp/trace-events:1:17: error")
        assert not Path("out").exists()

    def test_two_files_with_one_name(self, capsys):
        write("hw-fan/trace-events", 'other(int a) "%d"\n')
        gen(*OUT, status=1)
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("hw/fan/trace-events:1:1: error[TE104]: group 'hw_fan' ")
        assert "hw-fan/trace-events" in line

    def test_only_the_reference_would_mind(self, capsys):
        write("trace-events", 'start(intptr_t a) "%" PRIdPTR\n')
        gen(*OUT, status=1)
        assert "trace-events:1:7: error[TE009]: " in capsys.readouterr().err
        gen(*OUT, "--compat=fixed")

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--root=none", *OUT], "none: no such folder"),
            (["--root=out", *OUT], "out: no trace-events files here"),
            ([], "no folder to write to"),
            ([*OUT, "--backends=nonsense"], "unknown backend: nonsense"),
            ([*OUT, "--formats=exe"], "unknown format: exe"),
            ([*OUT, "--formats=h,stap"], "[[generate.tapset]]"),
            (["--out=trace-events"], "trace-events: "),
            (["--out=trace-events/out"], "trace-events"),
        ],
    )
    def test_of_the_command_line(self, words, says, capsys):
        if "--root=out" in words:
            os.mkdir("out")
        gen(*words, status=2)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert says in printed.err
        assert len(printed.err.splitlines()) == 1

    def test_a_missing_group(self, capsys):
        write("tesc.toml", "[generate]\ngroups = ['hw/none']\n")
        gen(*OUT, status=2)
        assert "'hw/none'" in capsys.readouterr().err

    @pytest.mark.parametrize("version", ["2.9.1", "5.1.0"])
    def test_a_tree_with_outputs_in_each_folder(self, capsys, version):
        """A fork of a QEMU before 4.2 counts as 4.2, which says nothing of its version."""
        for name in ("scripts/tracetool.py", "scripts/tracetool/transform.py"):
            write(name, "")
        write("VERSION", version)
        gen(*OUT, status=2)
        counts = "4.2" if version < "4.2" else "5.1"
        assert capsys.readouterr().err == (
            "tesc: error: QEMU before 5.2 has outputs in each folder: tesc gen supports QEMU 5.2 and later, "
            f"tesc tracetool also older versions, and this tree counts as {counts}\n"
        )
        assert not Path("out").exists()

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_a_read_only_folder(self, capsys):
        os.mkdir("out", 0o555)
        gen(*OUT, status=2)
        assert "Permission denied" in capsys.readouterr().err

    def test_a_full_disk_leaves_whole_files(self, capsys, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device", "out/x")

        gen(*OUT, "-q")
        before = texts()
        write("trace-events", 'other(void) "go"\n')
        monkeypatch.setattr(os, "replace", full)
        gen(*OUT, status=2)
        assert "No space left on device" in capsys.readouterr().err
        assert texts() == before


class TestWriting:
    def test_only_what_changes(self, capsys):
        gen(*OUT, "-q")
        age()
        write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu rpm"\n')
        gen(*OUT)
        assert young() == {"trace-hw_fan.h", "trace-events-all"}
        assert said(capsys) == "2 of 7 files written\n"

    def test_nothing_where_nothing_changed(self, capsys):
        gen(*OUT, "-q")
        age()
        for _ in range(2):
            gen(*OUT)
            assert said(capsys) == "7 files, nothing to do\n"
        assert young() == set()

    @pytest.mark.parametrize("again", [False, True])
    def test_touch_gives_all_the_same_time(self, again):
        gen(*OUT, "-q", "--touch")
        age()
        if again:
            write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu rpm"\n')
        gen(*OUT, "-q", "--touch")
        times = {os.stat(f"out/{name}").st_mtime_ns for name in outputs()}
        assert len(times) == 1
        assert times.pop() > OLD * 10**9

    def test_dry_run_writes_nothing(self, capsys):
        gen(*OUT, "--dry-run")
        assert sorted(said(capsys).splitlines()) == sorted(
            [*(f"missing: out/{name}" for name in FILES), "7 of 7 files would be written"]
        )
        assert not Path("out").exists()

    def test_check(self, capsys):
        gen(*OUT, "--check", status=1)
        assert "7 of 7 files out of date: 7 missing, 0 different\n" in said(capsys)
        assert not Path("out").exists()
        gen(*OUT, "-q")
        before = sorted((path.name, path.stat().st_mtime_ns) for path in Path("out").iterdir())
        gen(*OUT, "--check")
        assert said(capsys) == "7 files, nothing to do\n"
        write("out/trace-root.c", "mine\n")
        os.unlink("out/trace-root.h")
        gen(*OUT, "--check", status=1)
        assert said(capsys) == (
            "missing: out/trace-root.h\ndifferent: out/trace-root.c\n"
            "2 of 7 files out of date: 1 missing, 1 different\n"
        )
        for look in ("--check", "--dry-run"):
            gen(*OUT, look, "--json", status=1 if look == "--check" else 0)
            assert json.loads(said(capsys)) == {
                "files": 7,
                "missing": ["out/trace-root.h"],
                "different": ["out/trace-root.c"],
                "leftover": [],
            }
        after = sorted((path.name, path.stat().st_mtime_ns) for path in Path("out").iterdir())
        assert [one for one in after if "root" not in one[0]] == [
            one for one in before if "root" not in one[0]
        ]

    def test_check_without_a_manifest(self, capsys):
        gen(*OUT, "-q")
        os.unlink("out/.tesc-gen")
        gen(*OUT, "--check")
        assert said(capsys) == "0 of 7 files out of date: 0 missing, 0 different\n"
        assert not Path("out/.tesc-gen").exists()

    def test_json_of_a_check_with_nothing_to_do(self, capsys):
        gen(*OUT, "-q")
        gen(*OUT, "--check", "--json")
        assert json.loads(said(capsys)) == {"files": 7, "missing": [], "different": [], "leftover": []}

    def test_json_is_of_what_is_not_written(self, capsys):
        gen(*OUT, "--json", status=2)
        assert "--json requires --check or --dry-run" in capsys.readouterr().err
        assert not Path("out").exists()

    def test_depfile(self, capsys):
        write("trace-events", 'include "a b.inc"\n')
        write("a b.inc", 'more(void) "more"\n')
        write("tesc.toml", "")
        gen(*OUT, "-q", "--depfile=out.d")
        targets, _, sources = Path("out.d").read_text().partition("\n\n")[0].partition(":")
        assert set(targets.split()) == {f"out/{name}" for name in FILES}
        assert {
            line.strip(" \\") for line in sources.replace("\\ ", "?").splitlines() if line.strip(" \\")
        } == {
            *("trace-events", "hw/fan/trace-events", "hw/lamp/trace-events", "a?b.inc", "tesc.toml"),
        }
        os.unlink("out.d")
        gen(*OUT, "-q", "--depfile=out.d")
        assert Path("out.d").exists()

    def test_modes_follow_the_umask(self):
        before = os.umask(0o027)
        try:
            gen(*OUT, "-q")
        finally:
            os.umask(before)
        assert {stat.S_IMODE(os.stat(f"out/{name}").st_mode) for name in outputs()} == {0o640}


def test_what_only_tracetool_refuses_names_the_way_out(capsys):
    write("tesc.toml", 'types = ["hwaddr"]\n')
    write("hw/fan/trace-events", 'fan_map(hwaddr a) "a 0x%" PRIx64\n')
    gen("--backends=log", "--formats=h", *OUT, status=1)
    assert capsys.readouterr().err.splitlines() == [
        "hw/fan/trace-events:1:9: error[TE302]: QEMU's tracetool rejects the type 'hwaddr'",
        'tesc: note: what only QEMU\'s tracetool rejects is generated with compat = "fixed" in tesc.toml',
    ]
    write("tesc.toml", 'types = ["hwaddr"]\ncompat = "fixed"\n')
    gen("--backends=log", "--formats=h", *OUT)
    write("hw/fan/trace-events", "fan_map(\n")
    write("tesc.toml", "")
    gen("--backends=log", "--formats=h", *OUT, status=1)
    assert "compat" not in capsys.readouterr().err
