#!/usr/bin/env bash
# If lld or mold links a program with --gc-sections, the program keeps its SDT notes, but gdb sees no probe.
#
# Tools: gcc 12.2, binutils 2.40, lld 14, mold 1.10, gdb 13.1, sys/sdt.h of systemtap-sdt-dev 4.8 (apt-get install
# gcc binutils lld mold gdb systemtap-sdt-dev; Debian 12), x86-64.
# Expected: gdb sees the probe whichever linker made the program, or the linker removes its note as well.
# Seen: readelf shows the note in all of the programs. lld and mold remove the section .stapsdt.base, to which only the
#   notes refer; gdb computes addresses from it, so it lists no probe. GNU ld keeps the section.
# Why it matters: rustc always passes --gc-sections, and since 1.90 rustup's rustc links with lld by default on x86-64
#   Linux: gdb does not see a Rust program's probes, although readelf shows them. `-C link-arg=-fuse-ld=bfd` brings
#   them back. (Debian's own rustc-web 1.96 links with GNU ld.)
set -euo pipefail
for tool in gcc ld.bfd ld.lld mold gdb readelf; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, lld, mold, gdb, systemtap-sdt-dev" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >program.c <<'END'
#include <sys/sdt.h>
int main(int argc, char **argv)
{
    (void)argv;
    DTRACE_PROBE1(demo, started, argc);
    return 0;
}
END
ld.lld --version
mold --version
gdb --version | head -1
for linker in bfd lld mold; do
    for option in --no-gc-sections --gc-sections; do
        gcc -O2 "-fuse-ld=$linker" "-Wl,$option" program.c -o program
        notes=$(readelf -n program | grep -c 'Name: started' || true)
        base=$(readelf -SW program | grep -c 'stapsdt\.base' || true)
        seen=$(gdb -nx -batch -ex 'info probes stap demo' ./program 2>/dev/null </dev/null | grep -c started || true)
        echo "$linker $option: $notes note, $base base section, $seen probe in gdb"
    done
done | tee out
diff - out <<'END'
bfd --no-gc-sections: 1 note, 1 base section, 1 probe in gdb
bfd --gc-sections: 1 note, 1 base section, 1 probe in gdb
lld --no-gc-sections: 1 note, 1 base section, 1 probe in gdb
lld --gc-sections: 1 note, 0 base section, 0 probe in gdb
mold --no-gc-sections: 1 note, 1 base section, 1 probe in gdb
mold --gc-sections: 1 note, 0 base section, 0 probe in gdb
END
