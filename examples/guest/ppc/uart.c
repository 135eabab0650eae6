/* SPDX-License-Identifier: 0BSD */
/* The first serial port of a PowerPC 440EP, a 16550. */
#include "tesc_guest.h"

#define UART ((volatile unsigned char *)0xef600300)
#define LINE_STATUS 5
#define TRANSMITTER_EMPTY 0x20

void tesc_guest_putc(unsigned char byte)
{
    while ((UART[LINE_STATUS] & TRANSMITTER_EMPTY) == 0) {
    }
    UART[0] = byte;
}
