#!/usr/bin/env bash
# One type that dtrace(1) cannot read lets a probe's name start another provider: exit status 0, a header
# that does not compile.
#
# Tool: /usr/bin/dtrace of systemtap-sdt-dev 4.8 with python3-pyparsing (Debian 12).
# Expected: `long long int` is an integer type of C and D; or an error and an exit status.
# Seen: its grammar takes at most one word before a type's last one. It warns of a syntax error and reads the file
#   again line by line; there, every line with the letters "provider" names a provider, so that of three probes of
#   `demo` one is gone and one belongs to the provider "provider_add(int". Exit status 0.
# Why it matters: a build breaks far from the declaration that did it, and only where some name holds "provider".
set -euo pipefail
command -v dtrace >/dev/null || { echo "needs Debian's packages systemtap-sdt-dev, python3-pyparsing" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

provider() { # TYPE
    printf 'provider demo {\nprobe pool_size(%s size);\nprobe provider_add(int id);\nprobe next_one(int a);\n};\n' "$1"
}
for type in 'long long' 'int64_t' 'long long int'; do
    provider "$type" >probes.d
    status=0
    dtrace -h -s probes.d -o probes.h >said 2>&1 || status=$?
    warned=$(grep -c 'syntax error' said || true)
    printf '%s: exit %s, %s warning(s), providers and probes:' "$type" "$status" "$warned"
    sed -n 's/^DTRACE_PROBE[0-9]* (\([^,]*, [^,]*\),.*/ \1;/p' probes.h | tr -d '\n'
    echo
done | tee out
diff - out <<'END'
long long: exit 0, 1 warning(s), providers and probes: demo, pool_size; provider_add(int, next_one;
int64_t: exit 0, 0 warning(s), providers and probes: demo, pool_size; demo, provider_add; demo, next_one;
long long int: exit 0, 1 warning(s), providers and probes: demo, pool_size; provider_add(int, next_one;
END
