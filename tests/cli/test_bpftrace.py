"""`tesc bpftrace`: which events, which binary, which version, and its messages."""

from __future__ import annotations

import subprocess
import sys

import pytest

EVENTS = """\
disk_read(void *dev, uint64_t len, const char *name) "dev %p len %" PRIu64 " %s"
disk_read_done(void *dev, int ret) "dev %p ret %d"
net_in(int a, int b, int c, int d, int e, int f, int g) "%d %d %d %d %d %d %d"
"""


@pytest.fixture
def bpftrace(tmp_path):
    (tmp_path / "events").write_text(EVENTS)
    (tmp_path / "program").write_text("")

    def run(*words):
        command = [sys.executable, "-m", "tesc", "bpftrace", "--binary=program", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    return run


def test_script(bpftrace):
    condition = 'len > 4096 and name ~ "disk*"'
    words = ["disk_*", "--events=events", "--bpftrace-version=0.17", "--where", condition]
    status, script, said = bpftrace(*words)
    assert status == 0
    assert script == (
        "// For bpftrace 0.17: made by tesc bpftrace from the events' declarations.\n"
        "\n"
        "usdt:program:qemu:disk_read\n"
        "{\n"
        "    $dev = arg0;  // void *\n"
        "    $len = arg1;  // uint64_t\n"
        "    $name = arg2;  // const char *\n"
        '    if (($len > (uint64)4096 && strncmp(str($name), "disk", 4) == 0)) {\n'
        '        printf("disk_read dev %p len %llu %s\\n", $dev, $len, str($name));\n'
        "    }\n"
        "}\n"
    )
    assert "program is not an ELF file" in said
    assert "text is truncated to 63 bytes: disk_read\n" in said


def test_what_a_version_does_not_support(bpftrace):
    words = ["net_in", "--events=events"]
    status, script, said = bpftrace(*words, "--bpftrace-version=0.23")
    assert status == 0 and "arguments beyond the sixth are shown as ?: net_in" in said
    assert '"net_in %lld %lld %lld %lld %lld %lld ?\\n", $a,' in script and "arg6" not in script
    _, script, said = bpftrace(*words, "--bpftrace-version=0.27")
    assert "beyond" not in said and "$g = (int64)(int32)arg6;" in script
    status, script, said = bpftrace(*words, "--bpftrace-version=0.23", "--where=g > 5")
    assert (status, script) == (2, "") and "the condition needs 'g'" in said


@pytest.mark.parametrize(
    ("condition", "message", "carets"),
    [
        ('name ~ "*disk"', "bpftrace 0.17 does not support the pattern '*disk'", '       ^^^^^^^'),
        ('name ~ "d?sk*"', "bpftrace 0.17 does not support the pattern 'd?sk*'", '       ^^^^^^^'),
        ("time > +1s", "bpftrace 0.17 does not support when the first record was", "       ^^^"),
        ("lenn > 5", "no event has an argument 'lenn'; did you mean 'len'?", "^^^^"),
    ],
)  # fmt: skip
def test_what_bpftrace_cannot_express(bpftrace, condition, message, carets):
    words = ["disk_read", "--events=events", "--bpftrace-version=0.17"]
    status, script, said = bpftrace(*words, "--where", condition)
    assert (status, script) == (2, "")
    lines = said.splitlines()[1:]
    assert lines[0].startswith(f"tesc: error: --where: {message}")
    assert lines[1:] == [f"    {condition}", f"    {carets}"]


def test_latency(bpftrace):
    words = ["--events=events", "--bpftrace-version=0.27", "--latency"]
    status, script, _ = bpftrace(*words, "--span", "read=disk_read..disk_read_done,key=dev")
    assert status == 0
    assert "    @begun0[pid, $dev] = nsecs;\n" in script
    assert '@nanoseconds["read"] = hist(nsecs - @begun0[pid, $dev]);' in script
    assert script.endswith("END\n{\n    clear(@begun0);\n}\n")
    status, found, _ = bpftrace(*words)
    assert status == 0 and "disk_read" in found  # the pairs that event names suggest
    status, _, said = bpftrace(*words, "--span", "read=disk_read..disk_read_done,key=len")
    assert status == 2 and "'disk_read_done' has no parameter 'len'" in said
    # Of a pattern, one event that has the key is enough.
    status, script, said = bpftrace(*words, "--span", "read=disk_read..*,key=dev")
    assert status == 0 and "disk_read_done" in script and "net_in" not in script
    problem = "1 of 2 events that match '*' lacks the key 'dev' and ends nothing: net_in"
    assert f"tesc: warning: span 'read': {problem}\n" in said


def test_nothing_is_left(bpftrace):
    assert bpftrace("nothing", "--events=events")[0] == 2
    assert bpftrace("--span=a..b", "--events=events")[0] == 2
    assert bpftrace("--events=none")[0] == 2
