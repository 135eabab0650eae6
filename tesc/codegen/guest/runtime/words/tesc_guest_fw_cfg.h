/* SPDX-License-Identifier: 0BSD */
/* What both kinds of the fw_cfg transport have in common. */
#ifndef TESC_GUEST_FW_CFG_H
#define TESC_GUEST_FW_CFG_H

/*
 * The fw_cfg register layout: a selector of 16 bits and a data register of 8 bits. PCs have them at the
 * I/O ports 0x510 and 0x511; other boards map them into memory, where the selector is big-endian.
 *
 * Words go to entry 0 of the device's write channel (0x4000), which is eight bytes long: the host gets a
 * word when its last byte is written. Selecting the entry starts a word, and is done before each.
 *
 * QEMU has had no fw_cfg writes since version 2.4: this needs an older or a patched device. With
 * a stock QEMU of today, send by the debug console.
 */
#ifndef TESC_GUEST_FW_CFG_KEY
#define TESC_GUEST_FW_CFG_KEY 0x4000
#endif

#endif /* TESC_GUEST_FW_CFG_H */
