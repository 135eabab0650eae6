"""The firmware that the tests of frames build: events of all types, its C files, a clock, the machines."""

from __future__ import annotations

EVENTS = """\
nothing(void) "nothing"
narrow(char a, signed char b, unsigned char c, short d, unsigned short e, bool f) "%c %d %u %d %u %d"
ints(int a, unsigned b, const int c, unsigned int d) "%d %u %d %u"
disable off(int a, const char *b, uint64_t c) "%d %s %" PRIu64
longs(long a, unsigned long b, long long c, unsigned long long d, long int e) "%ld %lu %lld %llu %ld"
fixed(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f) "%d %u %d %u %d %u"
sixty_four(int64_t a, uint64_t b) "%" PRId64 " %" PRIu64
sizes(size_t a, ssize_t b, ptrdiff_t c, intptr_t d, uintptr_t e) "%zu %zd %td %" PRIdPTR " %" PRIuPTR
include "sub/trace-events" prefix sub_
pointers(void *a, const char *b, char **c, const void * const_d, uint64_t *e) "%p %p %p %p %p"
names(int tesc_guest_event, int tesc_guest_1, int NULL, int TRACE_OFF, int unix) "%d %d %d %d %d"
"""
SUB = """\
text(const char *a, int b, char *c) "%s %d %s"
eight(int a, int b, int c, int d, int e, int f, int g, uint64_t h) "%d %d %d %d %d %d %d %" PRIu64
"""

# Compiler, its package, its flags; what runs its programs, and the package of that.
MACHINES = {
    "x86_64": ("gcc", "gcc", ["-m64"], None),
    "i386": ("gcc", "gcc-multilib", ["-m32"], None),
    "clang": ("clang", "clang", [], None),
    "big-endian": (
        "powerpc-linux-gnu-gcc",
        "gcc-powerpc-linux-gnu, with libc6-dev-powerpc-cross",
        ["-static"],
        ("qemu-ppc", "qemu-user"),
    ),
}
SOURCES = ["trace.c", "tesc_guest.c", "tesc_guest_frames.c", "tesc_guest_function.c"]
# A configuration that sets all there is to set.
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
