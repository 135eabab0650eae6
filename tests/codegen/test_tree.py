"""A tree's files: their names and groups, and the same bytes as one `tesc tracetool` per output."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.codegen.tree.plan import Group, TreeOptions, generate, plan
from tesc.config.settings import Tapset
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.groups import group_of
from tesc.units.resolve import resolve

SHARED = Path(__file__).parents[3] / "shared" / "conformance" / "qemu" / "inputs"
COMBINATIONS = ("log", "simple", "log,simple", "simple,dtrace", "dtrace,ftrace,log,simple,syslog,ust")

TREE = {
    "trace-events": '# the root\nroot_up(void) "up"\n',
    "hw/usb/trace-events": (
        'usb_in(uint64_t addr, const char *s) "0x%" PRIx64 " %s"\ndisable usb_off(int a) "%d"\n'
    ),
    "hw/usb-net/trace-events": 'net_rx(size_t n) "%zu"\n',
    "qapi/qapi.trace-events": 'qmp_enter(const char *json) "%s"\r\n',
    "quiet/trace-events": "# nothing here\n",
}


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(files: dict[str, str], folder: str = ".") -> None:
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("trace-events", "root"),
        ("./trace-events", "root"),
        ("hw/usb/trace-events", "hw_usb"),
        ("hw/usb-net/trace-events", "hw_usb_net"),
        ("hw/9pfs.d/trace-events", "hw_9pfs_d"),
        ("größe/trace-events", "gr__e"),
        ("qapi/qapi.trace-events", "qapi_trace_events"),
        ("qapi-block.trace-events", "qapi_block_trace_events"),
    ],
)
def test_group_of(path, group):
    assert group_of(path) == group


def group(name: str, text: str) -> Group:
    return Group(name, resolve([parse(Source(f"{name}/trace-events", text))]))


class TestPlan:
    GROUPS = (group("a", 'one(int x) "%d"\n'), group("b", 'two(int y) "%d"\ndisable three(void) ""\n'))

    def names(self, backends: str, formats: str = "h,c", **more: object) -> list[str]:
        options = TreeOptions("out", tuple(backends.split(",")), tuple(formats.split(",")), **more)
        return [planned.name for planned in plan(self.GROUPS, options)]

    def test_of_each_group_in_its_order(self):
        assert self.names("log", "h,c,rs") == [
            "trace-events-all",
            *("trace-a.h", "trace-a.c", "trace-a.rs"),
            *("trace-b.h", "trace-b.c", "trace-b.rs"),
        ]

    def test_what_dtrace_needs(self):
        assert self.names("log,dtrace", "h") == [
            "trace-events-all",
            *("trace-a.h", "trace-dtrace-a.dtrace", "trace-b.h", "trace-dtrace-b.dtrace"),
        ]

    def test_what_ust_needs(self):
        assert self.names("ust", "h") == [
            *("trace-events-all", "trace-a.h", "trace-ust-a.h", "trace-b.h", "trace-ust-b.h"),
            *("trace-ust-all.h", "trace-ust-all.c"),
        ]

    def test_tapsets(self):
        tapset = Tapset("lamp.stp", "stap", "/usr/bin/lamp", "lamp.model")
        assert self.names("dtrace", "h", tapsets=(tapset,))[-1] == "lamp.stp"

    def test_a_tapset_of_all_numbers_events_consecutively(self):
        """The number in a record is the event's place in trace-events-all."""
        tapset = Tapset("lamp.stp", "simpletrace-stap", "", "lamp.model")
        group_c = group("c", "four(void)\n")
        *_, last = plan((*self.GROUPS, group_c), TreeOptions("out", ("simple",), ("h",), (tapset,)))
        file, refusals = generate(last)
        assert refusals == []
        assert [line.split(", ")[2] for line in file.text.splitlines() if "printf" in line] == ["0", "1", "3"]

    def test_refusals_have_their_place(self):
        bad = group("bad", '# one\nlamp(int a) "%" NONSENSE\n')
        (made,) = [
            one for one in plan([bad], TreeOptions("out", ("log",), ("rs",))) if one.name.endswith(".rs")
        ]
        _, (refusal,) = generate(made)
        assert refusal.line.startswith("bad/trace-events:2:17: ")


