/* SPDX-License-Identifier: 0BSD */
/* Transport: the fw_cfg device behind I/O ports, as PCs have it. */
#include "tesc_guest.h"
#include "tesc_guest_fw_cfg.h"
#include "tesc_guest_ports.h"

/* The selector, 16 bits; the data port is the one behind its first byte. */
#ifndef TESC_GUEST_FW_CFG_PORT
#define TESC_GUEST_FW_CFG_PORT 0x510
#endif

bool tesc_guest_send(const unsigned char record[TESC_GUEST_RECORD_BYTES])
{
    unsigned i;

    for (i = 0; i < TESC_GUEST_RECORD_BYTES; i++) {
        if (i % 8 == 0) {
            TESC_GUEST_OUTW(TESC_GUEST_FW_CFG_PORT, TESC_GUEST_FW_CFG_KEY);
        }
        TESC_GUEST_OUTB(TESC_GUEST_FW_CFG_PORT + 1, record[i]);
    }
    return true;
}
