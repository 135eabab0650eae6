#!/usr/bin/env bash
# A header's name that comes from a macro is not the name that was written: on Linux gcc makes 1/types.h of it.
#
# Tools: gcc 12.2.0 and clang 14.0.6 of Debian 12; both are tried if they are there.
# Expected: `#define TYPES_H <linux/types.h>` and `#include TYPES_H` includes <linux/types.h>.
# Seen: with the compilers' own default (gnu11, gnu17; Linux itself is built by gnu11) `linux` is a macro of the
#   value 1, and since the tokens after #include are expanded (C11 6.10.2 paragraph 4), the file that is looked
#   for is <1/types.h>. With -std=c11, with -Ulinux, or with the name in quotes it is found: string literals are
#   one token.
# Why it matters: code that lets a project name its header by a macro, as trace headers do (TRACE_INCLUDE in
#   Linux, a types header of a firmware), works everywhere but in the kernel, and the error names a file that
#   nobody wrote.
set -euo pipefail
tried=0
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    tried=1
    "$compiler" --version | head -n 1
    folder=$(mktemp -d)
    mkdir -p "$folder/linux"
    echo 'typedef int found_it;' >"$folder/linux/types.h"
    says() { # FLAGS -- NAME: whether a header that a macro names is found
        local flags=() name
        while [ "$1" != -- ]; do flags+=("$1"); shift; done
        name=$2
        if printf '#define TYPES_H %s\n#include TYPES_H\nfound_it x;\n' "$name" |
            "$compiler" -nostdinc -I"$folder" "${flags[@]}" -fsyntax-only -x c - 2>"$folder/said"; then
            echo found
        else
            sed -nE "s/.*fatal error: '?([^' ]*)'?(:| file).*/\1/p" "$folder/said" | head -n 1
        fi
    }
    got="$(says -std=gnu11 -- '<linux/types.h>') $(says -std=gnu11 -- '"linux/types.h"') "
    got+="$(says -std=c11 -- '<linux/types.h>') $(says -std=gnu11 -Ulinux -- '<linux/types.h>')"
    rm -rf "$folder"
    echo "gnu11 <>, gnu11 quotes, c11 <>, gnu11 -Ulinux <>: $got"
    [ "$got" = "1/types.h found found found" ] || { echo "this has changed" >&2; exit 1; }
done
[ "$tried" = 1 ] || { echo "needs Debian's package gcc or clang" >&2; exit 2; }
