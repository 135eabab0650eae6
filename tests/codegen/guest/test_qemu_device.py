"""The character device for QEMU: added to a tree and removed, and built by meson and ninja."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEVICE = ROOT / "examples/guest/qemu"

# The parts of QEMU's build that concern the device: one folder fills the list of generated trace-events
# files, another one generates everything from that list, and trace-events-all has all files.
TREE = {
    "meson.build": """\
project('miniature', 'c')
python = find_program('python3')
system_ss = import('sourceset').source_set()
subdir('qapi')
subdir('trace')
executable('demo', files('main.c'), system_ss.apply({}).sources(), genh)
""",
    "qapi/meson.build": "qapi_trace_events = []\n",
    "trace/meson.build": """\
genh = []
foreach item : qapi_trace_events
  name = 'trace-' + item.full_path().split('/')[-1].underscorify() + '.h'
  genh += custom_target(name, input: item, output: name,
                        command: [ find_program('tesc-tracetool'), '--backends=nop', '--group=guest',
                                   '--format=h', '@INPUT@', '@OUTPUT@' ])
endforeach
custom_target('trace-events-all', output: 'trace-events-all', input: qapi_trace_events, capture: true,
              build_by_default: true,
              command: [ python, '-c', 'import fileinput; [print(x, end="") for x in fileinput.input()]',
                         '@INPUT@' ])
""",
    "chardev/meson.build": "",
    "main.c": "int main(void) { return 0; }\n",
}
GUEST = 'start(int a) "%d"\ninclude "more-events"\n'


# Stand-ins for QEMU's headers, and for its trace functions for the events of the device and of a guest.
HEADERS = (
    "qemu/osdep.h",
    "qemu/error-report.h",
    "qemu/module.h",
    "qemu/timer.h",
    "chardev/char.h",
    "qom/object.h",
)
TRACE_H = """\
#include "qemu_model.h"
extern bool wanted[];
enum { TRACE_FW_FIRST, TRACE_FW_SECOND };
#define trace_event_get_state_backends(id) (wanted[id])
#define trace_fw_first(a) ((void)(wanted[0] ? printf("first %ld\\n", (long)(a)) : 0))
#define trace_fw_second(b) ((void)(wanted[1] ? printf("second %s\\n", (b)) : 0))
#define AT(chardev, n, what, at) printf("%s: %d %s at %d\\n", chardev, (int)(n), what, (int)(at))
#define trace_guest_trace_hello(chardev, name, next) AT(chardev, 1, name, next)
#define trace_guest_trace_started(chardev, at) AT(chardev, 1, "start", at)
#define trace_guest_trace_before(chardev, at, n) AT(chardev, n, "before", at)
#define trace_guest_trace_skipped(chardev, at, n) AT(chardev, n, "skipped", at)
#define trace_guest_trace_missing(chardev, at, n) AT(chardev, n, "missing", at)
#define trace_guest_trace_dropped(chardev, at, n) AT(chardev, n, "dropped", at)
"""
EVENTS = 'first(int a) "%d"\nsecond(const char *b) "%s"\n'
TOLD = """\
-- both off on the host, on in the guest
port: 1 guest at 0
port: 1 guest at 0
-- both off, as the guest knows
-- the first on
first -5
-- the second on, and the guest takes nothing
first -5
-- the first off, and it takes all
second text
port: 3 skipped at AT
warning: chardev port: not all of the guest's trace arrives; enable guest_trace_* to see what is missing, \
or read its properties
port: 1 skipped at AT
port: 3 skipped at AT
port: 1 skipped at AT
port: 1 start at AT
port: 1 guest at 0
port: 1 guest at 0
-- the first on again, and the guest started meanwhile
port: 5 missing at AT
first -5
second text
events 7, missing 5, dropped 0, skipped-bytes 8, refused-frames 0, starts 2
"""


def apply(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, DEVICE / "apply", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path):
    """A tree that is built like QEMU, and next to it a guest's events."""
    for name, text in TREE.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "fw").mkdir()
    (tmp_path / "fw/trace-events").write_text(GUEST)
    (tmp_path / "fw/more-events").write_text('more(const char *b) "%s"\n')
    return tmp_path / "tree"


