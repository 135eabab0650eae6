/* SPDX-License-Identifier: 0BSD */
/* The serial port of QEMU's virt, a 16550. */
#include "tesc_guest.h"

#define UART ((volatile unsigned char *)0x10000000)
#define LINE_STATUS 5
#define TRANSMITTER_EMPTY 0x20

void tesc_guest_putc(unsigned char byte)
{
    while ((UART[LINE_STATUS] & TRANSMITTER_EMPTY) == 0) {
    }
    UART[0] = byte;
}
