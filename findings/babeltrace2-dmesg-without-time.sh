#!/usr/bin/env bash
# A single line without a time makes babeltrace2 stop reading dmesg's output; as the first line, it removes all times.
#
# Tool: babeltrace2 2.0.4 (apt-get install babeltrace2, Debian 12), its component source.text.dmesg.
# Expected: it reads what dmesg(1) prints. Its manual page requires the lines that have a time to be sorted, so lines
#   without one are allowed. dmesg indents the second line of a multi-line message and prints no time; such a line gets
#   the time of the line before, or none.
# Seen: the first line decides for all lines. If it has a time, a line without one is at 0 seconds; that is earlier than
#   the line above, so reading fails there, and everything below is lost. If the first line has no time, there is no
#   clock, and the times of all other lines are removed from their text and discarded, with exit status 0. Lines of
#   `dmesg --raw` and `dmesg --decode`, which have something before the time, keep the time only as text.
# Why it matters: to merge the kernel's log with a trace, its times are needed. One multi-line message loses the rest of
#   the log, or all times if `dmesg | tail` starts in the middle of it. `dmesg --force-prefix` gives each line a time.
set -euo pipefail
command -v babeltrace2 >/dev/null || { echo "needs Debian's package babeltrace2" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
read_log() { # NAME LINE...: what babeltrace2 reads from these lines
    local status=0
    echo "$1:"
    shift
    printf '%s\n' "$@" >"$folder/log"
    babeltrace2 --component=log:source.text.dmesg --params="path=\"$folder/log\"" --clock-seconds --no-delta \
        >"$folder/events" 2>"$folder/errors" || status=$?
    sed 's/^/  /' "$folder/events"
    grep -o 'ts=0, last-returned-ts=[0-9]*' "$folder/errors" | sed 's/^/  /;q' || true
    echo "  exit $status"
}
babeltrace2 --version | head -1
{
    read_log 'a time in each line' '[   12.345678] Registers:' '[   12.345678]  pc 0' '[   13.000000] next'
    read_log 'none in the second' '[   12.345678] Registers:' '                pc 0' '[   13.000000] next'
    read_log 'none in the first' '                pc 0' '[   13.000000] next' '[   14.000000] last'
    read_log 'of dmesg --raw' '<6>[   13.000000] next' '<6>[   14.000000] last'
    read_log 'of dmesg --decode' 'kern  :info  : [   13.000000] next' 'kern  :info  : [   14.000000] last'
} | tee "$folder/seen"
diff - "$folder/seen" <<'END'
a time in each line:
  [12.345678000] string: { str = "Registers:" }
  [12.345678000] string: { str = " pc 0" }
  [13.000000000] string: { str = "next" }
  exit 0
none in the second:
  [12.345678000] string: { str = "Registers:" }
  ts=0, last-returned-ts=12345678000
  exit 1
none in the first:
  string: { str = "                pc 0" }
  string: { str = "next" }
  string: { str = "last" }
  exit 0
of dmesg --raw:
  string: { str = "<6>[   13.000000] next" }
  string: { str = "<6>[   14.000000] last" }
  exit 0
of dmesg --decode:
  string: { str = "kern  :info  : [   13.000000] next" }
  string: { str = "kern  :info  : [   14.000000] last" }
  exit 0
END