def test_applied_and_undone(tree):
    before = {path: path.read_text() for path in tree.rglob("*") if path.is_file()}
    guest = tree.parent / "fw/trace-events"
    done = apply(tree, f"{guest},prefix=fw_")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("wrote") == 6
    events = (tree / "chardev/guest/trace-events").read_text()
    assert events.endswith(f'\ninclude "{guest}" prefix fw_ base 0x8000000000000000\n')
    assert apply(tree, f"{guest},prefix=fw_").stdout == ""
    assert apply("--undo", tree).returncode == 0
    assert {path: path.read_text() for path in tree.rglob("*") if path.is_file()} == before


def contents(tree: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in tree.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["guest-trace.c", "meson.build", "trace-events", "tesc.toml"])
def test_edits_are_neither_replaced_nor_removed(tree, name):
    guest = f"{tree.parent / 'fw/trace-events'},prefix=fw_"
    assert apply(tree, guest).returncode == 0
    path = tree / "chardev/guest" / name
    with open(path, "a") as file:
        file.write("# mine\n")
    before = contents(tree)
    for words in ((tree, guest), ("--undo", tree)):
        done = apply(*words)
        assert done.returncode == 1 and f"chardev/guest: {name}: edited since" in done.stderr
        assert contents(tree) == before
    path.unlink()
    assert apply(tree, guest).returncode == 0 and apply("--undo", tree).returncode == 0
    assert not path.parent.exists()


def test_other_files_and_lines_stay(tree):
    guest = f"{tree.parent / 'fw/trace-events'},prefix=fw_"
    before = contents(tree)
    assert apply(tree, guest).returncode == 0
    own = tree / "chardev/guest/notes"
    own.write_text("mine")
    done = apply("--undo", tree)
    assert done.returncode == 0 and done.stdout.endswith("chardev/guest: notes\n")
    assert contents(tree) == {**before, own: "mine"}
    # A folder of that name that apply did not create.
    (own.parent / "meson.build").write_text("# mine\n")
    assert apply(tree, guest).returncode == 1
    assert apply("--undo", tree).returncode == 0 and (own.parent / "meson.build").read_text() == "# mine\n"
    # The line in the tree's meson.build, as somebody else might write it.
    build = tree / "meson.build"
    build.write_text(f"{build.read_text()}subdir('chardev/guest')\n")
    done = apply("--undo", tree)
    assert done.returncode == 1 and "names chardev/guest in a line that apply did not write" in done.stderr


def test_another_guest_and_another_version_of_the_device(tree):
    """Files that nobody has edited are replaced."""
    guest = tree.parent / "fw/trace-events"
    assert apply(tree, f"{guest},prefix=fw_").returncode == 0
    folder = tree / "chardev/guest"
    older = "/* older */\n"
    known = (folder / "guest-trace.c").read_text()
    listed = (folder / "applied.sha256").read_text()
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (known, older)]
    assert digests[0] in listed
    (folder / "guest-trace.c").write_text(older)
    (folder / "applied.sha256").write_text(listed.replace(*digests))
    assert apply(tree, f"{guest},prefix=other_").returncode == 0
    assert (folder / "guest-trace.c").read_text() == known
    assert "prefix other_" in (folder / "trace-events").read_text()


def test_what_cannot_be_applied(tree):
    gone = apply(tree, "nothing,prefix=fw_")
    assert gone.returncode == 1 and gone.stderr == f"apply: {tree}: nothing: there is no such file\n"
    (tree / "meson.build").write_text("project('other', 'c')\n")
    other = apply(tree, tree.parent / "fw/trace-events")
    assert other.returncode == 1 and "meson.build has no line 'subdir('qapi')'" in other.stderr
    assert apply(tree).returncode == 2 and apply("--undo", tree, "x").returncode == 2
    assert not (tree / "chardev/guest").exists()


