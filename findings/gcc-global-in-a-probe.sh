#!/usr/bin/env bash
# If an SDT probe's argument is a global variable, gdb loses all of the probe's arguments at -O2, but not at -O0.
#
# Tools: gcc 12.2, gdb 13.1, readelf 2.40, sys/sdt.h of systemtap-sdt-dev 4.8 (apt-get install --no-install-recommends
#   gcc gdb binutils systemtap-sdt-dev; Debian 12), x86-64.
# Expected: $_probe_argc is 2, $_probe_arg0 and $_probe_arg1 are the values, at any optimization level.
# Seen: at -O2 gcc does not load the variable, and the note has its name: `-4@counter(%rip)`. gdb cannot parse this
#   operand, and takes the following ones as part of it: the probe has 0 arguments. At -O0 the operand is a register.
#   With -DSTAP_SDT_ARG_CONSTRAINT=nr, which sys/sdt.h supports, it is a register at -O2, too.
# Why it matters: probes are tried in debug builds and used in optimized ones, and one such argument hides all the
#   others. (bpftrace 0.17 silently prints a wrong number for it.)
set -euo pipefail
for tool in gcc gdb readelf; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, gdb, binutils, systemtap-sdt-dev" >&2; exit 2; }
done
[ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >program.c <<'END'
#include <sys/sdt.h>
int counter = 5;
int main(int argc, char **argv)
{
    DTRACE_PROBE2(demo, count, counter, argc);
    return 0;
}
END
gcc --version | head -1
gdb --version | head -1
for flags in -O0 -O2 '-O2 -DSTAP_SDT_ARG_CONSTRAINT=nr'; do
    echo "$flags"
    gcc $flags program.c -o program
    readelf -n program | sed -n 's/^ *Arguments: //p'
    gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break -probe-stap demo:count' -ex run \
        -ex 'print $_probe_argc' -ex 'print $_probe_arg0' -ex 'print $_probe_arg1' ./program 2>&1 </dev/null |
        grep -E '^\$|parse|Invalid' || true
done | tee seen
diff - seen <<'END'
-O0
-4@%eax -4@-4(%rbp)
$1 = 2
$2 = 5
$3 = 1
-O2
-4@counter(%rip) -4@%edi
Cannot parse expression `counter(%rip) -4@%edi'.
Invalid probe argument 0 -- probe has 0 arguments available
Invalid probe argument 1 -- probe has 0 arguments available
-O2 -DSTAP_SDT_ARG_CONSTRAINT=nr
-4@%eax -4@%edi
$1 = 2
$2 = 5
$3 = 1
END
