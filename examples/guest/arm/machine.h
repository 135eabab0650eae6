/* SPDX-License-Identifier: 0BSD */
/* QEMU's virt with a Cortex-A15: the clock is the generic timer, and a register has its frequency. */
#include <stdint.h>

static inline uint64_t virtual_count(void)
{
    uint32_t low, high;

    __asm__ __volatile__("mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint32_t virtual_frequency(void)
{
    uint32_t hertz;

    __asm__ __volatile__("mrc p15, 0, %0, c14, c0, 0" : "=r"(hertz));
    return hertz;
}

#define TESC_GUEST_NAME "lamp-arm"
#define TESC_GUEST_CLOCK() virtual_count()
#define TESC_GUEST_CLOCK_HZ virtual_frequency()
