#!/usr/bin/env bash
# QEMU's -trace takes one event: of `enable=A,enable=B`, or of `A,enable=B`, only B is traced.
#
# Tool: qemu-system-i386 7.2 (apt-get install --no-install-recommends qemu-system-x86, Debian 12). Read, not run:
#   10.2.50 looks the option up in the same way.
# Expected: -trace may be repeated and its events add up, so that `enable=`, its only key that names an event, may be
#   repeated as well: `-trace enable=A,enable=B` is `-trace A -trace B`. A second one that counted for nothing would be
#   an error.
# Seen: the last enable= wins, also over a name without a key. There is no warning, and the exit status is 0.
# Why it matters: whoever shortens three -trace options to one gets a trace in which two kinds of events never happen,
#   and concludes that the code was never reached. With a pattern, or a file (`events=`), one option names several.
set -euo pipefail
command -v qemu-system-i386 >/dev/null || { echo "needs Debian's package qemu-system-x86" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
qemu-system-i386 --version | head -1

# A machine without anything in it only says which events are on.
try() {
    local on
    on=$(printf '%s\n' 'info trace-events pci_cfg_*' quit |
        timeout 60 qemu-system-i386 -M none -nodefaults -display none -monitor stdio "$@" -D "$folder/log" 2>&1 |
        tr -d '\r' | sed -n 's/^\(pci_cfg_[a-z]*\) : state 1$/\1/p' | sort | paste -sd ' ')
    echo "$*: ${on:-none}"
}
{
    try -trace pci_cfg_read -trace pci_cfg_write
    try -trace enable=pci_cfg_read,enable=pci_cfg_write
    try -trace pci_cfg_write,enable=pci_cfg_read
    try -trace 'pci_cfg_*'
} | tee "$folder/seen"
diff - "$folder/seen" <<'END'
-trace pci_cfg_read -trace pci_cfg_write: pci_cfg_read pci_cfg_write
-trace enable=pci_cfg_read,enable=pci_cfg_write: pci_cfg_write
-trace pci_cfg_write,enable=pci_cfg_read: pci_cfg_read
-trace pci_cfg_*: pci_cfg_read pci_cfg_write
END
