/* SPDX-License-Identifier: 0BSD */
/* QEMU enters here, with all memory identity-mapped. */
        .section .start, "ax"
        .globl _start
_start:
        lis     1, stack_top@h
        ori     1, 1, stack_top@l
        li      0, 0
        stwu    0, -16(1)
        bl      firmware
1:      b       1b

        .bss
        .align 4
stack:  .skip 16384
stack_top:

        .section .note.GNU-stack, "", @progbits
