/* SPDX-License-Identifier: 0BSD */
#include "tour.h"

#include "trace.h"

/* Addresses that a test knows beforehand; they are never dereferenced. */
#define ADDRESS(number) ((void *)(uintptr_t)(number))

void tour(void)
{
    trace_minus(-2);
    trace_heartbeat(1);
    trace_limits(INT64_MIN, INT64_MAX);
    trace_bytes(-128, 255, true);
    trace_bus(0x3f8, 0xffffffff, -1, UINT64_C(0x123456789abcdef0));
    trace_frame(ADDRESS(0xfffffff0), ADDRESS(0x7c00), UINT64_C(0x8000000000000001), -7, false);
    trace_six(-1, INT64_C(-5000000000), UINT64_C(18446744073709551615), 4000000000, -32768, ADDRESS(0xb8000));

    /* The table has it off; switch it on by pattern, for one call. */
    trace_quiet();
    tesc_guest_set_state("q?i*t", true);
    trace_quiet();
    tesc_guest_set_state("quiet", false);
    trace_quiet();
}
