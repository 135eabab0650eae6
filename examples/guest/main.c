/* SPDX-License-Identifier: 0BSD */
/* The firmware: trace all there is, then end the machine. */
#include "tour.h"
#include "trace.h"

/* QEMU's isa-debug-exit ends with the exit status 2 * value + 1. */
#define EXIT_PORT 0xf4

void firmware(void);

void firmware(void)
{
    trace_start();
    tour();
    trace_finish(-1);
    __asm__ __volatile__("outl %0, %1" : : "a"(UINT32_C(16)), "Nd"((uint16_t)EXIT_PORT));
}