def test_ninja_follows_the_guests_file(tree, need, installed, run):
    """A change of an included file also counts; trace-events-all has no include of a missing file."""
    ninja, meson = need("ninja", "ninja-build"), need("meson", "meson")
    scripts = installed("tesc-tracetool").parent
    environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"}
    assert apply(tree, f"{tree.parent / 'fw/trace-events'},prefix=fw_").returncode == 0
    # The device itself needs QEMU's headers, so it is not compiled here.
    (tree / "chardev/guest/guest-trace.c").write_text("typedef int nothing;\n")
    build = tree / "build"
    run(meson, "setup", build, tree, env=environment)
    targets = ["trace/trace-guest_trace_events.h", "trace/trace-events-all", "chardev/guest/guest-demux.c"]

    def made() -> tuple[str, str]:
        """What ninja printed, and the files that it made."""
        printed = run(ninja, "-C", build, *targets, env=environment).stdout.decode()
        return printed, "".join((build / name).read_text() for name in targets)

    _, text = made()
    assert "trace_fw_more(values[0].text);" in text and "void trace_fw_more(const char *b)" in text
    assert "\ninclude" not in text and "# tesc-guest prefix 'fw_' base 0x8000000000000000" in text
    assert "no work to do" in made()[0]
    for name in ("trace-events", "more-events"):
        with open(tree.parent / "fw" / name, "a") as file:
            file.write(f'in_{name[:4]}(int c) "%d"\n')
        text = made()[1]
        assert text.count(f"trace_fw_in_{name[:4]}(") >= 2 and f"\nfw_in_{name[:4]}(int c)" in text
        assert "no work to do" in made()[0]


@pytest.fixture
def linked(guest, run, need):
    """A function that links a guest with the device and the events that the host expects, and runs it."""
    gcc, config = need("gcc", "gcc"), need("pkg-config", "pkg-config")
    if subprocess.run([config, "--exists", "glib-2.0"]).returncode:
        need("glib-2.0", "libglib2.0-dev")

    def run_it(host_events: str) -> str:
        for name in HEADERS:
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text('#include "qemu_model.h"\n')
        Path("trace").mkdir()
        Path("trace/trace-guest_trace_events.h").write_text(TRACE_H)
        Path("fw").mkdir()
        Path("fw/trace-events").write_text(EVENTS)
        Path("fw/host-events").write_text(host_events)
        Path("trace-events").write_text('include "fw/host-events" prefix fw_ base 0x8000000000000000\n')
        guest("source", "fw/trace-events", "-o", "guest.c")
        guest("runtime", "-o", ".")
        made = ["-o", "guest-demux.c", "--header", "guest-demux.h"]
        guest("demux", "trace-events", *made, "--trace-header", "trace/trace-guest_trace_events.h")
        glib = run(config, "--cflags", "--libs", "glib-2.0").stdout.decode().split()
        flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-DTESC_GUEST_LISTENS"]
        flags += [f"-I{Path(__file__).parent}", "-I.", "-fsanitize=address,undefined"]
        sources = [Path(__file__).parent / "qemu_model.c", DEVICE / "chardev/guest/guest-trace.c", "guest.c"]
        sources += [
            "guest-demux.c",
            *(f"tesc_guest{part}.c" for part in ("", "_frames", "_function", "_listen")),
        ]
        run(gcc, *flags, *sources, *glib, "-o", "program")
        return run("./program").stdout.decode()

    return run_it


def test_a_guest_and_the_device(linked):
    """The guest is told what changes, and sends no more than that.

    Also if its port was full meanwhile, and if it said hello when half of a word had been sent. (The guest
    in this test only repeats its first hellos and continues its numbers, so some events are missing.)
    """
    assert re.sub(r"(skipped|start|missing) at \d+", r"\1 at AT", linked(EVENTS)) == TOLD


def test_a_guest_with_other_declarations(linked):
    told = linked('first(int64_t a) "%d"\nsecond(const char *b) "%s"\n').splitlines()
    assert told[1].startswith(
        "error: chardev port: the guest 'guest' was built from different declarations: their hash is "
    )
    assert told[1].endswith("; its events are dropped") and ", that of 'fw' is " in told[1]
    assert not any(line.startswith(("first", "second")) for line in told)
    assert "events 0" in told[-1] and "refused-frames 12" in told[-1]
