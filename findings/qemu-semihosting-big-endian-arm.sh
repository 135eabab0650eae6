#!/usr/bin/env bash
# QEMU reads the arguments of a big-endian ARM's semihosting call as little-endian numbers.
#
# Tool: qemu-system-arm 7.2 (apt-get install qemu-system-arm gcc-arm-linux-gnueabi, Debian 12); the macros of
#   include/semihosting/uaccess.h in 10.2 also swap according to the target, not the processor's state.
# Expected: the three words of SYS_OPEN (a name's address, the mode, the name's length) have the byte order in which
#   the processor runs, like all its data: a program that opens a file works in either order.
# Seen: the big-endian program cannot open a file, and only gets -1. It can if it swaps the bytes of its words. The
#   little-endian program, from the same source, works as it is.
# Why it matters: firmware that works on real hardware loses its output on QEMU, or the other way round.
set -euo pipefail
for tool in qemu-system-arm arm-linux-gnueabi-gcc; do
    command -v $tool >/dev/null || { echo "needs $tool" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.c <<'END'
typedef unsigned word;
static word call(word what, const word *about)
{
    register word r0 __asm__("r0") = what;
    register const word *r1 __asm__("r1") = about;
    __asm__ volatile("svc #0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
    return r0;
}
void start(void);
void __attribute__((section(".start"), naked)) start(void)
{
    __asm__ volatile("ldr sp, =0x40200000\n bl firmware\n");
}
void firmware(void);
void firmware(void)
{
    word open[3] = { (word) "as-it-is", 5, 8 };
    word turned[3] = { __builtin_bswap32((word) "turned.."), __builtin_bswap32(5), __builtin_bswap32(8) };
    static const word done = 0x20026;
    call(1, open);
    call(1, turned);
    call(0x18, (const word *)done);
    for (;;) {
    }
}
END
qemu-system-arm --version | head -1
run() {
    rm -f as-it-is turned..
    arm-linux-gnueabi-gcc -mcpu=cortex-a15 -marm -mfloat-abi=soft -ffreestanding -nostdlib -static -O1 -w \
        "$@" -Wl,-Ttext=0x40100000,-e,start,--build-id=none main.c -o firmware
    timeout 20 qemu-system-arm -machine virt -cpu cortex-a15 -display none -nodefaults \
        -semihosting-config enable=on,target=native -kernel firmware || true
    ls | grep -E 'as-it-is|turned' | tr '\n' ' '
}
little=$(run)
big=$(run -mbig-endian -Wl,--be8)
echo "little-endian: $little"
echo "big-endian: $big"
[ "$little" = "as-it-is " ] && [ "$big" = "turned.. " ]
