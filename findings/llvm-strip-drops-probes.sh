#!/usr/bin/env bash
# llvm-strip removes all SDT probes from a program; GNU strip keeps them.
#
# Tools: llvm-strip 14.0.6, GNU strip and readelf 2.40, gcc 12.2, sys/sdt.h of systemtap-sdt-dev 4.8
#   (apt-get install --no-install-recommends gcc binutils llvm-14 systemtap-sdt-dev; Debian 12).
# Expected: both remove symbols and debugging information, and keep the notes of SDT probes, which are meant to be read
#   from stripped production programs.
# Seen: the section .note.stapsdt is not loaded into memory, and llvm-strip removes every such section. It silently
#   removes all notes; the program runs as before. `llvm-strip --strip-debug`, and GNU strip with any options, keep all
#   notes.
# Why it matters: a distribution that builds with LLVM ships programs in which gdb, SystemTap, perf and bpftrace find
#   no probes, although the programs in its build directory have all of them.
set -euo pipefail
for tool in gcc strip readelf llvm-strip-14; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, binutils, llvm-14, systemtap-sdt-dev" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >program.c <<'END'
#include <sys/sdt.h>
int main(int argc, char **argv)
{
    DTRACE_PROBE1(demo, first, argc);
    DTRACE_PROBE1(demo, second, argv);
    return 0;
}
END
gcc -O1 program.c -o program
strip --version | head -1
llvm-strip-14 --version | grep -i version

probes() { # PROGRAM: the number of its SDT notes
    readelf -n "$1" 2>/dev/null | grep -c '^  stapsdt' || true
}
strip -o gnu program
llvm-strip-14 -o llvm program
llvm-strip-14 --strip-debug -o llvm-debug program
./llvm
for one in program gnu llvm llvm-debug; do echo "$one $(probes "$one")"; done | tee counts
diff - counts <<'END'
program 2
gnu 2
llvm 0
llvm-debug 2
END
