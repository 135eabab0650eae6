#!/usr/bin/env bash
# uftrace keeps four SDT probes between two function records and drops the others; its patterns are regular expressions.
#
# Tool: uftrace 0.13 and sys/sdt.h (apt-get install --no-install-recommends uftrace systemtap-sdt-dev gcc; Debian 12).
# Expected: `uftrace record -E 'lamp:*'` records each time that one of the program's seven probes is reached, ten
#   times in all, or says that events were lost.
# Seen: with `lamp:.` only seven come: three before a call, four of seven after it, always the first ones.
#   Neither record nor replay nor `uftrace info` mentions the rest. `lamp:*` records nothing, also without a
#   word: the name after the colon is a regular expression, for which `*` is not one and `b*` is any name. With
#   `--match glob` it is what a shell user expects, and the four remain. Arguments of probes are not recorded.
# Why it matters: a loop that fires a probe per packet or per poll without calling a traced function looks as if it
#   ran four times at most.
set -euo pipefail
for program in uftrace gcc; do
    command -v "$program" >/dev/null || { echo "needs Debian's package $program" >&2; exit 2; }
done
uftrace --version | sed 's/ (.*//'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/lamp.c" <<'END'
#include <sys/sdt.h>

volatile int level;

__attribute__((noinline)) void step(void) { level++; }

int main(void)
{
    level++; STAP_PROBE1(lamp, a, level);
    level++; STAP_PROBE1(lamp, b, level);
    level++; STAP_PROBE1(lamp, c, level);
    step();
    level++; STAP_PROBE1(lamp, d, level);
    level++; STAP_PROBE1(lamp, e, level);
    level++; STAP_PROBE1(lamp, f, level);
    for (int turn = 0; turn < 4; turn++) {
        level++; STAP_PROBE1(lamp, g, level);
    }
    return 0;
}
END
gcc -pg -O1 -o "$folder/lamp" "$folder/lamp.c"
recorded() { # WHAT OPTION...
    local what=$1
    shift
    rm -rf "$folder/data"
    uftrace record "$@" -d "$folder/data" "$folder/lamp" >"$folder/said" 2>&1
    uftrace replay -d "$folder/data" >>"$folder/said" 2>&1
    uftrace info -d "$folder/data" >>"$folder/said" 2>&1
    echo "$what: $(grep -oE 'lamp:[a-g]|step\(\)' "$folder/said" | tr '\n' ' ')lost: $(grep -ci lost "$folder/said")"
}
{
    recorded "regular expression" -E 'lamp:.'
    recorded "last ones only" -E 'lamp:[fg]'
    recorded "star" -E 'lamp:*'
    recorded "glob" --match glob -E 'lamp:*'
} | tee "$folder/seen"
diff - "$folder/seen" <<'END'
regular expression: lamp:a lamp:b lamp:c step() lamp:d lamp:e lamp:f lamp:g lost: 0
last ones only: step() lamp:f lamp:g lamp:g lamp:g lost: 0
star: step() lost: 0
glob: lamp:a lamp:b lamp:c step() lamp:d lamp:e lamp:f lamp:g lost: 0
END
