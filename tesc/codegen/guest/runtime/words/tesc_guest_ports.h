/* SPDX-License-Identifier: 0BSD */
/*
 * Output to I/O ports, for the transports that need it. A machine with a way of its own defines
 * both macros, for example by the compiler's -include FILE; here is what x86 does.
 */
#ifndef TESC_GUEST_PORTS_H
#define TESC_GUEST_PORTS_H

#include <stdint.h>

#if !defined(TESC_GUEST_OUTB) || !defined(TESC_GUEST_OUTW)
#if !defined(__i386__) && !defined(__x86_64__)
#error "define TESC_GUEST_OUTB(port, value) and TESC_GUEST_OUTW(port, value) for this machine"
#endif

static inline void tesc_guest_outb(uint16_t port, uint8_t value)
{
    __asm__ __volatile__("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void tesc_guest_outw(uint16_t port, uint16_t value)
{
    __asm__ __volatile__("outw %0, %1" : : "a"(value), "Nd"(port));
}

#undef TESC_GUEST_OUTB
#undef TESC_GUEST_OUTW
#define TESC_GUEST_OUTB(port, value) tesc_guest_outb((port), (value))
#define TESC_GUEST_OUTW(port, value) tesc_guest_outw((port), (value))
#endif

#endif /* TESC_GUEST_PORTS_H */
