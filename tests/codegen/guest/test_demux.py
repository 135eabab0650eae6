"""The host's demultiplexer: its functions, the functions that it calls, what it counts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tesc.cli.main import main

STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wmissing-prototypes", "-I."]

TREE = {
    "trace-events": """\
host_start(const char *name) "%s"
include "board/board.inc" prefix board_ base 0x1000
host_stop(void *state, int status) "%p %d"
include "other/trace-events" base 0x9000000000000000
""",
    "board/board.inc": """\
prefix b0_
reset(void) "reset"
irq(unsigned line, const char *who, bool raised) "line %u by %s %d"
include "firmware/fw.inc" prefix fw_ base 0x8000000000000000
disable idle(uint64_t a, uint64_t b, uint64_t c, uint64_t d) "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
power(const long change, int8_t from, unsigned long long int to) "%ld %d %llu"
""",
    "board/firmware/fw.inc": """\
boot(uint64_t entry, void *stack) "entry 0x%" PRIx64 " stack %p"
disable noisy
noisy(void) "again"
""",
    "other/trace-events": 'hello(ssize_t size, const uint16_t port) "%zd %u"\n',
}

# The host's trace functions, which print their arguments.
TRACE_H = """\
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

static inline void trace_board_b0_reset(void) { puts("reset"); }
static inline void trace_board_b0_irq(unsigned line, uint64_t who, bool raised)
{
    printf("irq %u 0x%" PRIx64 " %d\\n", line, who, raised);
}
static inline void trace_board_b0_power(const long change, int8_t from, unsigned long long to)
{
    printf("power %ld %d %llu\\n", change, from, to);
}
static inline void trace_board_fw_boot(uint64_t entry, uint64_t stack)
{
    printf("boot 0x%" PRIx64 " 0x%" PRIx64 "\\n", entry, stack);
}
static inline void trace_hello(ssize_t size, const uint16_t port) { printf("hello %zd %u\\n", size, port); }
"""

MAIN = """\
#include "trace.h"
#include "demux.h"

static void say(const GuestDemux *guest, const char *what, uint64_t times, uint64_t value)
{
    printf("%s: %s (%" PRIu64 " times): 0x%" PRIx64 "\\n", guest->name, what, times, value);
}

