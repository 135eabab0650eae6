/*
 * Random and mutated records for the demultiplexer, in calls and in bytes, with what must come of
 * each worked out beside it. usage: fuzz RECORDS SEED
 */
#include "fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demux.h"

uint64_t fuzz_calls[FUZZ_EVENTS];
uint64_t fuzz_sum;

static uint64_t state;

static uint64_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(uint64_t limit)
{
    return any() % limit;
}

typedef struct {
    GuestDemux *guest;
    void (*call)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
    void (*stream)(const void *, size_t);
    void (*end)(void);
    uint64_t events, base;
    int first; /* of its events among all */
    uint64_t records, unknown, flooded, torn, allowance;
} Expected;

static Expected guests[] = {
    { &guest_demux_fw, guest_trace_fw, guest_stream_fw, guest_end_fw, 5, FUZZ_FW_BASE, 0, 0, 0, 0, 0, 0 },
    { &guest_demux_hv, guest_trace_hv, guest_stream_hv, guest_end_hv, 2, FUZZ_HV_BASE, 5, 0, 0, 0, 0, 0 },
};
static uint64_t calls[FUZZ_EVENTS], sum;
static uint64_t complaints;

static void complain(const GuestDemux *guest, const char *what, uint64_t times, uint64_t value)
{
    (void)guest;
    (void)what;
    (void)times;
    (void)value;
    complaints++;
}

/* What must come of a record. */
static void expect(Expected *to, const uint64_t *w)
{
    if (w[0] >= to->events) {
        to->unknown++;
        return;
    }
    if (to->allowance == 0) {
        to->flooded++;
        return;
    }
    if (to->allowance != GUEST_UNLIMITED) {
        to->allowance--;
    }
    to->records++;
    switch (to->first + (int)w[0]) {
    case 1:
        sum += FUZZ_MIX((uint64_t)(int64_t)(int32_t)(uint32_t)w[1]);
        break;
    case 2:
        return; /* disabled */
    case 3:
        sum += FUZZ_MIX(w[1]) + FUZZ_MIX(w[2] != 0) + FUZZ_MIX(w[3] & 0xff) + FUZZ_MIX(w[4]) + FUZZ_MIX(w[5]) +
               FUZZ_MIX((uint64_t)(int64_t)(int16_t)(uint16_t)w[6]);
        break;
    case 4:
    case 6:
        sum += FUZZ_MIX(w[1]) + FUZZ_MIX(w[2]);
        break;
    default:
        break;
    }
    calls[to->first + (int)w[0]]++;
}

static uint64_t any_id(const Expected *to)
{
    switch (below(8)) {
    case 0:
        return to->events + below(3);
    case 1:
        return any();
    case 2:
        return to->base + below(to->events);
    case 3:
        return below(to->events) | UINT64_C(1) << (32 + below(32));
    case 4:
        return below(to->events) - to->base;
    default:
        return below(to->events);
    }
}

static void put(unsigned char *bytes, uint64_t word)
{
    int i;

    for (i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(word >> (8 * i));
    }
}

static uint64_t get(const unsigned char *bytes)
{
    uint64_t word = 0;
    int i;

    for (i = 7; i >= 0; i--) {
        word = word << 8 | bytes[i];
    }
    return word;
}

/* A record's bytes in pieces, each in memory of its own, so that reading beyond it is found. */
static void send_bytes(Expected *to, const unsigned char *bytes, size_t size)
{
    size_t at, part;

    for (at = 0; at < size; at += part) {
        unsigned char *piece;

        part = below(4) ? size - at : 1 + (size_t)below(size - at);
        piece = malloc(part);
        memcpy(piece, bytes + at, part);
        to->stream(piece, part);
        free(piece);
    }
}

static void one_record(Expected *to)
{
    unsigned char bytes[56];
    uint64_t w[7];
    int i;

    w[0] = any_id(to);
    for (i = 1; i < 7; i++) {
        w[i] = below(2) ? any() : below(3) - 1;
    }
    if (below(4) == 0) {
        expect(to, w);
        to->call(w[0], w[1], w[2], w[3], w[4], w[5], w[6]);
        return;
    }
    for (i = 0; i < 7; i++) {
        put(bytes + 8 * i, w[i]);
    }
    if (below(4) == 0) {
        bytes[below(sizeof(bytes))] ^= (unsigned char)(1u << below(8));
        for (i = 0; i < 7; i++) {
            w[i] = get(bytes + 8 * i);
        }
    }
    if (below(16) == 0) {
        size_t size = (size_t)below(sizeof(bytes));

        send_bytes(to, bytes, size);
        to->torn += size > 0;
        to->end();
        return;
    }
    expect(to, w);
    send_bytes(to, bytes, sizeof(bytes));
}

static int wrong(const char *what, uint64_t is, uint64_t should_be)
{
    if (is == should_be) {
        return 0;
    }
    fprintf(stderr, "%s: %" PRIu64 ", not %" PRIu64 "\n", what, is, should_be);
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t number = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t n;
    size_t i;
    int failed = 0;

    state = argc == 3 ? strtoull(argv[2], NULL, 10) | 1 : 1;
    for (i = 0; i < 2; i++) {
        guests[i].allowance = GUEST_UNLIMITED;
        guests[i].guest->complain = complain;
    }
    for (n = 0; n < number; n++) {
        Expected *to = &guests[below(2)];

        if (below(1000) == 0) {
            to->allowance = to->guest->allowance = below(3) ? below(300) : GUEST_UNLIMITED;
        }
        one_record(to);
    }
    for (i = 0; i < 2; i++) {
        GuestDemux *guest = guests[i].guest;

        failed += wrong("records", guest->records, guests[i].records);
        failed += wrong("unknown", guest->unknown, guests[i].unknown);
        failed += wrong("flooded", guest->flooded, guests[i].flooded);
        failed += wrong("torn", guest->torn, guests[i].torn);
        failed += wrong("allowance", guest->allowance, guests[i].allowance);
        failed += wrong("held", guest->held, 0);
        failed += number > 10000 && (!guest->records || !guest->unknown || !guest->flooded || !guest->torn);
        printf("%s: %" PRIu64 " taken, %" PRIu64 " unknown, %" PRIu64 " flooded, %" PRIu64 " torn\n", guest->name,
               guest->records, guest->unknown, guest->flooded, guest->torn);
    }
    for (i = 0; i < FUZZ_EVENTS; i++) {
        failed += wrong("calls", fuzz_calls[i], calls[i]);
    }
    failed += wrong("sum", fuzz_sum, sum);
    /* Three kinds of trouble for two guests, each told of at most once a power of two. */
    failed += complaints > 2 * 3 * 64;
    return failed != 0;
}
