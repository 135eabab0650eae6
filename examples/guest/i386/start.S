/* SPDX-License-Identifier: 0BSD */
/* A multiboot kernel's first instructions: from the loader's 32-bit mode to C. */
        .set MAGIC, 0x1badb002
        .set FLAGS, 0

        .section .multiboot, "a"
        .align 4
        .long MAGIC, FLAGS, -(MAGIC + FLAGS)

        .text
        .globl _start
_start:
        cli
        mov $stack_top, %esp
        call firmware
1:      hlt
        jmp 1b

        .bss
        .align 16
stack:  .skip 16384
stack_top:

        .section .note.GNU-stack, "", @progbits
