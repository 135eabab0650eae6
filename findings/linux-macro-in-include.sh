#!/usr/bin/env bash
# If a macro names a header, gcc on Linux may look for another one: for 1/types.h instead of linux/types.h.
#
# Tools: gcc 12.2.0 and clang 14.0.6 of Debian 12; both are tried if installed.
# Expected: `#define TYPES_H <linux/types.h>` and `#include TYPES_H` includes <linux/types.h>.
# Seen: in the compilers' default mode (gnu11, gnu17; Linux itself is built with gnu11), `linux` is a macro with the
#   value 1. The tokens after #include are macro-expanded (C11 6.10.2 paragraph 4), so the compiler looks for
#   <1/types.h>. With -std=c11, with -Ulinux, or with the name in quotes it finds the header: a string literal is a
#   single token.
# Why it matters: code that lets a project name a header by a macro, as trace headers do (TRACE_INCLUDE in Linux, a
#   firmware's header of types), works everywhere except in the kernel, and the error names a file that nobody wrote.
set -euo pipefail
tried=0
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    tried=1
    "$compiler" --version | head -n 1
    folder=$(mktemp -d)
    mkdir -p "$folder/linux"
    echo 'typedef int found_it;' >"$folder/linux/types.h"
    says() { # FLAGS -- NAME: whether the compiler finds a header that a macro names
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
