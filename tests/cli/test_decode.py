"""`tesc decode` as users start it: options, messages, exit status."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import re
import signal
import struct
import subprocess
import sys
import time

import pytest

EVENTS = 'idle(void)\nmove(int x, const char *how) "to %d by %s"\n'
HOST = 'host(int x) "%d"\ninclude "guest" prefix bios_ base 0x8000000000000000\n'


def header(order="<", version=4):
    return struct.pack(f"{order}3Q", (1 << 64) - 1, 0xF2B177CB0AA429B4, version)


def mapping(event_id, name, order="<"):
    return struct.pack(f"{order}QQI", 0, event_id, len(name)) + name.encode()


def record(event_id, when, pid, payload=b"", order="<"):
    return struct.pack(f"{order}QQQII", 1, event_id, when, 24 + len(payload), pid) + payload


def move(x, how, order="<"):
    return struct.pack(f"{order}qI", x, len(how)) + how


NAMES = mapping(0, "idle") + mapping(1, "move")
RECORDS = [
    record(1, 1_000_000, 7, move(-5, b"b\xff")),
    record(0, 2_000_000, 8),
    record(1, 3_000_000, 8, move(6, b"")),
]
LINES = [b"move to -5 by b\xff\n", b"idle \n", b"move to 6 by \n"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "events").write_text(EVENTS)
    (tmp_path / "trace").write_bytes(header() + NAMES + b"".join(RECORDS))
    return tmp_path


@pytest.fixture
def decode(folder):
    """A function that runs the command in the folder: exit status, output, messages."""

    def run(*arguments, stdin=b""):
        command = [sys.executable, "-m", "tesc", "decode", "--events", "events", *arguments]
        done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True)
        return done.returncode, done.stdout, done.stderr.decode()

    return run


def test_text(decode):
    assert decode("trace") == (0, b"".join(LINES), "")


def test_standard_input(decode, folder):
    assert decode("-", stdin=(folder / "trace").read_bytes()) == (0, b"".join(LINES), "")


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (["-e", "move"], [0, 2]),
        (["--event=-move"], [1]),
        (["-e", "*,-id*"], [0, 2]),
        (["--since", "2ms"], [1, 2]),
        (["--until", "2000000"], [0]),
        (["--since", "+1ms", "--until=+2ms"], [1]),
        (["--pid", "7"], [0]),
        (["--pid", "7", "--pid", "8"], [0, 1, 2]),
        (["--pid", "8", "-e", "idle"], [1]),
    ],
)
def test_filters(decode, options, lines):
    assert decode("trace", *options) == (0, b"".join(LINES[line] for line in lines), "")
    status, out, _ = decode("trace", *options, "--stats", "--format=jsonl")
    assert (status, sum(json.loads(line)["count"] for line in out.splitlines())) == (0, len(lines))


def test_a_pattern_without_a_match(decode):
    said = "tesc: warning: no event matches 'mvoe'; did you mean 'move'?\n"
    assert decode("trace", "-e", "mvoe") == (0, b"", said)


def test_stats(decode):
    status, out, err = decode("trace", "--stats")
    assert (status, err) == (0, "")
    assert out.decode() == (
        "COUNT  PER SECOND  EVENT\n"
        "    2     1,000.0  move\n"
        "    1       500.0  idle\n"
        "    3     1,500.0  total, in 0.002000 s\n"
    )
    assert decode("trace", "--stats", "--format", "csv")[1] == (
        b"event,count,rate\r\nmove,2,1000.0\r\nidle,1,500.0\r\n"
    )


def test_stats_mention_dropped_events(decode, folder):
    dropped = record((1 << 64) - 2, 4_000_000, 8, struct.pack("<Q", 41))
    (folder / "trace").write_bytes(header() + NAMES + dropped + dropped)
    _, out, _ = decode("trace", "--stats")
    assert out.decode().splitlines()[-1] == "82 events were dropped: the tracer's buffer was full"
    dropped = record((1 << 64) - 2, 4_000_000, 8, struct.pack("<Q", 1))
    (folder / "trace").write_bytes(header() + NAMES + dropped)
    assert decode("trace", "--stats")[1].endswith(b"\n1 event was dropped: the tracer's buffer was full\n")


def test_output_file(decode, folder):
    assert decode("trace", "-o", "out", "--timestamps") == (0, b"", "")
    assert (folder / "out").read_bytes().splitlines()[0] == b"7@0.001000:move to -5 by b\xff"
    assert decode("trace", "-o", "/dev/stdout")[1] == b"".join(LINES)
    assert sorted(os.listdir(folder)) == ["events", "out", "trace"]
    assert decode("trace", "-o", "no/such/folder")[::2] == (
        2,
        "tesc: error: no/such/folder: No such file or directory\n",
    )


def test_merged_by_time(decode, folder):
    names = mapping(0, "idle", ">") + mapping(1, "move", ">")
    other = record(1, 2_500_000, 9, move(9, b"sea", ">"), ">")
    (folder / "other").write_bytes(header(">") + names + other)
    lines = [LINES[0], LINES[1], b"move to 9 by sea\n", LINES[2]]
    assert decode("trace", "other") == (0, b"".join(lines), "")


def guest_words(*words):
    return struct.pack("<7Q", *[word & (1 << 64) - 1 for word in words], *[0] * (7 - len(words)))


@pytest.mark.parametrize("options", [["--guest", "bin"], ["bin", "--guest=bios"], ["bin", "--guest=bios_"]])
def test_guest(decode, folder, options):
    """--guest takes a value only after an equals sign."""
    (folder / "guest").write_text('prefix esp_\nput(int32_t x, const char *s) "%d %s"\n')
    (folder / "events").write_text(HOST)
    (folder / "bin").write_bytes(guest_words(0, -3, 0xABC))
    assert decode(*options) == (0, b"bios_esp_put -3 0xabc\n", "")


def test_guest_of_its_own_file(decode, folder):
    words = ("--guest", "--wire=words", "--", "-")
    assert decode(*words, stdin=guest_words(1, -1, 16)) == (0, b"move to -1 by 0x10\n", "")
    (folder / "bin").write_bytes(guest_words(0) + guest_words(9) + b"torn")
    status, out, err = decode("bin", "--guest")
    assert (status, out) == (2, b"")
    assert "nothing says that the events of events are a guest's" in err
    status, out, err = decode("bin", "--guest", "--wire=words")
    assert (status, out) == (1, b"idle \n")
    assert err == ("tesc: error: bin: byte 56: 60 bytes skipped: no event has the ID 0x9\n")


def test_no_header(decode, folder):
    (folder / "bare").write_bytes(b"".join(RECORDS))
    assert decode("bare", "--no-header") == (0, b"".join(LINES), "")
    status, out, err = decode("bare")
    assert (status, out) == (2, b"")
    assert err.startswith("tesc: error: bare: byte 0: not a simpletrace file")


def test_a_torn_trace(decode, folder):
    data = (folder / "trace").read_bytes()
    (folder / "torn").write_bytes(data[: len(data) - len(RECORDS[2]) + 1])
    assert "a record: 1 byte is present, 7 or more are missing" in decode("torn")[2]
    (folder / "torn").write_bytes(data[:-1])
    at = len(data) - len(RECORDS[2])
    message = f"torn: byte {at}: the trace ends within a record: 43 bytes are present, 1 or more are missing"
    assert decode("torn") == (1, LINES[0] + LINES[1], f"tesc: error: {message}\n")
    status, out, _ = decode("torn", "--format", "chrome")
    assert (status, len(json.loads(out)["traceEvents"])) == (1, 2)


def test_traces_that_cannot_be_decoded(decode, folder):
    (folder / "other-events").write_text("other(void)\n")
    status, out, err = decode("trace", "--events", "other-events")
    assert (status, out) == (2, b"")
    assert "byte 72: event 'move' is not declared in other-events; use the trace-events-all" in err
    assert "(the first of 3 such records)" in err
    status, out, err = decode("none", "trace", "events")
    assert (status, out) == (2, b"".join(LINES))
    assert err.splitlines()[0] == "tesc: error: none: No such file or directory"
    assert "events: byte 0: not a simpletrace file" in err.splitlines()[1]
    assert decode("trace", "--events", "nothing")[0] == 2


def test_events_with_errors(decode, folder):
    """A trace that names its events is still decoded."""
    (folder / "events").write_text(EVENTS + "broken(int\n")
    status, out, err = decode("trace")
    assert (status, out) == (1, b"".join(LINES))
    assert err.startswith("events:3:")
    status, out, err = decode("-", "--guest")
    assert (status, out) == (2, b"")
    assert "its IDs are positions in events, which has errors" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["trace", "trace", "--follow"], "--follow reads one trace"),
        (["-", "-"], "standard input can be read only once"),
        (["trace", "--stats", "--format", "chrome"], "--stats prints text, jsonl or csv, not chrome"),
        (["trace", "--format", "csv", "--timestamps"], "--timestamps requires --format text"),
        (["trace", "--since", "noon"], "'noon' is not a time"),
        (["trace", "--guest", "--no-header"], "not allowed with"),
    ],
)
def test_usage(decode, options, message):
    status, out, err = decode(*options)
    assert (status, out) == (2, b"")
    assert message in err


def test_follow(folder):
    """Records appear as they are written, even if they are written in two parts; Ctrl-C ends it."""
    path = folder / "growing"
    path.write_bytes(header() + NAMES + RECORDS[0] + RECORDS[1][:10])
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "growing", "--follow"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.readline() == LINES[0]
        for part, line in ((RECORDS[1][10:], LINES[1]), (RECORDS[2], LINES[2])):
            with path.open("ab") as file:
                file.write(part)
            assert running.stdout.readline() == line
        running.send_signal(signal.SIGINT)
        assert (running.wait(10), running.stdout.read(), running.stderr.read()) == (130, b"", b"")


def test_follow_keeps_other_lines(folder):
    """They are written with the events around them, and stay when Ctrl-C, as always, ends it."""
    path = folder / "growing"
    path.write_bytes(b"noise\n\nmove to 1 by x\n")
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "growing", "--follow"]
    with subprocess.Popen(
        [*command, "--other-lines", "others"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout.readline() == b"move to 1 by x\n"
        assert (folder / "others").read_bytes() == b"noise\n\n"
        with path.open("ab") as file:
            file.write(b"more\nmove to 2 by x\n")
        assert running.stdout.readline() == b"move to 2 by x\n"
        running.send_signal(signal.SIGINT)
        running.wait(10)
    assert (folder / "others").read_bytes() == b"noise\n\nmore\n"


def test_follow_a_file_that_shrinks(folder):
    path = folder / "growing"
    path.write_bytes(header() + NAMES + RECORDS[0])
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "growing", "--follow"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.readline() == LINES[0]
        path.write_bytes(header())
        assert running.wait(10) == 1
        assert b"the file was truncated while it was followed" in running.stderr.read()


def test_interrupted(folder, interrupt):
    """An output file is complete, or does not exist."""
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "-", "-o", "out"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdin.write((folder / "trace").read_bytes())
        running.stdin.flush()
        until = time.monotonic() + 10
        while not any(name.endswith(".tmp") for name in os.listdir(folder)) and time.monotonic() < until:
            time.sleep(0.01)
        interrupt(running)
        # A signal that arrives during exec() ends Python, although we handle it.
        assert running.wait(10) in (130, -signal.SIGINT)
        assert running.stderr.read() == b""
    assert sorted(os.listdir(folder)) == ["events", "trace"]


def test_a_closed_pipe(folder):
    (folder / "long").write_bytes(header() + NAMES + RECORDS[0] * 50_000)
    command = f"'{sys.executable}' -m tesc decode --events events long | head -n 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, LINES[0], b"")


def test_records_out_of_order(decode, folder):
    """They are counted and reported once; --sort sorts them."""
    (folder / "trace").write_bytes(header() + NAMES + b"".join([RECORDS[1], RECORDS[0], RECORDS[2]]))
    warning = "tesc: warning: trace: 1 record is earlier than the one before; use --sort to order them\n"
    assert decode("trace") == (0, LINES[1] + LINES[0] + LINES[2], warning)
    assert decode("trace", "--sort") == (0, b"".join(LINES), "")
    assert decode("trace", "--sort", "--follow")[0] == 2


def test_a_32_bit_program(decode, folder):
    (folder / "events").write_text('idle(void)\nmove(long x, const char *how) "to %lx by %s"\n')
    assert decode("trace", "--data-model", "ilp32")[1].startswith(b"move to fffffffb by b")
    assert decode("trace", "--data-model", "lp64")[1].startswith(b"move to fffffffffffffffb by b")
    assert decode("trace", "--data-model", "lp64", "--data-model", "ilp32")[0] == 2


@pytest.mark.parametrize("how", ["xz", "gzip", "zstd"])
@pytest.mark.parametrize("through", ["name", "stdin", "pipe", "slow pipe", "FIFO"])
def test_compressed(decode, folder, how, through):
    plain = (folder / "trace").read_bytes()
    if how == "xz":
        packed = lzma.compress(plain)
    elif how == "gzip":
        packed = gzip.compress(plain)
    else:
        packed = pytest.importorskip("zstandard").compress(plain)
    (folder / "packed").write_bytes(packed)
    if through != "name":
        pipes = {
            "stdin": "< packed",
            "pipe": "< <(cat packed)",
            "slow pipe": "< <(head -c 2 packed; sleep 0.2; tail -c +3 packed)",
            "FIFO": "<(cat packed)",
        }
        trace = "" if through == "FIFO" else "- "
        command = f"{sys.executable} -m tesc decode --events events {trace}{pipes[through]}"
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"".join(LINES), b"")
        return
    assert decode("packed") == (0, b"".join(LINES), "")
    (folder / "packed").write_bytes(packed[:-9] if how != "zstd" else packed[:10])
    status, out, err = decode("packed")
    assert status in (1, 2)
    assert b"".join(LINES).startswith(out)
    assert err.startswith("tesc: error: packed: ")
    assert "\n" not in err[:-1]


@pytest.mark.parametrize("through", ["packed", "<(cat packed)", "- < <(cat packed)"])
def test_compressed_by_what_is_not_installed(folder, through):
    """The message names the trace and the way out, also if only reading shows the compression."""
    (folder / "packed").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(20))
    code = (
        "import sys; sys.modules['zstandard'] = sys.modules['compression'] = None\n"
        "from tesc.cli.main import main; sys.exit(main(['decode', '--events', 'events', sys.argv[1]]))"
    )
    command = f'{sys.executable} -c "$CODE" {through}'
    environment = {**os.environ, "CODE": code}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"tesc: error: \S+: compressed by zstd, which needs .*\| tesc decode - \.\.\.\n", done.stderr
    )


def test_cells_that_spreadsheets_would_run(decode, folder):
    (folder / "trace").write_bytes(header() + NAMES + record(1, 5, 6, move(-5, b"=cmd()")))
    assert decode("trace", "--format=csv")[1].splitlines()[1] == b"5,6,move,-5,=cmd()"
    assert decode("trace", "--format=csv", "--guard-cells")[1].splitlines()[1] == b"5,6,move,-5,'=cmd()"
    assert decode("trace", "--guard-cells")[0] == 2


def test_a_terminal_obeys_no_text_in_a_trace(folder):
    """Control sequences are shown on a terminal; a pipe gets them unchanged."""
    pty = pytest.importorskip("pty")
    text = b"\x1b[2J\xc2\x9b1m \xc3\xa9\x07\t|"
    (folder / "trace").write_bytes(header() + NAMES + record(1, 5, 6, move(1, text)))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "trace"]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        shown = b""
        while not shown.endswith(b"\n"):
            shown += os.read(ours, 1000)
        process.communicate()
    os.close(ours)
    assert shown == b"move to 1 by \\x1b[2J\\xc2\\x9b1m \xc3\xa9\\x07\t|\r\n"
    assert subprocess.run(command, cwd=folder, capture_output=True).stdout == b"move to 1 by " + text + b"\n"


def test_a_log(decode, folder):
    lines = b"noise\nmove to -5 by x\n(qemu) info\nidle \n"
    (folder / "log").write_bytes(lines)
    note = "tesc: note: log: 2 lines are not events\n"
    assert decode("log", "--other-lines", "others") == (0, b"move to -5 by x\nidle \n", note)
    assert (folder / "others").read_bytes() == b"noise\n(qemu) info\n"
    (folder / "log").write_bytes(lines + b"move to nowhere\n")
    status, out, err = decode("log", "--format=jsonl")
    assert (status, out.count(b"\n")) == (1, 2)
    assert "log: byte 40: a line of 'move' that does not match its format in events" in err


def test_only_a_log_has_other_lines(decode, folder):
    """They are asked for in vain, and nothing is written."""
    before = sorted(os.listdir(folder))
    said = "tesc: error: trace: no log, so it has no lines for --other-lines\n"
    for words in ((), ("-o", "out"), ("--stats",), ("--format", "jsonl")):
        assert decode("trace", "--other-lines", "others", *words) == (2, b"", said)
    assert decode("--guest", "--wire", "words", "trace", "--other-lines", "others")[0] == 2
    assert sorted(os.listdir(folder)) == before
    (folder / "log").write_bytes(b"noise\nidle \n")
    assert decode("trace", "log", "--other-lines", "others", "--stats")[0] == 0
    assert (folder / "others").read_bytes() == b"noise\n"


@pytest.mark.parametrize("form", ["ctf", "sqlite", "parquet", "bundle"])
def test_other_lines_are_not_left_out_silently(decode, folder, form):
    (folder / "log").write_bytes(b"noise\nidle \n")
    words = ("--bundle", "out") if form == "bundle" else ("--format", form, "-o", "out")
    what = "--bundle" if form == "bundle" else f"--format {form}"
    said = f"tesc: error: --other-lines cannot be combined with {what}\n"
    assert decode("log", "--other-lines", "others", *words) == (2, b"", said)
    assert not (folder / "others").exists() and not (folder / "out").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name != "posix", reason="signals as POSIX has them")
def test_terminated_while_it_writes(folder):
    """No half-written file is left, and an existing file is unchanged."""
    (folder / "out").write_text("before")
    os.mkfifo(folder / "pipe")
    command = [sys.executable, "-m", "tesc", "decode", "--events", "events", "-o", "out", "pipe"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
    with process, (folder / "pipe").open("wb") as pipe:
        pipe.write((folder / "trace").read_bytes())
        pipe.flush()
        while not list(folder.glob("out.*.tmp")):
            time.sleep(0.01)
        process.terminate()
        process.communicate()
    assert process.returncode == 143
    assert (folder / "out").read_text() == "before"
    assert not list(folder.glob("out.*"))
