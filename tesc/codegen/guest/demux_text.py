"""C code of the demultiplexer that is the same for every guest."""

from __future__ import annotations

# The structure with a guest's counters and unfinished record; several demultiplexers may declare it.
TYPE = r"""
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef GUEST_DEMUX_TYPE
#define GUEST_DEMUX_TYPE
/*
 * A guest, to the host: what became of its records, and how many more the host wants. The host may
 * set all of it but `held` and `bytes`. Calls for one guest must not overlap.
 */
typedef struct GuestDemux {
    const char *name;
    uint64_t records;   /* taken: of events that this guest has, disabled ones too */
    uint64_t unknown;   /* dropped: no event of this guest has such an ID */
    uint64_t flooded;   /* dropped: there was no allowance left */
    uint64_t torn;      /* ends of the stream within a record */
    uint64_t allowance; /* how many more records are taken: refill it every second, say */
    /*
     * Told of what goes wrong, if set: what it is, how often it was, and the ID, or the number of a
     * torn record's bytes. To survive a flood it is called the first time, the second, the fourth,
     * the eighth, and so on.
     */
    void (*complain)(const struct GuestDemux *guest, const char *what, uint64_t times, uint64_t value);
    unsigned held; /* bytes of a record whose rest is yet to come */
    unsigned char bytes[56];
} GuestDemux;

#define GUEST_UNLIMITED UINT64_MAX
#endif
""".strip("\n").splitlines()

HELPERS = r"""
static void guest_demux_count(GuestDemux *guest, uint64_t *counter, const char *what, uint64_t value)
{
    uint64_t times = ++*counter;

    if (guest->complain != NULL && (times & (times - 1)) == 0) {
        guest->complain(guest, what, times, value);
    }
}

/* The ID comes from the guest: it is compared with what the guest has before anything else is done. */
static bool guest_demux_takes(GuestDemux *guest, uint64_t wire_id, uint64_t events)
{
    if (wire_id >= events) {
        guest_demux_count(guest, &guest->unknown, "unknown event ID", wire_id);
        return false;
    }
    if (guest->allowance == 0) {
        guest_demux_count(guest, &guest->flooded, "flood of records", wire_id);
        return false;
    }
    if (guest->allowance != GUEST_UNLIMITED) {
        guest->allowance--;
    }
    guest->records++;
    return true;
}

static uint64_t guest_demux_word(const unsigned char *bytes)
{
    uint64_t word = 0;
    unsigned i;

    for (i = 0; i < 8; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

typedef void GuestDemuxCall(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

/* Bytes of records as they come, in pieces of any size. */
static void guest_demux_bytes(GuestDemux *guest, GuestDemuxCall *call, const void *data, size_t size)
{
    const unsigned char *next = data;
    uint64_t words[7];
    unsigned i;

    for (; size > 0; size--) {
        guest->bytes[guest->held++] = *next++;
        if (guest->held == sizeof(guest->bytes)) {
            for (i = 0; i < 7; i++) {
                words[i] = guest_demux_word(guest->bytes + 8 * i);
            }
            guest->held = 0;
            call(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
        }
    }
}

/* The stream ends, or begins anew: what is held of a record is torn. */
static void guest_demux_end(GuestDemux *guest)
{
    unsigned held = guest->held;

    guest->held = 0;
    if (held != 0) {
        guest_demux_count(guest, &guest->torn, "torn record", held);
    }
}
""".strip("\n").splitlines()
