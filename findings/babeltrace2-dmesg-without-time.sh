#!/usr/bin/env bash
# One line without a time ends babeltrace2's reading of dmesg's text; as the first line it removes all times.
#
# Tool: babeltrace2 2.0.4 (apt-get install babeltrace2, Debian 12), its component source.text.dmesg.
# Expected: it reads what dmesg(1) prints; its manual page wants the lines that have a time to be sorted, so that there
#   may be others. The second line of a message of several lines, which dmesg indents and gives no time, has the time
#   of the line before, or none.
# Seen: the first line decides for all. If it has a time, a line without one is at 0 seconds; that is before the line
#   above, so the reading fails there, and everything below is lost. If the first line has none, there is no clock, and
#   the times of all other lines are cut off their text and thrown away, with status 0. Lines of `dmesg --raw` and
#   `dmesg --decode`, in which something precedes the time, keep it as text only.
# Why it matters: the kernel's log is merged with a trace by time, and one message of several lines in it loses the
#   rest, or all times if `dmesg | tail` cuts it in two. `dmesg --force-prefix` gives each line its time.
set -euo pipefail
command -v babeltrace2 >/dev/null || { echo "needs Debian's package babeltrace2" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
read_log() { # NAME LINE...: what babeltrace2 makes of these lines
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
