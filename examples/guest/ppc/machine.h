/* SPDX-License-Identifier: 0BSD */
/* QEMU's bamboo, a PowerPC 440 at 400 MHz: the time base counts its cycles. */
#include <stdint.h>

static inline uint64_t time_base(void)
{
    uint32_t high, low, again;

    do {
        __asm__ __volatile__("mftbu %0; mftb %1; mftbu %2" : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

#define TESC_GUEST_NAME "lamp-ppc"
#define TESC_GUEST_CLOCK() time_base()
#define TESC_GUEST_CLOCK_HZ 400000000