def tracetool(
    form: str, backends: str, group: str, output: str, *inputs: str, more: tuple[str, ...] = ()
) -> None:
    options = [f"--format={form}", f"--backends={backends}", f"--group={group}", *more]
    assert main(["tracetool", *options, *inputs, output]) == 0


def compare(root: str, files: list[str], backends: str, capsys) -> int:
    """Generate a tree both ways into folders of the same name, and compare all files."""
    assert main(["gen", "--root", root, "--out=out", f"--backends={backends}", "--formats=h,c,rs", "-q"]) == 0
    shutil.move("out", "gen")
    Path("out").mkdir()
    wanted = {"h": "trace-{}.h", "c": "trace-{}.c", "rs": "trace-{}.rs"}
    if "dtrace" in backends:
        wanted["d"] = "trace-dtrace-{}.dtrace"
    if "ust" in backends:
        wanted["ust-events-h"] = "trace-ust-{}.h"
        inputs = [f"{root}/{file}" for file in files]
        tracetool("ust-events-h", backends, "all", "out/trace-ust-all.h", *inputs)
        tracetool("ust-events-c", backends, "all", "out/trace-ust-all.c", *inputs)
    for file in files:
        for form, name in wanted.items():
            tracetool(form, backends, group_of(file), f"out/{name.format(group_of(file))}", f"{root}/{file}")
    Path("out/trace-events-all").write_bytes(b"".join(Path(root, file).read_bytes() for file in files))
    Path("gen/.tesc-gen").unlink()
    assert sorted(path.name for path in Path("gen").iterdir()) == sorted(
        path.name for path in Path("out").iterdir()
    )
    for path in Path("out").iterdir():
        assert Path("gen", path.name).read_bytes() == path.read_bytes(), path.name
    assert capsys.readouterr() == ("", "")
    return len(list(Path("out").iterdir()))


@pytest.mark.parametrize("backends", COMBINATIONS)
@pytest.mark.parametrize("root", [".", "src", "../elsewhere/src"])
def test_bytes_of_tracetool(backends, root, work, monkeypatch, capsys):
    (work / "build").mkdir()
    monkeypatch.chdir(work / "build")
    fill(TREE, root)
    order = ["trace-events", "hw/usb/trace-events", "hw/usb-net/trace-events"]
    compare(root, [*order, "qapi/qapi.trace-events", "quiet/trace-events"], backends, capsys)


def test_an_absolute_root_gives_the_same(work):
    fill(TREE)
    for root, out in ((".", "one"), (str(work), "two")):
        assert main(["gen", "-q", "--root", root, "--out", out]) == 0
    for path in Path("one").glob("trace-*"):
        assert path.read_text().replace('"one/', '"two/') == Path("two", path.name).read_text()


@pytest.mark.skipif(not SHARED.exists(), reason="QEMU's own files are not part of this tree")
@pytest.mark.parametrize("backends", COMBINATIONS)
def test_bytes_of_tracetool_for_qemus_own_files(backends, work, capsys):
    shutil.copytree(SHARED, work / "src")
    files = sorted(
        (path.relative_to("src") for path in Path("src").rglob("trace-events")), key=lambda p: p.parts[:-1]
    )
    assert compare("src", [str(file) for file in files], backends, capsys) > 3 * 44


def test_tapsets_are_those_of_all_events(work):
    fill({key: text for key, text in TREE.items() if "usb/" in key or key == "trace-events"})
    Path("tesc.toml").write_text(
        "[generate]\nbackends = ['dtrace']\n"
        "[[generate.tapset]]\nname = 'a.stp'\nformat = 'stap'\nprobe-prefix = 'lamp.x'\n"
        "binary = '/bin/lamp'\n"
        "[[generate.tapset]]\nname = 'b.stp'\nformat = 'log-stap'\nprobe-prefix = 'lamp.x'\n"
    )
    assert main(["gen", "-q", "--out=out", "--compat=qemu"]) == 0
    for name, form in (("a.stp", "stap"), ("b.stp", "log-stap")):
        more = ("--binary=/bin/lamp", "--probe-prefix=lamp.x")
        tracetool(form, "dtrace", "all", "expected", "out/trace-events-all", more=more)
        assert Path("out", name).read_bytes() == Path("expected").read_bytes()
