#!/usr/bin/env bash
# An LTTng filter compares an unsigned 64-bit field as a signed one: kernel addresses are below zero.
#
# Tools: lttng-tools 2.13.9 and LTTng-UST 2.13.5, babeltrace2 2.0.4, gcc 12.2 (apt-get install --no-install-recommends
#   gcc liblttng-ust-dev lttng-tools babeltrace2; Debian 12). No kernel module, no privileges.
# Expected: for a field declared uint64_t, `addr > 0` is true for every value except 0, and `addr < 0` for none.
# Seen: 0xffff888000001000 passes `addr < 0`, but neither `addr > 0` nor `addr >= 4096`, although the field is unsigned
#   in the trace. `addr != 0` is right. Also, a filter on a field that no event has is accepted with exit status 0: its
#   session records nothing.
# Why it matters: a filter for "all addresses above 4 KiB" loses the upper half of the address space, where the kernel
#   is, and this looks as if the events had never happened.
set -euo pipefail
for tool in gcc lttng lttng-sessiond babeltrace2; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, liblttng-ust-dev, lttng-tools, babeltrace2" >&2; exit 2; }
done
folder=$(mktemp -d)
daemon=
trap '[ -z "$daemon" ] || kill "$daemon"; wait; rm -rf "$folder"' EXIT
cd "$folder"

cat >demo.h <<'END'
#undef TRACEPOINT_PROVIDER
#define TRACEPOINT_PROVIDER demo_filter
#undef TRACEPOINT_INCLUDE
#define TRACEPOINT_INCLUDE "./demo.h"
#if !defined(DEMO_H) || defined(TRACEPOINT_HEADER_MULTI_READ)
#define DEMO_H
#include <lttng/tracepoint.h>
#include <stdint.h>
TRACEPOINT_EVENT(demo_filter, at, TP_ARGS(uint64_t, addr), TP_FIELDS(ctf_integer_hex(uint64_t, addr, addr)))
#endif
#include <lttng/tracepoint-event.h>
END
cat >demo.c <<'END'
#define TRACEPOINT_CREATE_PROBES
#define TRACEPOINT_DEFINE
#include "demo.h"
int main(void)
{
    tracepoint(demo_filter, at, UINT64_C(0x1000));
    tracepoint(demo_filter, at, UINT64_C(0x7fffffffffffffff));
    tracepoint(demo_filter, at, UINT64_C(0xffff888000001000));
    return 0;
}
END
gcc -I. demo.c -o demo -llttng-ust -ldl
lttng --version | head -1

export LTTNG_HOME=$folder LTTNG_UST_REGISTER_TIMEOUT=-1
# For root there is one daemon per machine: if one is running, use it.
if ! lttng list >/dev/null 2>&1; then
    lttng-sessiond --no-kernel --pidfile="$folder/pid" >/dev/null 2>&1 &
    daemon=$!
    for _ in $(seq 100); do ! lttng list >/dev/null 2>&1 || break; sleep 0.1; done
fi

number=0
filtered() { # FILTER: a line with the filter and the addresses that pass it
    number=$((number + 1))
    local session=demo-$$-$number
    lttng -q create "$session" --output="$folder/trace$number"
    lttng -q enable-event -s "$session" -u demo_filter:at --filter "$1"
    lttng -q start "$session"
    ./demo
    lttng -q stop "$session"
    lttng -q destroy "$session"
    echo "$1:" $(babeltrace2 "$folder/trace$number" 2>/dev/null | grep -o 'addr = 0x[0-9A-F]*' | cut -d' ' -f3)
}
for filter in 'addr != 0' 'addr > 0' 'addr >= 4096' 'addr < 0' 'adr > 0'; do filtered "$filter"; done | tee seen
diff - seen <<'END'
addr != 0: 0x1000 0x7FFFFFFFFFFFFFFF 0xFFFF888000001000
addr > 0: 0x1000 0x7FFFFFFFFFFFFFFF
addr >= 4096: 0x1000 0x7FFFFFFFFFFFFFFF
addr < 0: 0xFFFF888000001000
adr > 0:
END
