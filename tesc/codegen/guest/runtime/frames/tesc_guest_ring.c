/* SPDX-License-Identifier: 0BSD */
/*
 * Events into a ring in memory, which the host reads: no access of a device, no exit to the hypervisor.
 * Each CPU that traces has its own ring (TESC_GUEST_SOURCE() says which CPU runs), and nothing of it is
 * locked: an interrupt that traces while an event is written finds its own place. Threads that share a
 * ring need TESC_GUEST_LOCK(). docs/reference/guest-wire.md of tesc has every byte of the ring.
 */
#include "tesc_guest.h"

#ifndef TESC_GUEST_RINGS
#define TESC_GUEST_RINGS 1
#endif
#ifndef TESC_GUEST_SOURCE
#define TESC_GUEST_SOURCE() 0u
#endif
/* What is stored before this is seen before what is stored after it. */
#ifndef TESC_GUEST_BARRIER
#if defined(__arm__) && (!defined(__ARM_ARCH) || __ARM_ARCH < 7)
#define TESC_GUEST_BARRIER() __asm__ __volatile__("" : : : "memory")
#else
#define TESC_GUEST_BARRIER() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif
#endif
#ifdef TESC_GUEST_CLOCK
#define HEAD_WORDS 2u
#else
#define HEAD_WORDS 1u
#endif

#define HEADER_BYTES 256u
#define VERSION_BYTES 128u
/* The clock's rate where there is a clock, but nobody knows it: no clock has this one. */
#define UNKNOWN_RATE (~(uint64_t)0)
#define MARK 0xe7000000u
#define MOST_WORDS 255u
/* No event has more: tesc declares none that a frame could not hold. */
#define MOST_TEXTS 21u

/* Eight bytes, as two numbers or as one. */
union cell {
    uint64_t whole;
    uint32_t half[2];
    unsigned char bytes[8];
};

/* What the host finds: QEMU's header of a debug log, little-endian, then our own, in our byte order. */
struct ring {
    union cell magic[2], header_size, size, lock, head, tail, truncated;
    char version[VERSION_BYTES];
    uint64_t order, hash, frequency;
    volatile uint64_t events, dropped;
    uint64_t boots, cpu;
    volatile uint64_t written;
    union cell data[];
};

/* What only the CPU itself uses; the bytes written wrap. */
struct state {
    struct ring *ring;
    uint32_t mask; /* of cells */
    volatile uint32_t next; /* cells written */
    volatile uint32_t floor; /* where the outermost event that is being written begins */
    volatile uint32_t depth; /* how many are being written, each interrupted by the next */
    volatile bool reserving;
    char apart[64]; /* no two CPUs write to one line of a cache */
};

uint32_t tesc_guest_lost;

static struct state states[TESC_GUEST_RINGS];

/* What the macros name is the firmware's: no variable of ours may have such a name. */
static unsigned event_source(void)
{
    return (unsigned)TESC_GUEST_SOURCE();
}

#ifdef TESC_GUEST_CLOCK
static uint64_t read_clock(void)
{
    return TESC_GUEST_CLOCK();
}
#endif

static void put_little_endian(union cell *cell, uint32_t value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    cell->whole = value;
#else
    unsigned i;

    for (i = 0; i < 8; i++) {
        cell->bytes[i] = (unsigned char)value;
        value >>= 8;
    }
#endif
}

static char *put_text_of(char *to, const char *text)
{
    while (*text != '\0') {
        *to++ = *text++;
    }
    return to;
}

static char *put_hexadecimal(char *to, uint32_t value)
{
    unsigned i;

    for (i = 0; i < 8; i++) {
        *to++ = "0123456789abcdef"[value >> 28];
        value <<= 4;
    }
    return to;
}

