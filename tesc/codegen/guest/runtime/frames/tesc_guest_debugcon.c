/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: QEMU's debug console (-device isa-debugcon,iobase=0xe9,chardev=...), a port that takes
 * bytes and never makes us wait. Firmware of PCs writes its own text to port 0x402: take another one.
 * A machine with another way to its ports defines TESC_GUEST_OUTSB(port, bytes, size).
 */
#include "tesc_guest.h"

#ifndef TESC_GUEST_DEBUGCON_PORT
#define TESC_GUEST_DEBUGCON_PORT 0xe9
#endif

#ifndef TESC_GUEST_OUTSB
#if !defined(__i386__) && !defined(__x86_64__)
#error "define TESC_GUEST_OUTSB(port, bytes, size) for this machine"
#endif

/* One instruction for the whole frame, so one exit where the processor is emulated by another one. */
static inline void outsb(uint16_t port, const unsigned char *bytes, size_t size)
{
    __asm__ __volatile__("cld; rep outsb" : "+S"(bytes), "+c"(size) : "d"(port) : "memory", "cc");
}

#define TESC_GUEST_OUTSB(port, bytes, size) outsb((port), (bytes), (size))
#endif

bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    TESC_GUEST_OUTSB(TESC_GUEST_DEBUGCON_PORT, frame, size);
    return true;
}
