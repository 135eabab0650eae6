"""Scripts of `tesc bpftrace` run by bpftrace: they print what the log has.

The versions are the installed bpftrace, and others in the root file systems that TESC_BPFTRACE_ROOTS names
(folders, separated by colons): 0.23 and 0.27 are those of Debian 13 and unstable. If the kernel does not
allow attaching, the scripts are only parsed.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.trace.bpf_format import VERSIONS, Version
from tesc.trace.bpf_script import latency_script, printing_script
from tesc.trace.conditions import Where
from tesc.trace.events import Catalogue
from tesc.trace.sdt_notes import probes_of
from tesc.trace.spans import parse_pairing
from tesc.workspace import Workspace
from tests.e2e.probed import Bpftrace, program
from tests.e2e.test_generated_calls import EVENTS

ROOTS = ["", *filter(None, os.environ.get("TESC_BPFTRACE_ROOTS", "").split(":"))]
MORE = """\
seven(int a, int b, int c, int d, int e, int f, int64_t g) "%d %d %d %d %d %d %" PRId64
signs(int a, int b, unsigned c) "%+d % d %#x"
cut_text(const char *a, int b) "%.3s|%.2d"
counted(int n, const char *a) "%.*s."
typed(uint64_t u, int64_t s, int8_t n, uint16_t w, bool f, char *t) "%" PRIu64 " %" PRId64 " %d %u %d %s"
letters(int a, char b) "%c|%3c|"
percents(int a, unsigned b) "%%x %d 100%%d %x%%"
begin_it(void *req) "%p"
end_it(void *req) "%p"
"""
# The values of `typed`'s three calls; each condition below is also evaluated on them by Python.
TYPED = [
    {"u": 2**64 - 1, "s": -(2**63), "n": 42, "w": 65535, "f": 0, "t": "a%sb\\ é"},
    {"u": 0, "s": 42, "n": -1, "w": 0, "f": 1, "t": "hello"},
    {"u": 42, "s": -1, "n": -128, "w": 42, "f": 0, "t": ""},
]
CONDITIONS = {
    "u > 4096": lambda r: r["u"] > 4096,
    "u == 0xffffffffffffffff": lambda r: r["u"] == 2**64 - 1,
    "u >= 9223372036854775808": lambda r: r["u"] >= 2**63,
    "u > -1": lambda r: True,
    "s < 0": lambda r: r["s"] < 0,
    "s > -2": lambda r: r["s"] > -2,
    "s == -9223372036854775808": lambda r: r["s"] == -(2**63),
    "s > 9223372036854775808": lambda r: False,
    "u > s": lambda r: r["u"] > r["s"],
    "s <= u": lambda r: r["s"] <= r["u"],
    "s != u": lambda r: r["s"] != r["u"],
    "n < w": lambda r: r["n"] < r["w"],
    "n == -128 or w == 65535": lambda r: r["n"] == -128 or r["w"] == 65535,
    "not n < 0 and w & 0xf0": lambda r: r["n"] >= 0 and bool(r["w"] & 0xF0),
    "n & 0x80": lambda r: bool(r["n"] & 0x80),
    "f": lambda r: bool(r["f"]),
    "not f": lambda r: not r["f"],
    "t == 'hello'": lambda r: r["t"] == "hello",
    "t != 'hello'": lambda r: r["t"] != "hello",
    "t ~ 'a%s*'": lambda r: r["t"].startswith("a%s"),
    "t !~ 'h*'": lambda r: not r["t"].startswith("h"),
    "name ~ '*ped' and time > 0 and pid > 0": lambda r: True,
    "other > 3 or n == 42": lambda r: r["n"] == 42,
}


def of_text(unit_text, tmp_path):
    workspace = Workspace()
    (tmp_path / "trace-events").write_text(unit_text)
    workspace.add_file(str(tmp_path / "trace-events"))
    workspace.resolve()
    return Catalogue(workspace.units[0]).events


@pytest.fixture(scope="module", params=ROOTS or [""])
def bpftrace(request, need):
    return Bpftrace(need("bpftrace", "bpftrace"), request.param)


def written_for(bpftrace) -> Version:
    return Version(max(one for one in VERSIONS.values() if one <= bpftrace.version))


def watched(bpftrace, script, path):
    """bpftrace's output while the program runs, the program's log, and errors."""
    inside = bpftrace.inside(path)
    (inside.parent / "script.bt").write_text(script.text)
    folder = path.parent
    done = bpftrace.run(
        "-q", folder / "script.bt", "-o", folder / "printed", "-c", f"{path} {folder / 'log'}"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Counter((inside.parent / "printed").read_bytes().splitlines()), Counter(
        (inside.parent / "log").read_bytes().splitlines()
    )


def compare(bpftrace, events, path):
    """Every line of the log is printed, except for events of which the script says that they differ."""
    script = printing_script(events, str(path), written_for(bpftrace))
    printed, log = watched(bpftrace, script, path)
    told = {
        name.encode()
        for what, names in script.differences
        if not what.startswith(("texts are cut", "a null pointer"))
        for name in names
    }
    missing = [line for line in log - printed if line.split(b" ")[0] not in told]
    if not written_for(bpftrace).shows_nil:
        missing = [line for line in missing if b"(nil)" not in line]
    assert missing == []
    return len(events), len(told)


@pytest.fixture(scope="module")
def probed(tmp_path_factory, need):
    folder = tmp_path_factory.mktemp("probed")
    events = of_text(EVENTS + MORE, folder)
    program(events, folder / "program", need("gcc", "gcc"))
    return events, folder / "program"


def attaching(bpftrace):
    if not bpftrace.attaches():
        pytest.skip("this kernel, or what confines us, lets bpftrace attach to nothing")


def test_probes_are_found(probed):
    events, path = probed
    assert probes_of(str(path), "qemu") == {event.name for event in events}
    assert probes_of(str(path), "kvm") == set()
    assert probes_of(__file__, "qemu") is None


def test_scripts_are_read(bpftrace, probed):
    """bpftrace's parser and type checker accept all scripts."""
    events, path = probed
    script = printing_script(events, str(path), written_for(bpftrace))
    inside = bpftrace.inside(path)
    (inside.parent / "read.bt").write_text(script.text)
    options = ["-d"] if bpftrace.version < (0, 23) else ["--dry-run"]
    done = bpftrace.run(*options, path.parent / "read.bt")
    assert [line for line in (done.stdout + done.stderr).splitlines() if "read.bt:" in line] == []
    assert done.returncode == 0


