"""The firmware for the tests of frames: events of all types, C files, a clock."""

from __future__ import annotations

from tests.codegen.guest.number_events import NUMBERS

EVENTS = f"""\
{NUMBERS}include "sub/trace-events" prefix sub_
pointers(void *a, const char *b, char **c, const void * const_d, uint64_t *e) "%p %p %p %p %p"
names(int tesc_guest_event, int tesc_guest_1, int NULL, int TRACE_OFF, int unix) "%d %d %d %d %d"
"""
SUB = """\
text(const char *a, int b, char *c) "%s %d %s"
eight(int a, int b, int c, int d, int e, int f, int g, uint64_t h) "%d %d %d %d %d %d %d %" PRIu64
"""

SOURCES = ["trace.c", "tesc_guest.c", "tesc_guest_frames.c", "tesc_guest_function.c"]
# A configuration that sets everything.
CLOCK = """\
#include <stdint.h>
static inline uint64_t ticks(void)
{
    static uint64_t now = 10000000000u;
    return now += 300000000;
}
#define TESC_GUEST_CLOCK() ticks()
#define TESC_GUEST_CLOCK_HZ 1000000000
#define TESC_GUEST_SOURCE() 2
#define TESC_GUEST_NAME "toy"
#define TESC_GUEST_LOCK(flags) ((void)((flags) = 1))
#define TESC_GUEST_UNLOCK(flags) ((void)(flags))
"""
