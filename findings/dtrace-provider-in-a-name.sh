#!/usr/bin/env bash
# After a type that dtrace(1) cannot parse, a probe whose name contains "provider" starts a new provider. The exit
# status is 0, and the header does not compile.
#
# Tool: /usr/bin/dtrace of systemtap-sdt-dev 4.8 with python3-pyparsing (Debian 12).
# Expected: dtrace accepts `long long` and `long long int`, an integer type of C and D, or fails with an error.
# Seen: in its grammar a type is one word, which `struct`, `unsigned` or `const` may precede. It warns of a syntax error
#   and reads the file again line by line; then every line that contains "provider" starts a provider. Of the three
#   probes of `demo`, one is gone and one belongs to the provider "provider_add(int". The exit status is 0.
# Why it matters: the build fails far from the declaration that caused it, and only if some name contains "provider".
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