def test_prints_what_the_log_has(bpftrace, probed):
    attaching(bpftrace)
    compare(bpftrace, *probed)


def test_conditions(bpftrace, probed):
    """Each with a different name, all in one script."""
    attaching(bpftrace)
    events, path = probed
    typed = next(event for event in events if event.name == "typed")
    version = written_for(bpftrace)
    known = [typed, *of_text('x(int other) "%d"\n', path.parent)]
    bodies, expected = [], Counter()
    for number, (text, holds) in enumerate(CONDITIONS.items()):
        script = printing_script([typed], str(path), version, Where(text, known))
        bodies.append(script.text.replace('printf("typed ', f'printf("{number} '))
        for record in TYPED:
            if holds(record):
                shown = "{u} {s} {n} {w} {f} {t}".format(**record)
                expected[f"{number} {shown}".encode()] += 1

    class Whole:
        text = "\n".join(bodies)

    printed, _ = watched(bpftrace, Whole, path)
    assert {line: n for line, n in printed.items() if line} == dict(expected)


def test_latency(bpftrace, probed):
    attaching(bpftrace)
    events, path = probed
    pairing = parse_pairing("it=begin_it..end_it,key=req")
    script = latency_script(events, [pairing], str(path), written_for(bpftrace))
    printed, _ = watched(bpftrace, script, path)
    text = b"\n".join(printed).decode()
    assert "@nanoseconds[it]:" in text
    assert (
        sum(int(line.split(")")[1].split("|")[0]) for line in text.splitlines() if line.startswith("[")) == 3
    )


@pytest.mark.nightly
def test_qemu(bpftrace, qemu_tree, need, tmp_path):
    """Every event of a QEMU checkout, called with values at the ends of their types' ranges."""
    attaching(bpftrace)
    workspace = Workspace(Overrides(profile="qemu"))
    for file in sorted(find_files(str(qemu_tree))):
        workspace.add_file(file)
    workspace.resolve()
    every = {event.name: event for unit in workspace.units for event in Catalogue(unit).events}
    events = list(every.values())
    counts = []
    for start in range(0, len(events), 250):
        path = tmp_path / f"program{start}"
        program(events[start : start + 250], path, need("gcc", "gcc"))
        counts.append(compare(bpftrace, events[start : start + 250], path))
    print(f"{sum(n for n, _ in counts)} events, {sum(n for _, n in counts)} with reported differences")
