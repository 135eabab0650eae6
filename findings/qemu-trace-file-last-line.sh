#!/usr/bin/env bash
# QEMU cuts the last letter off the last line of a -trace events=FILE that does not end with a newline.
#
# Tool: qemu-system-i386 7.2 (apt-get install --no-install-recommends qemu-system-x86, Debian 12). Read, not run:
#   10.2.50 has the same lines.
# Expected: a last line without a newline counts like any other, as it does in trace-events files.
# Seen: the last character is dropped as if it were the newline. `pci_cfg_*` becomes a name that no event has (a
#   warning shows it without its star), and `-pci_cfg_read`, which takes an event out again, leaves it on. Twelve
#   events of QEMU 10.2.50 become the name of another one, which is traced instead, without a warning:
#   usb_xhci_irq_msix turns on usb_xhci_irq_msi, visit_type_int8 turns on visit_type_int.
# Why it matters: printf, templates and list joins write such files, and an event that seems never to happen was
#   never turned on.
set -euo pipefail
command -v qemu-system-i386 >/dev/null || { echo "needs Debian's package qemu-system-x86" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
qemu-system-i386 --version | head -1

# The events that a file turns on, as a machine without anything in it lists them, and how many warnings there are.
try() {
    printf "$1" >events
    printf '%s\n' 'info trace-events' quit |
        timeout 60 qemu-system-i386 -M none -nodefaults -display none -monitor stdio -trace events=events -D log \
            >said 2>warned
    echo "$1: $(tr -d '\r' <said | sed -n 's/^\([a-z0-9_]*\) : state 1$/\1/p' | sort | paste -sd ' ')," \
        "warnings: $(grep -c 'does not exist' warned || true)"
}
{
    try 'usb_xhci_irq_msix\n'
    try 'usb_xhci_irq_msix'
    try 'pci_cfg_read\npci_cfg_write'
    try 'pci_cfg_*'
    try 'pci_cfg_*\n-pci_cfg_read\n'
    try 'pci_cfg_*\n-pci_cfg_read'
} | tee seen
diff - seen <<'END'
usb_xhci_irq_msix\n: usb_xhci_irq_msix, warnings: 0
usb_xhci_irq_msix: usb_xhci_irq_msi, warnings: 0
pci_cfg_read\npci_cfg_write: pci_cfg_read, warnings: 1
pci_cfg_*: , warnings: 1
pci_cfg_*\n-pci_cfg_read\n: pci_cfg_write, warnings: 0
pci_cfg_*\n-pci_cfg_read: pci_cfg_read pci_cfg_write, warnings: 1
END
