#!/usr/bin/env bash
# An LTTng filter is false for each event that lacks one of its fields, also where the part before `||` is true.
#
# Tools: lttng-tools 2.13.9 and LTTng-UST 2.13.5, babeltrace2 2.0.4, gcc 12.2 (apt-get install --no-install-recommends
#   gcc liblttng-ust-dev lttng-tools babeltrace2; Debian 12). No kernel module, no privileges.
# Expected: with one filter for a pattern of events, `level > 0 || name == "x"` is true for an event without `name`
#   whose level is 1, as `||` does not look at its right side then; and `!(name == "x")` is true for it, too.
# Seen: neither records anything of an event that lacks `name`. The manual's sentence, that the expression is false if
#   a field does not exist, is about the whole filter: it is not linked into such an event, and never evaluated.
# Why it matters: a filter meant to add events to a selection, "slow ones, or those of this device", silently
#   removes all events of the pattern that have no such parameter. It takes an event rule for each kind of event.
set -euo pipefail
for tool in gcc lttng lttng-sessiond babeltrace2; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, liblttng-ust-dev, lttng-tools, babeltrace2" >&2; exit 2; }
done
folder=$(mktemp -d)
daemon=
trap '[ -z "$daemon" ] || kill "$daemon"; wait; rm -rf "$folder"' EXIT
cd "$folder"

cat >lamp.h <<'END'
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER lamp_or
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./lamp.h"
#if !defined(LAMP_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define LAMP_H
#include <lttng/tracepoint.h>
LTTNG_UST_TRACEPOINT_EVENT(lamp_or, bare, LTTNG_UST_TP_ARGS(int, level),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, level, level)))
LTTNG_UST_TRACEPOINT_EVENT(lamp_or, named, LTTNG_UST_TP_ARGS(int, level, const char *, name),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, level, level) lttng_ust_field_string(name, name)))
#endif
#include <lttng/tracepoint-event.h>
END
cat >lamp.c <<'END'
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lamp.h"
int main(void)
{
    for (int level = 0; level < 2; level++) {
        lttng_ust_tracepoint(lamp_or, bare, level);
        lttng_ust_tracepoint(lamp_or, named, level, "x");
        lttng_ust_tracepoint(lamp_or, named, level, "y");
    }
    return 0;
}
END
gcc -I. lamp.c -o lamp -llttng-ust -ldl
lttng --version | head -1

export LTTNG_HOME=$folder LTTNG_UST_REGISTER_TIMEOUT=-1
# For root there is one daemon per machine: if one is running, use it.
if ! lttng list >/dev/null 2>&1; then
    lttng-sessiond --no-kernel --pidfile="$folder/pid" >/dev/null 2>&1 &
    daemon=$!
    for _ in $(seq 100); do ! lttng list >/dev/null 2>&1 || break; sleep 0.1; done
fi

number=0
passing() { # FILTER: a line with the filter and the events that pass it
    number=$((number + 1))
    local session=lamp-$$-$number
    lttng -q create "$session" --output="$folder/trace$number"
    lttng -q enable-event -s "$session" -u 'lamp_or:*' --filter "$1"
    lttng -q start "$session"
    ./lamp
    lttng -q stop "$session"
    lttng -q destroy "$session"
    echo "$1:" $(babeltrace2 "$folder/trace$number" 2>/dev/null |
        sed -E 's/.*lamp_or:([a-z]+): .*level = ([0-9])(, name = "(.)")?.*/\1(\2\4)/')
}
for filter in 'level >= 0' 'level > 0' 'level > 0 || name == "x"' 'name == "x" || level > 0' '!(name == "x")' \
    'level > 0 || $ctx.nothing == 1'; do passing "$filter"; done | tee seen
diff - seen <<'END'
level >= 0: bare(0) named(0x) named(0y) bare(1) named(1x) named(1y)
level > 0: bare(1) named(1x) named(1y)
level > 0 || name == "x": named(0x) named(1x) named(1y)
name == "x" || level > 0: named(0x) named(1x) named(1y)
!(name == "x"): named(0y) named(1y)
level > 0 || $ctx.nothing == 1:
END
