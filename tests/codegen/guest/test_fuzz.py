"""Hostile guests: random and mutated records through the demultiplexer, under sanitizers.

TESC_FUZZ_RECORDS sets their number (1,000,000), TESC_FUZZ_SEED the seed (1).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent

FILES = {
    "trace-events": """\
host(const char *text) "%s"
include "fw" prefix fw_ base 0x8000000000000000
include "hv" prefix hv_ base 0x1000
""",
    "fw": """\
none(void) "none"
one(int a) "%d"
disable two(int a, int b) "%d %d"
six(uint64_t a, bool b, uint8_t c, void *d, int64_t e, int16_t f) "%" PRIu64 " %d %u %p %" PRId64 " %d"
text(const char *text, void **pointer) "%s %p"
""",
    "hv": 'enter(void) "enter"\nleave(uint64_t a, uint64_t b) "%" PRIu64 " %" PRIu64\n',
}


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_random_and_mutated_records(machine, guest, run, need):
    gcc = need("gcc", "gcc-multilib")
    for name, text in FILES.items():
        Path(name).write_text(text)
    guest(
        "demux",
        "trace-events",
        "-o",
        "demux.c",
        "--header",
        "demux.h",
        "--trace-header",
        "fuzz.h",
        "--wire=words",
    )
    flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", f"-I{HERE}", "-I."]
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    run(gcc, machine, *flags, *sanitizers, HERE / "fuzz.c", "demux.c", "-o", "fuzz")
    records = os.environ.get("TESC_FUZZ_RECORDS", "1000000")
    done = run("./fuzz", records, os.environ.get("TESC_FUZZ_SEED", "1"))
    assert done.stderr == b""
    assert done.stdout.count(b"unknown") == 2
