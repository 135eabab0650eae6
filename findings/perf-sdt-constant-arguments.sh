#!/usr/bin/env bash
# perf silently leaves out an SDT probe's argument if it is a constant or an array element.
#
# Tools: perf 6.1 (linux-perf), gcc 12.2, gdb 13.1, readelf 2.40, sys/sdt.h of systemtap-sdt-dev 4.8 (apt-get install
#   --no-install-recommends linux-perf gcc gdb binutils systemtap-sdt-dev; Debian 12), x86-64. Nothing is traced:
#   `perf probe -D` prints the uprobe that `perf probe` would define.
# Expected: a probe with four arguments becomes an event with four, as in gdb; the kernel's uprobes support constants
#   (`\5`).
# Seen: perf skips the operands `$5` (a value that the compiler knows) and `(%rdi,%rsi,8)` (an element that it does not
#   load); the event has only arg2 and arg4, and the exit status is 0. A probe with only a constant has no argument.
#   With -DSTAP_SDT_ARG_CONSTRAINT=r, which sys/sdt.h supports, all arguments are in registers, and perf has all four.
# Why it matters: whether `perf script` shows an argument depends on what the optimizer knew at that call, so a field
#   is present in one build and missing from the next.
set -euo pipefail
for tool in gcc gdb perf readelf; do
    command -v "$tool" >/dev/null ||
        { echo "needs Debian's packages linux-perf, gcc, gdb, binutils, systemtap-sdt-dev" >&2; exit 2; }
done
[ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME=$folder # where perf keeps its cache of programs

cat >program.c <<'END'
#include <sys/sdt.h>
long table[4] = {10, 20, 30, 40};
__attribute__((noinline)) void work(long *of, long at, int value)
{
    DTRACE_PROBE4(demo, four, 5, value, of[at], value + 1);
    DTRACE_PROBE1(demo, one, 7);
}
int main(int argc, char **argv)
{
    work(table, argc, argc);
    return 0;
}
END
gcc --version | head -1
perf --version
gdb --version | head -1
for flags in -O2 '-O2 -DSTAP_SDT_ARG_CONSTRAINT=r'; do
    echo "$flags"
    gcc $flags program.c -o program
    readelf -n program | sed -n 's/^ *Arguments: /note: /p'
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break -probe-stap demo:four' -ex run \
        -ex 'printf "gdb: %d %d %ld %d\n", $_probe_arg0, $_probe_arg1, $_probe_arg2, $_probe_arg3' \
        ./program 2>&1 </dev/null | grep '^gdb:'
    perf buildid-cache --add ./program
    for event in four one; do
        perf probe -x ./program -D "%sdt_demo:$event" 2>&1 | sed -E 's,^p:([^ ]*) [^ ]*,perf: \1,'
    done
done | tee seen
diff - seen <<'END'
-O2
note: -4@$5 -4@%edx -8@(%rdi,%rsi,8) -4@%eax
note: -4@$7
gdb: 5 1 20 2
perf: sdt_demo/four arg2=%dx:s32 arg4=%ax:s32
perf: sdt_demo/one
-O2 -DSTAP_SDT_ARG_CONSTRAINT=r
note: -4@%eax -4@%edx -8@%rcx -4@%esi
note: -4@%eax
gdb: 5 1 20 2
perf: sdt_demo/four arg1=%ax:s32 arg2=%dx:s32 arg3=%cx:s64 arg4=%si:s32
perf: sdt_demo/one arg1=%ax:s32
END