int main(void)
{
    static const unsigned char boot[56] = { [8] = 0xef, 0xcd, 0xab, [15] = 0x80, 0x10 };
    unsigned i;

    guest_demux_board.complain = guest_demux_board_fw.complain = guest_demux_other.complain = say;
    guest_trace_board(0, 1, 2, 3, 4, 5, 6);
    guest_trace_board(1, UINT64_C(0xfedcba9800000007), UINT64_C(0xffffffff80001000), UINT64_C(1) << 40,
                      0, 0, 0);
    guest_trace_board(2, 1, 2, 3, 4, 5, 6);
    guest_trace_board(3, UINT64_MAX, 0x80, UINT64_MAX, 0, 0, 0);
    guest_trace_other(0, UINT64_MAX - 1, 0x12345, 0, 0, 0, 0);

    /* Nobody can forge another's events: neither beyond one's own, nor around the base. */
    guest_trace_board(4, 0, 0, 0, 0, 0, 0);
    guest_trace_board(0x1000, 0, 0, 0, 0, 0, 0);
    guest_trace_board(UINT64_MAX, 0, 0, 0, 0, 0, 0);
    guest_trace_board(UINT64_C(0x8000000000000000), 0, 0, 0, 0, 0, 0);
    guest_trace_board_fw(UINT64_C(0x8000000000000000), 0, 0, 0, 0, 0, 0);
    guest_trace_other(1, 0, 0, 0, 0, 0, 0);

    /* Bytes as they come. */
    for (i = 0; i < sizeof(boot); i++) {
        guest_stream_board_fw(boot + i, 1);
    }
    guest_stream_board_fw(boot, 0);
    guest_stream_board_fw(boot, sizeof(boot));
    guest_stream_board_fw(boot, 55);
    guest_end_board_fw();
    guest_end_board_fw();

    /* A flood. */
    guest_demux_other.allowance = 2;
    for (i = 0; i < 1000; i++) {
        guest_trace_other(0, i, 0, 0, 0, 0, 0);
    }
    printf("%u %u %u %u\\n", (unsigned)guest_demux_board.records, (unsigned)guest_demux_board.unknown,
           (unsigned)guest_demux_board.flooded, (unsigned)guest_demux_board.torn);
    printf("%u %u %u %u\\n", (unsigned)guest_demux_board_fw.records, (unsigned)guest_demux_board_fw.unknown,
           (unsigned)guest_demux_board_fw.flooded, (unsigned)guest_demux_board_fw.torn);
    printf("%u %u %u %u\\n", (unsigned)guest_demux_other.records, (unsigned)guest_demux_other.unknown,
           (unsigned)guest_demux_other.flooded, (unsigned)guest_demux_other.torn);
    return 0;
}
"""

PRINTED = """\
reset
irq 7 0xffffffff80001000 1
power -1 -128 18446744073709551615
hello -2 9029
board: unknown event ID (1 times): 0x4
board: unknown event ID (2 times): 0x1000
board: unknown event ID (4 times): 0x8000000000000000
board_fw: unknown event ID (1 times): 0x8000000000000000
other: unknown event ID (1 times): 0x1
boot 0x8000000000abcdef 0x10
boot 0x8000000000abcdef 0x10
board_fw: torn record (1 times): 0x37
hello 0 0
hello 1 0
other: flood of records (1 times): 0x0
other: flood of records (2 times): 0x0
other: flood of records (4 times): 0x0
other: flood of records (8 times): 0x0
other: flood of records (16 times): 0x0
other: flood of records (32 times): 0x0
other: flood of records (64 times): 0x0
other: flood of records (128 times): 0x0
other: flood of records (256 times): 0x0
other: flood of records (512 times): 0x0
4 4 0 0
2 1 0 1
3 1 998 0
"""


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_three_guests(compiler, machine, guest, run, need):
    write({**TREE, "trace.h": TRACE_H, "main.c": MAIN})
    names = ["--trace-header", "trace.h", "--header", "demux.h"]
    guest("demux", "trace-events", "-o", "demux.c", *names, "--wire=words")
    run(need(compiler, compiler), machine, *STRICT, "main.c", "demux.c", "-o", "main")
    assert run("./main").stdout.decode() == PRINTED


def functions(text: str) -> list[str]:
    return re.findall(r"^void (guest_trace\w*)\([^;]*?\)$", text, re.M)


@pytest.mark.parametrize(
    ("files", "options", "expected"),
    [
        (TREE, [], ["guest_trace_board", "guest_trace_board_fw", "guest_trace_other"]),
        (TREE, ["--event-prefix=x_"], ["guest_trace_x_board", "guest_trace_x_board_fw", "guest_trace_x"]),
        ({"trace-events": 'one(void) "x"\n'}, [], ["guest_trace_root", "guest_trace"]),
        ({"trace-events": 'one(void) "x"\n'}, ["--group=fw"], ["guest_trace_fw", "guest_trace"]),
        ({"trace-events": "# no event\n"}, [], ["guest_trace_root", "guest_trace"]),
        (
            {"trace-events": 'include "g" prefix one__ base 5\n', "g": 'one(void) "x"\n'},
            [],
            ["guest_trace_one_", "guest_trace"],
        ),
    ],
)
def test_its_functions(files, options, expected, guest, need):
    write(files)
    guest("demux", "trace-events", "-o", "demux.c", "--trace-header=trace.h", *options, "--wire=words")
    text = Path("demux.c").read_text()
    assert functions(text) == expected
    # It is also valid C without the project's own headers.
    called = re.findall(r"(trace_(?!events)\w+)\(", text)
    Path("trace.h").write_text(
        "#include <sys/types.h>\n"
        + "".join(f"void {n}();\n" for n in set(called) if not n.startswith("guest"))
    )
    lax = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-strict-prototypes", "-I."]
    subprocess.run([need("gcc", "gcc"), *lax, "-fsyntax-only", "demux.c"], check=True)


def test_a_root_file_that_the_configuration_lists(tmp_path, monkeypatch):
    """A root file in `guest-files` is a guest itself, in addition to those that it includes."""
    monkeypatch.chdir(tmp_path)
    write(
        {
            "fw/trace-events": TREE["trace-events"]
            .replace("board/board.inc", "board.inc")
            .split("host_stop")[0]
        }
    )
    write({"fw/board.inc": 'reset(void) "x"\n', "tesc.toml": 'guest-files = ["fw/trace-events"]\n'})
    assert main(["guest", "demux", "fw/trace-events", "-o", "demux.c", "--wire=words"]) == 0
    text = Path("demux.c").read_text()
    assert functions(text) == ["guest_trace_fw", "guest_trace_board"]
    assert "trace_host_start(arg1);" in text
    assert '#include "qemu/osdep.h"\n#include "trace-fw.h"\n' in text


def test_two_guests_with_one_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write({"g": 'one(void) "x"\n', "h": 'two(void) "x"\n'})
    write({"trace-events": 'include "g" prefix a_ base 0x100\ninclude "h" prefix a_ base 0x200\n'})
    assert main(["guest", "demux", "trace-events", "-o", "demux.c", "--wire=words"]) == 1
    message = "trace-events:2:20: error: two guests are called 'a': give this one another prefix\n"
    assert capsys.readouterr().err == message
    assert not Path("demux.c").exists()


def test_what_no_record_can_have(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    seven = 'seven(int a, int b, int c, int d, int e, int f, int g) "%d %d %d %d %d %d %d"\n'
    write(
        {
            "trace-events": f'{seven}include "g" base 0x100\n',
            "g": f'{seven}half(double x, float *y) "%f %p"\n',
        }
    )
    assert main(["guest", "demux", "trace-events", "-o", "demux.c", "--profile=qemu", "--wire=words"]) == 1
    assert capsys.readouterr().err == (
        "g:1:49: error[TE301]: 7 arguments, but at most 6 are allowed\n"
        "g:2:6: error[TE306]: type 'double' is not allowed: tracers do not support floating-point numbers\n"
    )
