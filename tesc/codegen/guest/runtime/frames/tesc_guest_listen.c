/* SPDX-License-Identifier: 0BSD */
/*
 * What the host says: which events anybody there wants, so that the others cost nothing. Define
 * TESC_GUEST_LISTENS, and give tesc_guest_take() each byte that comes in at the port of the frames, from
 * an interrupt handler or wherever you look at the port now and then.
 */
#include "tesc_guest.h"

#define KIND_CONTROL 0x80u
#define CONTROL_WORD 3u
/* The head, the kind, the first event's ID, and the checksum. */
#define HEAD_BYTES 4u
#define CHECKSUM_BYTES 2u
#define MOST_BYTES 255u

static unsigned char bytes[MOST_BYTES];
static unsigned size;

/* Undo the stuffing, in place; the packet's size, 0 if there is none. */
static unsigned unstuffed(void)
{
    unsigned at = 0;
    unsigned made = 0;

    if (size > MOST_BYTES) {
        return 0;
    }
    while (at < size) {
        unsigned end = at + bytes[at];
        bool whole = bytes[at] == 0xff;

        if (end > size) {
            return 0;
        }
        for (at++; at < end; at++) {
            bytes[made++] = bytes[at];
        }
        if (!whole && at < size) {
            bytes[made++] = 0;
        }
    }
    return made;
}

/* One bit an event, from this ID on. */
static void switch_events(uint32_t first, const unsigned char *bits, unsigned count)
{
    const struct tesc_guest_file *file;
    uint32_t i;

    for (file = tesc_guest_files; file->on != NULL; file++) {
        for (i = 0; i < file->count; i++) {
            uint32_t id = file->ids[i];
            uint32_t at = id - first;

            if (id >= first && at >> 3 < count) {
                file->on[i] = bits[at >> 3] >> (at & 7) & 1;
            }
        }
    }
}

void tesc_guest_take(unsigned char byte)
{
    unsigned made;

    if (byte != 0) {
        if (size < MOST_BYTES) {
            bytes[size] = byte;
        }
        size += size <= MOST_BYTES;
        return;
    }
    made = unstuffed();
    size = 0;
    /* Whoever knows other declarations than ours means other events. */
    if (made >= HEAD_BYTES + CHECKSUM_BYTES && bytes[0] == KIND_CONTROL && bytes[1] == CONTROL_WORD &&
        tesc_guest_checksum(tesc_guest_hash[0] & 0xffff, bytes, made) == 0) {
        switch_events(bytes[2] | (uint32_t)bytes[3] << 8, bytes + HEAD_BYTES, made - HEAD_BYTES - CHECKSUM_BYTES);
    }
}
