/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: the fw_cfg device in memory, as SPARC, ARM and others have it. Records are lost until
 * tesc_guest_fw_cfg_at() has said where its registers are in the guest's own address space.
 */
#include "tesc_guest.h"
#include "tesc_guest_fw_cfg.h"

/* A machine that needs barriers or another address space defines both. */
#if !defined(TESC_GUEST_STORE8) || !defined(TESC_GUEST_STORE16)
#undef TESC_GUEST_STORE8
#undef TESC_GUEST_STORE16
#define TESC_GUEST_STORE8(address, value) (*(volatile uint8_t *)(address) = (value))
#define TESC_GUEST_STORE16(address, value) (*(volatile uint16_t *)(address) = (value))
#endif

static volatile void *selector_register;
static volatile void *data_register;

void tesc_guest_fw_cfg_at(volatile void *selector, volatile void *data)
{
    selector_register = selector;
    data_register = data;
}

/* The selector is big-endian whatever the guest is; ports differ in that. */
static uint16_t big_endian(uint16_t value)
{
    union {
        unsigned char bytes[2];
        uint16_t stored;
    } word;

    word.bytes[0] = (unsigned char)(value >> 8);
    word.bytes[1] = (unsigned char)value;
    return word.stored;
}

bool tesc_guest_send(const unsigned char record[TESC_GUEST_RECORD_BYTES])
{
    unsigned i;

    if (selector_register == NULL || data_register == NULL) {
        return false;
    }
    for (i = 0; i < TESC_GUEST_RECORD_BYTES; i++) {
        if (i % 8 == 0) {
            TESC_GUEST_STORE16(selector_register, big_endian(TESC_GUEST_FW_CFG_KEY));
        }
        TESC_GUEST_STORE8(data_register, record[i]);
    }
    return true;
}
