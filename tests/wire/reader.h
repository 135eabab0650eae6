/* The host's trace functions for the events of conftest.py. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define V(value) ((uint64_t)(value))

void reader_event(int id, unsigned count, ...);
void reader_text(int id, const char *text, const char *suffix, uint64_t a, uint64_t b);

static inline void trace_toy_start(void) { reader_event(0, 0); }
static inline void trace_toy_finish(int status) { reader_event(1, 1, V(status)); }
static inline void trace_toy_limits(int64_t low, int64_t high) { reader_event(3, 2, V(low), V(high)); }
static inline void trace_toy_bytes(int8_t low, uint8_t high, bool on, int c)
{
    reader_event(4, 4, V(low), V(high), V(on), V(c));
}
static inline void trace_toy_bus(uint16_t port, uint32_t value, int32_t change, uint64_t address)
{
    reader_event(5, 4, V(port), V(value), V(change), address);
}
static inline void trace_toy_text(const char *name, uint64_t at, uint64_t p) { reader_text(6, name, ".", at, p); }
static inline void trace_toy_eight(int a, int b, int c, int d, int e, int f, int g, int h)
{
    reader_event(7, 8, V(a), V(b), V(c), V(d), V(e), V(f), V(g), V(h));
}
