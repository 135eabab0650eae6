#!/usr/bin/env bash
# babeltrace2 rounds the times of a clock that does not count nanoseconds: microseconds since 1970 are off by up to
# 128 ns, and events 100 ns apart may get the same time.
#
# Tool: babeltrace2 2.0.4 (apt-get install babeltrace2, Debian 12).
# Expected: each value of a 1 MHz or 10 MHz clock is a whole number of nanoseconds, and babeltrace2 shows that number.
# Seen: babeltrace2 converts values to nanoseconds in floating point (value * 1e9 / freq), which near 1.8e18 has steps
#   of 256 ns. 216580 us becomes .216580096 s, a microsecond is 1.024 us or 0.768 us long, and four events at 10 MHz
#   have only two times. The same times are exact with most of the value in the clock's `offset`, or at 1 GHz.
# Why it matters: a writer that keeps a log's microseconds loses precision, and readers merge and pair events by times
#   that are equal or wrong. It has to write nanoseconds, or use an offset.
set -euo pipefail
command -v babeltrace2 >/dev/null || { echo "needs Debian's package babeltrace2" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

number=0
times() { # FREQUENCY OFFSET VALUE...: the times that babeltrace2 shows for these clock values
    local trace
    number=$((number + 1))
    trace=$folder/trace$number
    mkdir "$trace"
    cat >"$trace/metadata" <<END
/* CTF 1.8 */
trace { major = 1; minor = 8; byte_order = le; };
clock { name = c; freq = $1; offset = $2; };
stream { event.header := struct { integer { size = 64; align = 8; map = clock.c.value; } timestamp; }; };
event { name = "e"; fields := struct { integer { size = 8; align = 8; } n; }; };
END
    echo "freq $1, offset $2:"
    shift 2
    python3 -c 'import struct, sys
for value in sys.argv[1:]: sys.stdout.buffer.write(struct.pack("<QB", int(value), 0))' "$@" >"$trace/stream"
    babeltrace2 --clock-seconds --no-delta "$trace" | sed 's/^\[\([0-9.]*\)\].*/  \1/'
}
babeltrace2 --version | head -1
{
    times 1000000000 0 1795953635216580000 1795953635216581000
    times 1000000 0 1795953635216580 1795953635216581 1795953635216582
    times 1000000 1795953635000000 216580 216581 216582
    times 10000000 0 17959536352165800 17959536352165801 17959536352165802 17959536352165803
} | tee "$folder/seen"
diff - "$folder/seen" <<'END'
freq 1000000000, offset 0:
  1795953635.216580000
  1795953635.216581000
freq 1000000, offset 0:
  1795953635.216580096
  1795953635.216581120
  1795953635.216581888
freq 1000000, offset 1795953635000000:
  1795953635.216580000
  1795953635.216581000
  1795953635.216582000
freq 10000000, offset 0:
  1795953635.216580096
  1795953635.216580096
  1795953635.216580096
  1795953635.216580352
END
