/* SPDX-License-Identifier: 0BSD */
/* The first serial port of a PC, a 16550. */
#include "tesc_guest.h"

#define UART 0x3f8
#define LINE_STATUS (UART + 5)
#define TRANSMITTER_EMPTY 0x20

static void out(uint16_t port, unsigned char value)
{
    __asm__ __volatile__("outb %0, %1" : : "a"(value), "Nd"(port));
}

static unsigned char in(uint16_t port)
{
    unsigned char value;

    __asm__ __volatile__("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void tesc_guest_putc(unsigned char byte)
{
    while ((in(LINE_STATUS) & TRANSMITTER_EMPTY) == 0) {
    }
    out(UART, byte);
}
