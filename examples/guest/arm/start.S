/* SPDX-License-Identifier: 0BSD */
        .section .start, "ax"
        .globl _start
_start:
        ldr     sp, =stack_top
        bl      firmware
1:      b       1b

        .bss
        .align 4
stack:  .skip 16384
stack_top:

        .section .note.GNU-stack, "", %progbits