static void put_version(struct ring *ring, unsigned cpu)
{
    char *to = ring->version;
    unsigned i;

    for (i = 0; i < VERSION_BYTES; i++) {
        to[i] = '\0';
    }
    to = put_text_of(to, "tesc-guest-ring 1 hash=");
    to = put_hexadecimal(to, tesc_guest_hash[1]);
    to = put_hexadecimal(to, tesc_guest_hash[0]);
    to = put_text_of(to, " cpu=");
    to = put_hexadecimal(to, cpu);
    to = put_text_of(to, " boot=");
    to = put_hexadecimal(to, (uint32_t)ring->boots);
    to = put_text_of(to, " hz=");
    to = put_hexadecimal(to, (uint32_t)(ring->frequency >> 32));
    put_hexadecimal(to, (uint32_t)ring->frequency);
}

bool tesc_guest_ring_at(unsigned cpu, void *memory, size_t size)
{
    static const char magic[] = "ovmfmdg1ovmfmdg2";
    struct ring *ring = (struct ring *)memory;
    bool old = true;
    uint32_t bytes;
    uint32_t i;

    if (cpu >= TESC_GUEST_RINGS || size < HEADER_BYTES + 1024 || ((uintptr_t)memory & 4095) != 0) {
        return false;
    }
    for (bytes = 1024; bytes < 0x20000000u && bytes * 2 <= size - HEADER_BYTES; bytes *= 2) {
    }
    for (i = 0; i < 16; i++) {
        old = old && ring->magic[i / 8].bytes[i % 8] == (unsigned char)magic[i];
    }
    ring->boots = old && ring->order == ((uint64_t)0x01020304u << 32 | 0x05060708u) ? ring->boots + 1 : 1;
    ring->magic[0].whole = 0;
    TESC_GUEST_BARRIER();
    ring->order = (uint64_t)0x01020304u << 32 | 0x05060708u;
    ring->hash = (uint64_t)tesc_guest_hash[1] << 32 | tesc_guest_hash[0];
#ifdef TESC_GUEST_CLOCK
    ring->frequency = TESC_GUEST_CLOCK_HZ;
    if (ring->frequency == 0) {
        ring->frequency = UNKNOWN_RATE;
    }
#else
    ring->frequency = 0;
#endif
    ring->events = ring->dropped = ring->written = 0;
    ring->cpu = cpu;
    put_version(ring, cpu);
    put_little_endian(&ring->header_size, HEADER_BYTES);
    put_little_endian(&ring->size, bytes);
    put_little_endian(&ring->lock, 0);
    put_little_endian(&ring->head, 0);
    put_little_endian(&ring->tail, 0);
    put_little_endian(&ring->truncated, 0);
    for (i = 0; i < bytes / 8; i++) {
        ring->data[i].whole = 0;
    }
    states[cpu].mask = bytes / 8 - 1;
    states[cpu].next = states[cpu].floor = states[cpu].depth = 0;
    states[cpu].reserving = false;
    TESC_GUEST_BARRIER();
    for (i = 0; i < 16; i++) {
        ring->magic[i / 8].bytes[i % 8] = (unsigned char)magic[i];
    }
    TESC_GUEST_BARRIER();
    states[cpu].ring = ring;
    return true;
}

/*
 * How many bytes of a text are kept, times four, and how: 0 NULL, 1 whole, 2 cut, 3 its address only. A
 * text may change at any time: what is found here once is what is written.
 */
static uint32_t measured(uint64_t address)
{
    const volatile char *text = (const volatile char *)(uintptr_t)address;
    uint32_t size = 0;

    if (text == NULL) {
        return 0;
    }
    if (TESC_GUEST_TEXT == 0) {
        return 3;
    }
    while (text[size] != '\0') {
        if (size >= TESC_GUEST_TEXT) {
            return size << 2 | 2;
        }
        size++;
    }
    return size << 2 | 1;
}

/* How long a record is, and the measures of its texts. */
static unsigned words_of(const char *letters, const uint64_t *x, uint32_t *texts)
{
    unsigned words = HEAD_WORDS;

    for (; *letters != '\0'; letters++, x++) {
        words++;
        if (*letters == 't') {
            uint32_t text = measured(*x);

            words += ((text >> 2) + 7) / 8 + ((text & 3) > 1);
            *texts++ = text;
        }
    }
    return words;
}

