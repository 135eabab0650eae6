#!/usr/bin/env bash
# In trace-cmd's report, a negative field is not below zero, and a - b - c is a - (b - c).
#
# Tool: trace-cmd 3.1.6 with libtraceevent 1.7.1 (apt-get install --no-install-recommends trace-cmd, Debian 12);
#   libtraceevent 1.8.4 computes the same. This script writes the trace, with one event per format; nothing is traced.
# Expected: the expressions in a tracepoint's format have the values that they have in C, and in the kernel's own
#   `trace` file: for an `int ret` of -5, `ret < 0` is true, `ret / 2` is -2, and __print_symbolic() finds -5's name.
# Seen: `%d` alone shows -5. In any expression, the field is unsigned, although the file says "signed:1": -5 is
#   4294967291, above zero, and no cast helps. A chain of the same operator is grouped from the right: 20 - 3 - 2 is 19,
#   20 / 5 / 2 is 10, 64 >> 2 >> 1 is 32. There is no warning.
# Why it matters: a format with ret < 0 ? "failed" : "done", as Linux has, reports success for every failure, while the
#   same event read from tracefs does not. In a tracepoint, compute values when the event is recorded, and print plain
#   fields.
set -euo pipefail
command -v trace-cmd >/dev/null || { echo "needs Debian's package trace-cmd" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/formats" <<'END_FORMATS'
"%d", REC->ret
"%s", REC->ret < 0 ? "failed" : "done"
"%s", (int)REC->ret < 0 ? "failed" : "done"
"%d", REC->ret == -5
"%d", REC->ret / 2
"%lld", (s64)REC->ret
"%s", __print_symbolic(REC->ret, { -5, "EIO" }, { -2, "ENOENT" })
"%d", REC->n - 3
"%d", REC->n - 3 - 2
"%d", (REC->n - 3) - 2
"%d", REC->n - 3 + 2
"%d", REC->n / 5 / 2
"%d", 64 >> 2 >> 1
END_FORMATS
cat >"$folder/write.py" <<'END'
"""Write a trace of version 6 whose events have ret = -5 and n = 20, with one of the formats each."""
import struct
import sys

def counted(text):
    return struct.pack("<Q", len(text)) + text.encode()

def field(declaration, offset, size, signed):
    return f"\tfield:{declaration};\toffset:{offset};\tsize:{size};\tsigned:{signed};\n"

page = field(" u64 timestamp", 0, 8, 0) + field(" local_t commit", 8, 8, 1) + field(" char data", 16, 4080, 1)
entry = "\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n"
common = field("unsigned short common_type", 0, 2, 0) + field("unsigned char common_flags", 2, 1, 0)
common += field("unsigned char common_preempt_count", 3, 1, 0) + field("int common_pid", 4, 4, 1)
own = field("int ret", 8, 4, 1) + field("int n", 12, 4, 1)

formats = sys.stdin.read().splitlines()
head = b"\x17\x08\x44tracing6\0\0\x08" + struct.pack("<I", 4096)  # little-endian, 8-byte long, pages of 4096
head += b"header_page\0" + counted(page) + b"header_event\0" + counted(entry)
head += struct.pack("<II", 0, 1) + b"demo\0" + struct.pack("<I", len(formats))  # no events of ftrace itself, one system
events = b""
for number, text in enumerate(formats, 100):
    head += counted(f"name: e{number}\nID: {number}\nformat:\n{common}\n{own}\nprint fmt: {text}\n")
    events += struct.pack("<IHBBiii", 4 | 1000 << 5, number, 0, 0, 1, -5, 20)  # four words, a microsecond later
head += struct.pack("<IIQI", 0, 0, 0, 1) + b"options  \0\0\0flyrecord\0"  # no symbols, no formats, no names; one CPU
start = (len(head) + 16 + 4095) // 4096 * 4096
head += struct.pack("<QQ", start, 4096)
sys.stdout.buffer.write(head.ljust(start, b"\0") + (struct.pack("<QQ", 10**9, len(events)) + events).ljust(4096, b"\0"))
END
python3 "$folder/write.py" <"$folder/formats" >"$folder/trace.dat"
{ trace-cmd --version || true; } | sed -n 's/^trace-cmd version \([0-9.]*\).*/trace-cmd \1/p'
trace-cmd report -i "$folder/trace.dat" 2>/dev/null | sed -n 's/.* e[0-9]*: *//p' | paste -d '#' - "$folder/formats" |
    sed 's/#/ <- /' | tee "$folder/seen"
diff - "$folder/seen" <<'END'
-5 <- "%d", REC->ret
done <- "%s", REC->ret < 0 ? "failed" : "done"
done <- "%s", (int)REC->ret < 0 ? "failed" : "done"
0 <- "%d", REC->ret == -5
2147483645 <- "%d", REC->ret / 2
4294967291 <- "%lld", (s64)REC->ret
0xfffffffb <- "%s", __print_symbolic(REC->ret, { -5, "EIO" }, { -2, "ENOENT" })
17 <- "%d", REC->n - 3
19 <- "%d", REC->n - 3 - 2
15 <- "%d", (REC->n - 3) - 2
15 <- "%d", REC->n - 3 + 2
10 <- "%d", REC->n / 5 / 2
32 <- "%d", 64 >> 2 >> 1
END
