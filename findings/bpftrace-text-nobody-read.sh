#!/usr/bin/env bash
# bpftrace's str() of a probe's argument is empty, without an error, if the program has not read that text yet.
#
# Tool: bpftrace 0.17.0 and sys/sdt.h (apt-get install --no-install-recommends bpftrace systemtap-sdt-dev gcc;
#   Debian 12), as root, on a kernel that lets uprobes attach. Seen with Linux 6.18.
# Expected: a probe that gets the address of a string constant shows that text: gdb does, at the same probe.
# Seen: "[]" when nothing in the process has read the constant, "[hello]" when the program prints it first. The
#   constant's page is mapped from the file only when the program reads it, and a probe in the kernel must not wait
#   for that; the failed read becomes an empty text, with exit status 0 and no message.
# Why it matters: a tracepoint's literal is often read by nobody but the tracer. Its text is then missing in one run
#   and there in the next, depending on which pages neighbouring code happened to read.
set -euo pipefail
for program in bpftrace gcc gdb; do
    command -v "$program" >/dev/null || { echo "needs Debian's package $program" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "bpftrace has to run as root" >&2; exit 2; }
bpftrace --version

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/lamp.c" <<'END'
#include <stdio.h>
#include <sys/sdt.h>

/* Far from what the program reads at its start. */
static const struct {
    char before[1 << 19], text[6], after[1 << 19];
} far = {{1}, "hello", {1}};

int main(int count, char **words)
{
    (void)words;
    if (count > 1)
        puts(far.text);
    STAP_PROBE1(lamp, on, far.text);
    return 0;
}
END
gcc -O1 -o "$folder/lamp" "$folder/lamp.c"
traced() { # WHAT COMMAND
    bpftrace -q -e "usdt:$folder/lamp:lamp:on { printf(\"[%s]\\n\", str(arg0)); }" -c "$2" >"$folder/out" 2>/dev/null
    echo "$1: $(grep -o '\[.*\]' "$folder/out")"
}
{
    traced "not read" "$folder/lamp"
    traced "printed first" "$folder/lamp now"
    shown=$(gdb -nx -batch -iex 'set debuginfod enabled off' -ex 'break -probe-stap lamp:on' -ex run \
        -ex 'printf "[%s]\n", (char *)$_probe_arg0' "$folder/lamp" 2>&1 | grep -o '^\[[a-z]*\]$')
    echo "not read, gdb: $shown"
} | tee "$folder/seen"
diff - "$folder/seen" <<'END'
not read: []
printed first: [hello]
not read, gdb: [hello]
END
