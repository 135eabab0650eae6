"""Events with arguments of every numeric type that guests may trace."""

from __future__ import annotations

NUMBERS = """\
nothing(void) "nothing"
narrow(char a, signed char b, unsigned char c, short d, unsigned short e, bool f) "%c %d %u %d %u %d"
ints(int a, unsigned b, const int c, unsigned int d) "%d %u %d %u"
disable off(int a, const char *b, uint64_t c) "%d %s %" PRIu64
longs(long a, unsigned long b, long long c, unsigned long long d, long int e) "%ld %lu %lld %llu %ld"
fixed(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f) "%d %u %d %u %d %u"
sixty_four(int64_t a, uint64_t b) "%" PRId64 " %" PRIu64
sizes(size_t a, ssize_t b, ptrdiff_t c, intptr_t d, uintptr_t e) "%zu %zd %td %" PRIdPTR " %" PRIuPTR
"""