/* A text that has become shorter ends with zeros, one that has become longer where it ended. */
static uint32_t put_text(struct state *state, uint32_t at, uint64_t address, uint32_t measure)
{
    const volatile char *text = (const volatile char *)(uintptr_t)address;
    uint32_t size = measure >> 2;
    bool ended = false;
    uint32_t i;

    state->ring->data[at++ & state->mask].whole = measure;
    for (i = 0; i < size; i++) {
        char byte = ended ? '\0' : text[i];

        ended = byte == '\0';
        state->ring->data[(at + i / 8) & state->mask].bytes[i % 8] = (unsigned char)byte;
    }
    at += (size + 7) / 8;
    if ((measure & 3) > 1) {
        state->ring->data[at++ & state->mask].whole = address;
    }
    return at;
}

static void put_arguments(struct state *state, uint32_t at, const char *letters, const uint64_t *x,
                          const uint32_t *texts)
{
    union cell *data = state->ring->data;
    uint32_t mask = state->mask;

#ifdef TESC_GUEST_CLOCK
    data[at++ & mask].whole = read_clock();
#endif
    for (; *letters != '\0'; letters++, x++) {
        if (*letters == 't') {
            at = put_text(state, at, *x, *texts++);
        } else {
            data[at++ & mask].whole = *x;
        }
    }
}

/* Tell the host where the ring ends now: once more if that was a step back from what an interrupt told it. */
static void publish(struct state *state)
{
    struct ring *ring = state->ring;
    uint32_t mask = state->mask;
    uint32_t next;

    do {
        next = state->next;
        if (next > mask) {
            put_little_endian(&ring->head, ((next + 1) & mask) * 8);
            put_little_endian(&ring->truncated, 1);
        }
        put_little_endian(&ring->tail, (next & mask) * 8);
        ring->written = (uint32_t)(next * 8);
        /* No store may be put off until after the loop. */
        TESC_GUEST_BARRIER();
    } while (next != state->next);
}

static void write_event(struct state *state, uint32_t id, const uint64_t *x)
{
    struct ring *ring = state->ring;
    const char *letters = tesc_guest_events[id];
    uint32_t texts[MOST_TEXTS];
    unsigned words = words_of(letters, x, texts);
    uint32_t head = MARK | words << 16 | (id & 0xffff);
    uint32_t at;

    if (state->depth == 0) {
        state->floor = state->next;
    }
    state->depth++;
    if (state->reserving || words > MOST_WORDS || state->next + words - state->floor > state->mask) {
        /* Within another one's first two stores, or nothing left of what is being written. */
        ring->dropped++;
        state->depth--;
        return;
    }
    state->reserving = true;
    at = state->next;
    state->next = at + words;
    ring->events++;
    state->reserving = false;
    /* The record that was here ends here, before anything of it is overwritten: a host may be reading. */
    ring->data[at & state->mask].whole = 0;
    TESC_GUEST_BARRIER();
    put_arguments(state, at + 1, letters, x, texts);
    ring->data[at & state->mask].half[0] = head;
    TESC_GUEST_BARRIER();
    ring->data[at & state->mask].half[1] = head ^ at * 8 ^ tesc_guest_hash[0];
    TESC_GUEST_BARRIER();
    publish(state);
    state->depth--;
}

void tesc_guest_n(uint32_t event, const uint64_t *x)
{
    uint32_t id = tesc_guest_files[event >> 16].ids[event & 0xffff];
    unsigned long flags = 0;
    unsigned cpu;

    if (id >= tesc_guest_count) {
        return;
    }
    TESC_GUEST_LOCK(flags);
    /* Not before: a thread may be moved to another CPU until then. */
    cpu = event_source();
    if (cpu >= TESC_GUEST_RINGS || states[cpu].ring == NULL) {
        tesc_guest_lost++;
    } else {
        write_event(&states[cpu], id, x);
    }
    TESC_GUEST_UNLOCK(flags);
}
