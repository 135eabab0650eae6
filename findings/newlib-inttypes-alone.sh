#!/usr/bin/env bash
# With newlib's <inttypes.h> and gcc, PRIdMAX and PRIx64 depend on the headers included before.
#
# Tools: gcc-arm-none-eabi 12.2.1 and libnewlib-dev 3.3.0 of Debian 12
#   (apt-get install --no-install-recommends gcc-arm-none-eabi libnewlib-dev).
# Expected: <inttypes.h> includes everything that it needs (C11 7.8 paragraph 1: it includes <stdint.h>), so PRIdMAX
#   prints an intmax_t, which has 64 bits, and PRIx64 is defined.
# Seen: it includes gcc's own <stdint.h>, which lacks newlib's __int64_t_defined. If nothing else is included before
#   it, neither PRIx64 nor any other 64-bit macro is defined, and PRIdMAX is "d": printf reads 32 of the 64 bits, and
#   the next arguments from the wrong place. After <stdio.h>, the same header defines PRIx64, and PRIdMAX as "lld".
# Why it matters: firmware prints its events with these macros, and a file's first include decides what they are.
set -euo pipefail
command -v arm-none-eabi-gcc >/dev/null && [ -e /usr/include/newlib/inttypes.h ] || {
    echo "needs Debian's packages gcc-arm-none-eabi and libnewlib-dev" >&2
    exit 2
}
arm-none-eabi-gcc --version | head -n 1

macros() { # HEADER...: the values of the two macros after these includes, without quotes
    {
        printf '#include <%s>\n' "$@"
        printf '@ PRIdMAX , PRIx64\n'
    } | arm-none-eabi-gcc -E -P -x c - | sed -n 's/^@ //p' | tr -d '" '
}
alone=$(macros inttypes.h)
after=$(macros stdio.h inttypes.h)
echo "<inttypes.h> alone:      $alone"
echo "<stdio.h>, <inttypes.h>: $after"
[ "$alone" = d,PRIx64 ] && [ "$after" = lld,llx ] || { echo "this has changed" >&2; exit 1; }
printf '#include <inttypes.h>\n_Static_assert(sizeof(intmax_t) == 8, "");\n' | arm-none-eabi-gcc -fsyntax-only -x c -
