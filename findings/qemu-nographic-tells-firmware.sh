#!/usr/bin/env bash
# QEMU's -nographic is more than -display none with a serial port: it tells the firmware, which moves its console.
#
# Tools: qemu-system-ppc 7.2 and openbios-ppc 1.1 of Debian 12 (apt-get install qemu-system-ppc openbios-ppc).
# Expected: according to the manual, -nographic is short for -display none and a serial port on the terminal, so
#   OpenBIOS's prompt answers on that port either way.
# Seen: with -display none, OpenBIOS uses the screen, which nobody sees. Without a screen (-vga none), it prints its
#   prompt on the serial port, but still reads only the ADB keyboard: typing has no effect. -nographic also sets an item
#   of fw_cfg (FW_CFG_NOGRAPHIC); only then does OpenBIOS read the port.
# Why it matters: to give the second serial port to a trace, one writes out what -nographic stands for. The firmware
#   then looks hung, and never does what it does while its console is idle, such as reading which events the host wants.
set -euo pipefail
command -v qemu-system-ppc >/dev/null && [ -e /usr/share/qemu/openbios-ppc ] ||
    { echo "needs Debian's packages qemu-system-ppc, openbios-ppc" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
qemu-system-ppc --version | head -1

# Type a calculation again and again, and print what came back through the serial port.
try() {
    local name=$1; shift
    { for _ in $(seq 20); do printf '6 7 * u.\r'; sleep 1; done; } 2>/dev/null |
        timeout 25 qemu-system-ppc -M g3beige -prom-env 'auto-boot?=false' -monitor none -net none \
            -serial stdio "$@" >"$name" 2>/dev/null || true
    echo "$name: prompt $(grep -qa '^0 > ' "$name" && echo yes || echo no)," \
        "answer $(grep -qa '2a  ok' "$name" && echo yes || echo no)"
}
{
    try nographic -nographic
    try no-display -display none
    try no-screen -display none -vga none
} | tee seen
diff - seen <<'END'
nographic: prompt yes, answer yes
no-display: prompt no, answer no
no-screen: prompt yes, answer no
END
