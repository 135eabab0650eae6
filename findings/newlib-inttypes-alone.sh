#!/usr/bin/env bash
# With newlib's <inttypes.h> and gcc, PRIdMAX and PRIx64 depend on what was included before.
#
# Tools: gcc-arm-none-eabi 12.2.1 and libnewlib-dev 3.3.0 of Debian 12
#   (apt-get install --no-install-recommends gcc-arm-none-eabi libnewlib-dev).
# Expected: <inttypes.h> brings all that it needs (C11 7.8 paragraph 1: it includes <stdint.h>), so that PRIdMAX
#   prints an intmax_t, which has 64 bits, and PRIx64 is defined.
# Seen: it finds gcc's own <stdint.h>, which lacks newlib's __int64_t_defined. Included by itself it defines no
#   PRIx64 and none other of 64 bits, and PRIdMAX is "d": printf takes 32 bits of the 64, and what follows is
#   read from the wrong place. After <stdio.h> the same header has PRIx64 and a PRIdMAX of "lld".
# Why it matters: firmware prints its events by these macros, and the first include of a file decides what they are.
set -euo pipefail
command -v arm-none-eabi-gcc >/dev/null && [ -e /usr/include/newlib/inttypes.h ] || {
    echo "needs Debian's packages gcc-arm-none-eabi and libnewlib-dev" >&2
    exit 2
}
arm-none-eabi-gcc --version | head -n 1

macros() { # HEADER...: what the two macros are after these includes, without quotes
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
