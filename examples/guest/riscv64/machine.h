/* SPDX-License-Identifier: 0BSD */
/* QEMU's virt: its timer counts at 10 MHz. */
#include <stdint.h>

static inline uint64_t real_time(void)
{
    uint64_t ticks;

    __asm__ __volatile__("csrr %0, time" : "=r"(ticks));
    return ticks;
}

#define TESC_GUEST_NAME "lamp-riscv64"
#define TESC_GUEST_CLOCK() real_time()
#define TESC_GUEST_CLOCK_HZ 10000000
#define TESC_GUEST_SOURCE() 0
