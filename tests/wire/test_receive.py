"""`tesc guest receive` from every kind of character device, and `tesc decode` of the same bytes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tty

import pytest

from tesc.wire.schema import schema_of_range

EVENTS = """\
start(void) "started"
limits(int64_t low, uint64_t high) "low %" PRId64 " high %" PRIu64
text(const char *name, void *at) "name %s at %p"
"""
HOST = 'power(bool on) "on %d"\ninclude "fw" prefix fw_ base 0x8000000000000000\n'
PRINTED = """\
fw_start started
fw_limits low -9223372036854775808 high 18446744073709551615
fw_text name disk at 0x1000
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files of a host and of its guest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fw").write_text(EVENTS)
    (tmp_path / "trace-events").write_text(HOST)
    return tmp_path


@pytest.fixture
def stream(unit_of, toy):
    """What the guest sends: frames of three events."""
    guest = toy(schema_of_range(unit_of(EVENTS), 0), clock=True)
    frames = guest.start()
    for step, one in enumerate([(0,), (1, -(1 << 63), (1 << 64) - 1), (2, b"disk", 0x1000)]):
        guest.time = 1000 * step
        frames += guest.event(*one)
    return b"".join(frames)


def receive(source: str, *words: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from", source, *words]
    done = subprocess.run(command, capture_output=True, input=stdin, timeout=120)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def served(server: socket.socket, data: bytes) -> threading.Thread:
    def serve() -> None:
        connection, _ = server.accept()
        connection.sendall(data)
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_file_and_a_pipe(folder, stream):
    (folder / "bytes").write_bytes(stream)
    for done in (receive("bytes"), receive("-", stdin=stream)):
        assert (done.returncode, done.stdout) == (0, PRINTED)
        assert done.stderr.startswith("tesc: note: 3 events")
    done = receive("none")
    assert (done.returncode, done.stderr) == (2, "tesc: error: none: No such file or directory\n")


@pytest.mark.parametrize("sent", ["nothing", "no event", "other declarations"])
def test_an_earlier_recording_is_kept_until_an_event_arrives(folder, stream, unit_of, toy, sent):
    """Also by a guest that is refused."""
    (folder / "bytes").write_bytes(stream)
    assert receive("bytes", "-o", "trace").returncode == 0
    earlier = (folder / "trace").read_bytes()
    other = toy(schema_of_range(unit_of(EVENTS.replace("int64_t", "int32_t")), 0))
    no_event = b"".join(toy(schema_of_range(unit_of(EVENTS), 0)).start())
    refused = b"".join([*other.start(), *other.event(0)])
    sends = {"nothing": b"", "no event": no_event, "other declarations": refused}[sent]
    (folder / "others").write_bytes(sends)
    done = receive("others", "-o", "trace")
    assert "tesc: note: trace is as it was before, since no event arrived\n" in done.stderr
    assert (folder / "trace").read_bytes() == earlier
    # One with fewer events replaces it completely.
    (folder / "fewer").write_bytes(stream[: stream.index(b"disk")])
    done = receive("fewer", "-o", "trace")
    assert "as it was before" not in done.stderr
    command = [sys.executable, "-m", "tesc", "decode", "trace", "--events", "trace-events"]
    read = subprocess.run(command, capture_output=True, text=True)
    assert (read.returncode, read.stdout) == (0, "".join(PRINTED.splitlines(True)[:2]))


def test_two_guests_with_the_same_base(folder, stream):
    (folder / "other").write_text("go(void)\n")
    (folder / "trace-events").write_text(f'{HOST}include "other" prefix other_ base 0x8000000000000000\n')
    (folder / "bytes").write_bytes(stream)
    done = receive("bytes", "--guest", "fw", "-o", "out")
    assert (done.returncode, done.stdout) == (1, "") and not (folder / "out").exists()
    assert done.stderr == (
        "trace-events:3:36: error[TE201]: the IDs of 'other', 0x8000000000000000, overlap those of 'fw', "
        "0x8000000000000000 to 0x8000000000000002\n"
    )
    moved = (folder / "trace-events").read_text().replace("00\n", "08\n").replace("08\n", "00\n", 1)
    (folder / "trace-events").write_text(moved)
    assert receive("bytes", "--guest", "fw").stdout == PRINTED


@pytest.mark.parametrize("words", [[], ["-o", "trace"], ["--wire", "words"]])
def test_nothing_to_read(folder, words):
    """As the help says; `tesc decode` of an empty file has the same status."""
    (folder / "bytes").write_bytes(b"")
    for source, stdin in (("bytes", None), ("-", b"")):
        done = receive(source, *words, stdin=stdin)
        said = f"tesc: error: {source}: there was nothing to read\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
        (folder / "trace").unlink(missing_ok=True)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        served(server, b"")
        assert receive(f"tcp:127.0.0.1:{server.getsockname()[1]}", *words).returncode == 2


def test_sockets(folder, stream):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        server.listen(1)
        thread = served(server, stream)
        assert receive("unix:socket").stdout == PRINTED
        thread.join()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = served(server, stream)
        assert receive(f"tcp:127.0.0.1:{server.getsockname()[1]}").stdout == PRINTED
        thread.join()
    assert receive("tcp:nowhere").stderr == "tesc: error: tcp:nowhere: expected tcp:HOST:PORT\n"

    def connect() -> None:
        for _ in range(600):
            try:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect("mine")
                    client.sendall(stream)
                    return
            except OSError:
                time.sleep(0.1)

    thread = threading.Thread(target=connect)
    thread.start()
    assert receive("listen:mine").stdout == PRINTED
    thread.join()
    assert not os.path.exists("mine")


def test_a_socket_that_appears_late(folder, stream):
    """What is waited for is said only if that takes more than half a second."""
    said = "tesc: note: waiting up to 5 seconds for a program that listens on socket\n"

    def serve_later() -> None:
        time.sleep(2)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            server.listen(1)
            served(server, stream).join()

    thread = threading.Thread(target=serve_later)
    thread.start()
    done = receive("unix:socket")
    thread.join()
    assert (done.returncode, done.stdout) == (0, PRINTED)
    assert done.stderr.startswith(f"{said}tesc: note: 3 events")
    done = receive("unix:nosuch")
    late = said.replace("on socket", "on nosuch")
    assert done.stderr == f"{late}tesc: error: unix:nosuch: No such file or directory\n"


def test_nobody_at_the_other_end(folder):
    """Standard input is closed; a socket to which nobody connected is removed."""
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from"]
    words = ["sh", "-c", 'exec "$@" <&-', "sh", *command, "-"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "tesc: error: -: standard input is closed\n")
    with subprocess.Popen([*command, "listen:mine"], stderr=subprocess.DEVNULL) as waiting:
        for _ in range(600):
            if os.path.exists("mine"):
                break
            time.sleep(0.05)
        waiting.send_signal(signal.SIGINT)
    assert waiting.returncode != 0 and not os.path.exists("mine")


def test_unreadable_inputs(folder, stream):
    """A folder cannot be read; a non-blocking input has no bytes yet."""
    done = receive(str(folder))
    assert (done.returncode, done.stderr) == (2, f"tesc: error: {folder}: Is a directory\n")
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from", "-"]
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with subprocess.Popen(command, stdin=ours, stdout=subprocess.PIPE) as reader:
        os.close(ours)
        for part in (b"", stream[:50], stream[50:]):
            time.sleep(0.3)
            os.write(theirs, part)
        os.close(theirs)
        assert reader.stdout.read().decode() == PRINTED


def test_a_clock_beyond_all_times(folder, unit_of, toy):
    """More nanoseconds than fit in 63 bits, whatever the guest says about its clock."""
    guest = toy(schema_of_range(unit_of(EVENTS), 0), clock=True)
    guest.time = (1 << 64) - 1
    (folder / "bytes").write_bytes(b"".join([*guest.start(), *guest.event(0)]))
    command = [sys.executable, "-m", "tesc", "decode", "--events", "trace-events", "bytes", "--guest"]
    for form in ("jsonl", "chrome", "csv"):
        done = subprocess.run([*command, f"--format={form}"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "") and "fw_start" in done.stdout
    assert receive("bytes").stdout == "fw_start started\n"


def test_a_terminal(folder, stream):
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    name = os.ttyname(theirs)
    os.write(ours, stream)
    # We keep the other side of the terminal open, so its end is not seen.
    done = receive(f"pty:{name}", "--until", "fw_text")
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (0, PRINTED)


def test_the_times_of_a_file_are_not_called_accurate(folder, stream):
    """They are those at which it is read: only a stream that arrives meanwhile has the host's."""
    (folder / "bytes").write_bytes(stream)
    note = "tesc: note: bytes is a file, so times are those of reading it; "
    note += "'tesc decode bytes --guest' shows the guest's own\n"
    for words in (["--timestamps"], ["-o", "out"]):
        assert receive("bytes", *words).stderr == f"tesc: note: 3 events\n{note}"
    assert receive("bytes").stderr == "tesc: note: 3 events\n"
    assert "3 events, times are accurate to " in receive("-", "--timestamps", stdin=stream).stderr


@pytest.mark.parametrize("name", ["text", "trace_fw_text", "fw_txt"])
def test_an_end_that_no_event_can_bring(folder, stream, name):
    """Waiting for an event that does not exist would never end."""
    (folder / "bytes").write_bytes(stream)
    done = receive("bytes", "--until", name, "-o", "out")
    message = f"tesc: error: --until: no event is called '{name}'; did you mean 'fw_text'?\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
    assert not (folder / "out").exists()
    # The host's own events do not come from the guest.
    assert "no event is called 'power'\n" in receive("bytes", "--until", "power").stderr


def test_a_file_that_decode_reads(folder, stream):
    (folder / "bytes").write_bytes(stream)
    done = receive("bytes", "-o", "out", "--live", "--timestamps")
    assert done.returncode == 0
    assert [line.split(" ", 1)[1] for line in done.stdout.splitlines()] == PRINTED.splitlines()
    for words in (["out"], ["bytes", "--guest"]):
        command = [sys.executable, "-m", "tesc", "decode", "--events", "trace-events", *words]
        read = subprocess.run(command, capture_output=True, text=True)
        assert (read.returncode, read.stdout, read.stderr) == (0, PRINTED, "")


def test_a_flattened_file_knows_its_guest(folder, stream):
    """A plain file for QEMU's tools still says which events are the guest's, and how they were declared."""
    flat = subprocess.run(
        [sys.executable, "-m", "tesc", "flatten", "trace-events"], capture_output=True, check=True
    )
    (folder / "bytes").write_bytes(stream)
    assert receive("bytes", "-o", "out").returncode == 0
    (folder / "trace-events-all").write_bytes(flat.stdout)
    for words in (["out"], ["bytes", "--guest"], ["bytes", "--guest=fw"]):
        command = [sys.executable, "-m", "tesc", "decode", "--events", "trace-events-all", *words]
        read = subprocess.run(command, capture_output=True, text=True)
        assert (read.returncode, read.stdout, read.stderr) == (0, PRINTED, "")
    command[-1] = "--guest=no"
    read = subprocess.run(command, capture_output=True, text=True)
    assert read.returncode == 2 and "no guest with the prefix 'no'" in read.stderr


def test_other_declarations(folder, unit_of, toy):
    built = EVENTS.replace("limits(int64_t low,", "limits(int32_t low,")
    (folder / "old").write_text(built)
    theirs, mine = (schema_of_range(unit_of(text), 0) for text in (built, EVENTS))
    guest = toy(theirs)
    (folder / "bytes").write_bytes(b"".join([*guest.start(), *guest.event(0)]))
    done = receive("bytes", "-o", "out")
    said = f"their hash is {theirs.shown}, that of these is {mine.shown}"
    assert done.returncode == 2
    place = "bytes: byte 1: the guest 'toy' was built from different declarations"
    assert f"{place}: {said}; --firmware FILE" in done.stderr
    done = receive("bytes", "--firmware", "old")
    assert "; event 1 is limits(i64,u64) here, and limits(i32,u64) in the firmware\n" in done.stderr
    done = receive("bytes", "--go-on")
    assert (done.returncode, done.stdout) == (1, "fw_start started\n")
    command = [sys.executable, "-m", "tesc", "decode", "--events", "trace-events", "bytes", "--guest"]
    read = subprocess.run(command, capture_output=True, text=True)
    assert (read.returncode, read.stdout) == (2, "") and said in read.stderr
    read = subprocess.run([*command, "--firmware", "old"], capture_output=True, text=True)
    assert "; event 1 is limits(i64,u64) here, and limits(i32,u64) in the firmware\n" in read.stderr
    read = subprocess.run([*command, "--go-on"], capture_output=True, text=True)
    assert (read.returncode, read.stdout) == (1, "fw_start started\n") and said in read.stderr
    (folder / "broken").write_text("a(\n")
    for done in (
        receive("bytes", "--firmware", "broken"),
        subprocess.run([*command, "--firmware=broken"], capture_output=True, text=True),
    ):
        assert (
            done.returncode == 2 and "broken: it has errors, so its declarations are unknown" in done.stderr
        )
    (folder / "fw.elf").write_bytes(b"\x7fELF\2\1\1" + bytes(60))
    assert receive("bytes", "--firmware", "fw.elf").stderr.splitlines()[0] == (
        "tesc: error: fw.elf: --firmware takes the events file that the guest was built from, "
        "and --elf the guest's program"
    )


@pytest.mark.parametrize("words", [["--elf", "x"], ["--firmware", "x"], ["--go-on"]])
@pytest.mark.parametrize("start", [["decode"], ["query"]])
def test_how_a_guest_is_read_is_for_guests(folder, start, words):
    (folder / "qemu.log").write_text("power on 1\n")
    asked = ["SELECT 1"] if start == ["query"] else []
    command = [sys.executable, "-m", "tesc", *start, "qemu.log", *words, "--events", "trace-events", *asked]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and f"{words[0]} requires --guest" in done.stderr


def test_what_was_lost(folder, stream):
    (folder / "bytes").write_bytes(stream[:-30] + stream[-28:])
    done = receive("bytes")
    assert done.returncode == 1
    assert "bytes skipped: no frame is intact\n" in done.stderr
    assert "tesc: note: 2 events, " in done.stderr


def test_options_that_need_others(folder):
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "tesc: error: 'receive' requires --from CHARDEV\n")
    assert "--live requires -o" in receive("bytes", "--live").stderr


def test_text_at_an_address(folder, unit_of, toy, need):
    """A text of which the firmware sent only the address is in the firmware's file."""
    cc = need("gcc", "gcc")
    (folder / "main.c").write_text('const char text[] = "in the firmware"; int main(void) { return 0; }\n')
    subprocess.run([cc, "-no-pie", "main.c", "-o", "elf"], check=True)
    nm = subprocess.run([need("nm", "binutils"), "elf"], capture_output=True, text=True).stdout
    address = next(int(line.split()[0], 16) for line in nm.splitlines() if line.endswith(" text"))
    guest = toy(schema_of_range(unit_of(EVENTS), 0))
    packet = b"\x00\x04\x03" + varint(address) + varint(16)
    data = b"".join(guest.start()) + guest.frame(packet, guest.schema.hash & 0xFFFF)
    (folder / "bytes").write_bytes(data)
    assert receive("bytes").stdout == f"fw_text name {address:#x} at 0x10\n"
    assert receive("bytes", "--elf", "elf").stdout == "fw_text name in the firmware at 0x10\n"
    moved = f"elf@{-0x1000:#x}"
    assert "in the firmware" not in receive("bytes", "--elf", moved).stdout
    assert receive("bytes", "--elf", "fw").stderr == "tesc: error: fw: it is not an ELF file\n"
    # The offset of its program headers is beyond the end of any file.
    (folder / "far").write_bytes(b"\x7fELF\2\1".ljust(32, b"\0") + b"\xff" * 32)
    assert receive("bytes", "--elf", "far").stderr == (
        "tesc: error: far: it ends before its program headers\n"
    )


def varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_came_before_a_signal_is_kept(folder, stream, number):
    """The stream is still open, and its first events wait until the clock is known better."""
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from", "listen:socket"]
    with (
        socket.socket(socket.AF_UNIX) as sender,
        subprocess.Popen([*command, "-o", "trace"], stderr=subprocess.PIPE) as receiver,
    ):
        for _ in range(600):
            if os.path.exists("socket"):
                break
            time.sleep(0.1)
        sender.connect("socket")
        sender.sendall(stream[:-5])
        for _ in range(600):  # it has connected, and writes
            if os.path.exists("trace") and os.path.getsize("trace"):
                break
            time.sleep(0.1)
        receiver.send_signal(number)
        _, said = receiver.communicate(timeout=60)
    assert receiver.returncode == 1
    assert b"the stream ends within a frame" in said and b"note: 2 events" in said
    assert not os.path.exists("socket")
    done = subprocess.run(
        [sys.executable, "-m", "tesc", "decode", "trace", "--events", "trace-events"], capture_output=True
    )
    assert (done.returncode, done.stdout.decode()) == (0, "".join(PRINTED.splitlines(True)[:2]))


def test_sigterm_before_anybody_sends(folder):
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from", "listen:socket"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as receiver:
        for _ in range(600):
            if os.path.exists("socket"):
                break
            time.sleep(0.1)
        receiver.send_signal(signal.SIGTERM)
        assert receiver.communicate(timeout=60)[1] == b""
    assert receiver.returncode == 143 and not os.path.exists("socket")


def test_a_disk_that_becomes_full(folder, unit_of, toy):
    """The disk takes part of a record: that part is removed, and the records before it can be read."""
    import resource

    guest = toy(schema_of_range(unit_of(EVENTS), 0), clock=True)
    frames = guest.start()
    for number in range(500):
        guest.time = 1000 * number
        frames += guest.event(1, -number, number)
    (folder / "bytes").write_bytes(b"".join(frames))
    command = [sys.executable, "-m", "tesc", "guest", "receive", "trace-events", "--from", "bytes"]
    limit = (10_001, resource.RLIM_INFINITY)
    done = subprocess.run(
        [*command, "-o", "trace"],
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert (done.returncode, done.stderr.decode()) == (2, "tesc: error: trace: File too large\n")
    done = subprocess.run(
        [sys.executable, "-m", "tesc", "decode", "trace", "--events", "trace-events"], capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert 200 < len(done.stdout.splitlines()) < 215
