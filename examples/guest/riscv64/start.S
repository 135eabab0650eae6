/* SPDX-License-Identifier: 0BSD */
        .section .start, "ax"
        .globl _start
_start:
        la      sp, stack_top
        call    firmware
1:      j       1b

        .bss
        .align 4
stack:  .skip 16384
stack_top:

        .section .note.GNU-stack, "", @progbits
