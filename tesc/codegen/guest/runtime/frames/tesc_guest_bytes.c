/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: tesc_guest_putc(), a function of yours that sends a byte and waits until it can. Any UART
 * will do that takes all values of a byte. A 16550 that is not asked before each byte whether it is
 * ready loses some in QEMU too.
 */
#include "tesc_guest.h"

bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    for (; size > 0; size--) {
        tesc_guest_putc(*frame++);
    }
    return true;
}
