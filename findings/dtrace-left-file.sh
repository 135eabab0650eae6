#!/usr/bin/env bash
# After a dtrace -G that was terminated, or one with -k, each later one for that file waits ten seconds and fails.
#
# Tool: dtrace(1) of SystemTap 4.8 (apt-get install --no-install-recommends systemtap-sdt-dev python3-pyparsing gcc;
#   Debian 12).
# Expected: -k keeps the generated C and header for a look, and what a terminated dtrace leaves is of no importance; the
#   next run replaces the files, or picks other names.
# Seen: their names are a hash of the names of input and output, so that builds are reproducible, and a file of that
#   name counts as another dtrace at work. With what -k or SIGTERM left, dtrace tries a hundred times, every 0.1 s, and
#   ends with an exception, status 1, and no output. After -k another name for the output does not help, since the
#   header's name depends on the input only. -h is not affected.
# Why it matters: a build of QEMU that is terminated at the wrong moment cannot be continued: the message names a
#   temporary file that cannot be created, and in that folder `ls` shows none, as its name begins with a dot.
set -euo pipefail
for tool in /usr/bin/dtrace gcc; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages systemtap-sdt-dev, python3-pyparsing and gcc" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dpkg-query --show systemtap-sdt-dev 2>/dev/null || true
printf 'provider lamp {\n    probe on(int level);\n};\n' >lamp.d

run() { # WHAT OPTION...: the exit status, whether it took seconds, the output, how many files are left, the error
    local what=$1 status=0 began=$SECONDS took=at-once
    shift
    rm -f lamp.o other.o lamp.h
    dtrace "$@" -s lamp.d >said 2>&1 || status=$?
    [ $((SECONDS - began)) -lt 8 ] || took=ten-seconds
    echo "$what: status $status, $took, output [$(echo *.[oh])], $(find . -name '.dtrace-temp.*' | wc -l) left," \
        "$(grep -o '^Exception: [a-z ]*[a-z]' said || echo no error)"
}
shopt -s nullglob
{
    run "first" -G -o lamp.o
    run "with -k" -k -G -o lamp.o
    run "again" -G -o lamp.o
    run "other output" -G -o other.o
    run "header" -h -o lamp.h
    rm .dtrace-temp.*
    run "removed" -G -o lamp.o
    # A compiler that is still at work when the build is terminated.
    printf '#!/bin/sh\nsleep 2\n' >slow
    chmod +x slow
    CC=./slow dtrace -G -o lamp.o -s lamp.d >said 2>&1 &
    sleep 1
    kill -TERM $!
    wait $! || true
    run "after SIGTERM" -G -o lamp.o
} | tee seen
diff - seen <<'END'
first: status 0, at-once, output [lamp.o], 0 left, no error
with -k: status 0, at-once, output [lamp.o], 2 left, no error
again: status 1, ten-seconds, output [], 2 left, Exception: cannot create temporary file
other output: status 1, ten-seconds, output [], 2 left, Exception: cannot create temporary file
header: status 0, at-once, output [lamp.h], 2 left, no error
removed: status 0, at-once, output [lamp.o], 0 left, no error
after SIGTERM: status 1, ten-seconds, output [], 1 left, Exception: cannot create temporary file
END
