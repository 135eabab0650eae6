/* SPDX-License-Identifier: 0BSD */
/* The serial port of QEMU's virt, a PL011. */
#include "tesc_guest.h"

#define UART 0x09000000u
#define DATA (*(volatile uint32_t *)UART)
#define FLAGS (*(volatile uint32_t *)(UART + 0x18))
#define TRANSMITTER_FULL 0x20u

void tesc_guest_putc(unsigned char byte)
{
    while ((FLAGS & TRANSMITTER_FULL) != 0) {
    }
    DATA = byte;
}
