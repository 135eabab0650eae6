#!/usr/bin/env bash
# In bpftrace's printf, `%%x` consumes an argument: with a letter after it, an escaped percent sign is a conversion.
#
# Tool: bpftrace 0.17.0 (apt-get install --no-install-recommends bpftrace; Debian 12; 0.23.2 of Debian 13 does the
#   same), as root. The scripts are only checked (-d), nothing is attached.
# Expected: `%%` prints a percent sign and takes no argument, whatever follows, as in C, awk and the shell.
# Seen: `100%% %d` with one argument is accepted, `%%x %d` and `%d of %%x` are refused: "Not enough arguments for
#   format string (1 supplied, 2 expected)". With another argument for the `%%x` they are accepted.
# Why it matters: a format with "%%d" that C's printf accepts, such as a tracepoint's, is refused, or accepted only
#   with one argument too many. `%s` with "%" prints the sign in all versions.
set -euo pipefail
command -v bpftrace >/dev/null || { echo "needs Debian's package bpftrace" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "bpftrace has to run as root" >&2; exit 2; }
bpftrace --version

checked() { # ARGUMENTS OF PRINTF: whether bpftrace accepts them
    if bpftrace -d -e "BEGIN { printf($1); }" >"$folder/out" 2>&1; then
        echo "accepted: $1"
    else
        echo "refused: $1: $(grep -o '([0-9] supplied, [0-9] expected)' "$folder/out")"
    fi
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for arguments in '"100%% %d\n", 1' '"%%x %d\n", 1' '"%d of %%x\n", 1' '"%%x %d\n", 1, 2' '"%sx %d\n", "%", 1'; do
    checked "$arguments"
done | tee "$folder/seen"
diff - "$folder/seen" <<'END'
accepted: "100%% %d\n", 1
refused: "%%x %d\n", 1: (1 supplied, 2 expected)
refused: "%d of %%x\n", 1: (1 supplied, 2 expected)
accepted: "%%x %d\n", 1, 2
accepted: "%sx %d\n", "%", 1
END
