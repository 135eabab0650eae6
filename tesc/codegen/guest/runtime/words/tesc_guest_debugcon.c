/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: QEMU's debug console (`-debugcon file:guest.trace`, a port that takes bytes). Nothing
 * else may be written to that port, since records have no marks at which a reader could start anew.
 */
#include "tesc_guest.h"
#include "tesc_guest_ports.h"

#ifndef TESC_GUEST_DEBUGCON_PORT
#define TESC_GUEST_DEBUGCON_PORT 0xe9
#endif

bool tesc_guest_send(const unsigned char record[TESC_GUEST_RECORD_BYTES])
{
    unsigned i;

    for (i = 0; i < TESC_GUEST_RECORD_BYTES; i++) {
        TESC_GUEST_OUTB(TESC_GUEST_DEBUGCON_PORT, record[i]);
    }
    return true;
}
