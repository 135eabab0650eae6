/* SPDX-License-Identifier: 0BSD */
/* The firmware traces every kind of event, does some work, then halts. */
#include "tour.h"
#include "trace.h"

void firmware(void);

void firmware(void)
{
    uint32_t i;

    trace_start();
    tour();
    trace_banner("lamp 1.0");
    for (i = 0; i < 100; i++) {
        trace_read(2048 + 8 * i, 8);
    }
    trace_finish(-1);
}
