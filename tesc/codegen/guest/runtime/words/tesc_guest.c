/* SPDX-License-Identifier: 0BSD */
/* Records of trace events: see tesc_guest.h. */
#include "tesc_guest.h"

uint32_t tesc_guest_lost;

/* Interrupt handlers look at it too. */
static volatile bool sending;

/*
 * By halves: shifting 64 bits by a variable is a function of libgcc on some 32-bit machines. By
 * bytes, so that the guest's own byte order does not matter.
 */
static void put_word(unsigned char *bytes, uint64_t word)
{
    uint32_t low = (uint32_t)word;
    uint32_t high = (uint32_t)(word >> 32);
    unsigned i;

    for (i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(low >> (8 * i));
        bytes[4 + i] = (unsigned char)(high >> (8 * i));
    }
}

void trace6(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4, uint64_t x5,
            uint64_t x6)
{
    unsigned char record[TESC_GUEST_RECORD_BYTES];

    /* Headers of the 2011 tracetool call without asking for the state. */
    if (event >= tesc_guest_events || !trace_list[(size_t)event].state) {
        return;
    }
    if (sending) {
        tesc_guest_lost++;
        return;
    }
    sending = true;
    put_word(record, event);
    put_word(record + 8, x1);
    put_word(record + 16, x2);
    put_word(record + 24, x3);
    put_word(record + 32, x4);
    put_word(record + 40, x5);
    put_word(record + 48, x6);
    if (!tesc_guest_send(record)) {
        tesc_guest_lost++;
    }
    sending = false;
}

void trace0(TraceEventID event)
{
    trace6(event, 0, 0, 0, 0, 0, 0);
}

void trace1(TraceEventID event, uint64_t x1)
{
    trace6(event, x1, 0, 0, 0, 0, 0);
}

void trace2(TraceEventID event, uint64_t x1, uint64_t x2)
{
    trace6(event, x1, x2, 0, 0, 0, 0);
}

void trace3(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3)
{
    trace6(event, x1, x2, x3, 0, 0, 0);
}

void trace4(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4)
{
    trace6(event, x1, x2, x3, x4, 0, 0);
}

void trace5(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4, uint64_t x5)
{
    trace6(event, x1, x2, x3, x4, x5, 0);
}

/* What stands between two stars may as well match where it first can, so one way back is enough. */
static bool matches(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *tried = name;

    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            tried = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++tried;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

size_t tesc_guest_set_state(const char *pattern, bool on)
{
    size_t found = 0;
    uint32_t id;

    for (id = 0; id < tesc_guest_events; id++) {
        if (matches(pattern, trace_list[id].tp_name)) {
            trace_list[id].state = on;
            found++;
        }
    }
    return found;
}
