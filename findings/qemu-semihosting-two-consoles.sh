#!/usr/bin/env bash
# QEMU's semihosting has two consoles: the file ":tt" is always the terminal, even with -semihosting-config chardev=.
#
# Tools: qemu-system-riscv64 7.2 and gcc 12 of Debian 12 (apt-get install qemu-system-misc gcc-riscv64-linux-gnu);
#   seen with QEMU 10.2.50 too.
# Expected: ":tt" is semihosting's name for the console (SYS_OPEN, SYS_WRITE). What a guest writes to it goes where
#   -semihosting-config chardev=ID sends what the manual calls "the semihosting console".
# Seen: only the calls without a file (SYS_WRITEC, SYS_WRITE0) write to the character device. ":tt" is QEMU's own
#   standard output.
# Why it matters: a guest that sends a frame with one SYS_WRITE, instead of a call per byte, sends it to the terminal;
#   the character device gets nothing, without any message.
set -euo pipefail
command -v qemu-system-riscv64 >/dev/null && command -v riscv64-linux-gnu-gcc >/dev/null ||
    { echo "needs Debian's packages qemu-system-misc, gcc-riscv64-linux-gnu" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
qemu-system-riscv64 --version | head -1

cat >guest.S <<'END'
.macro semihost number, block
    la a1, \block
    li a0, \number
    .balign 16
    .option push
    .option norvc
    slli x0, x0, 0x1f
    ebreak
    srai x0, x0, 7
    .option pop
.endm
.globl _start
_start:
    semihost 1, open        # SYS_OPEN
    la a1, write
    sd a0, 0(a1)
    semihost 5, write       # SYS_WRITE
    semihost 3, byte        # SYS_WRITEC
    semihost 4, text        # SYS_WRITE0
    semihost 0x18, stop     # SYS_EXIT
1:  j 1b
.balign 8
open: .dword name, 5, 3     # "wb"
write: .dword 0, file, 13
stop: .dword 0x20026, 0
name: .asciz ":tt"
file: .ascii "a file's text"
byte: .ascii "b"
text: .asciz "ytes"
END
riscv64-linux-gnu-gcc -nostdlib -static -no-pie -march=rv64imac -mabi=lp64 -Wl,-Ttext=0x80000000,--build-id=none \
    -Wl,-N,--no-warn-rwx-segments guest.S -o guest
timeout 60 qemu-system-riscv64 -M virt -bios none -kernel guest -nodefaults -display none \
    -chardev file,id=console,path=device -semihosting-config enable=on,chardev=console >terminal
{
    echo "terminal: $(cat terminal)"
    echo "character device: $(cat device)"
} | tee seen
diff - seen <<'END'
terminal: a file's text
character device: bytes
END
