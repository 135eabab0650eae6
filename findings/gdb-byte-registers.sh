#!/usr/bin/env bash
# gdb cannot read an SDT probe's arguments if gcc has put a byte argument into one of the registers r8 to r15.
#
# Tools: gcc 12.2 and gdb 13.1 of Debian 12, sys/sdt.h of systemtap-sdt-dev 4.8 (apt-get install gcc gdb
# systemtap-sdt-dev), x86-64.
# Expected: $_probe_arg0 is the value that was passed, whichever register holds it.
# Seen: gcc's name for the low byte in the note's operand is `-1@%r8b`; gdb knows it only as `r8l`, and stops reading
#   the probe's arguments: "Invalid register name `r8b'". It can read the operand of an int, `-4@%r8d`.
# Why it matters: with a constraint that keeps arguments in registers (STAP_SDT_ARG_CONSTRAINT=nr, the cure for
#   arguments that are globals), an event with several arguments, one of them a byte, is lost. tesc widens bytes to int.
set -euo pipefail
for tool in gcc gdb readelf; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, binutils, gdb, systemtap-sdt-dev" >&2; exit 2; }
done
[ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >program.c <<'END'
#include <sys/sdt.h>
int main(void)
{
    register signed char byte asm("r8") = -3;
    register int word asm("r9") = -4;

    asm volatile("" : "+r"(byte), "+r"(word));
    DTRACE_PROBE1(demo, byte, byte);
    asm volatile("" : "+r"(byte), "+r"(word));
    DTRACE_PROBE1(demo, word, word);
    return 0;
}
END
gcc -O2 -DSTAP_SDT_ARG_CONSTRAINT=nr program.c -o program
gcc --version | head -1
gdb --version | head -1

readelf -n program | sed -n 's/^ *\(Name\|Arguments\): */\1 /p' >notes
gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break -probe-stap demo:byte' -ex 'break -probe-stap demo:word' \
    -ex run -ex 'print $_probe_arg0' -ex continue -ex 'print $_probe_arg0' ./program >out 2>&1 </dev/null || true
grep -E '^\$|Invalid register' out | sort >values
cat notes values

diff - notes <<'END'
Name byte
Arguments -1@%r8b
Name word
Arguments -4@%r9d
END
diff - values <<'END'
$1 = -4
Invalid register name `r8b' on expression `%r8b'.
END
