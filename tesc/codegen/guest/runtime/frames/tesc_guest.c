/* SPDX-License-Identifier: 0BSD */
/* Which events are on, and the functions that the generated headers call: see tesc_guest.h. */
#include "tesc_guest.h"

void tesc_guest_0(uint32_t event)
{
    tesc_guest_n(event, NULL);
}

void tesc_guest_1(uint32_t event, uint64_t x1)
{
    tesc_guest_n(event, &x1);
}

void tesc_guest_2(uint32_t event, uint64_t x1, uint64_t x2)
{
    uint64_t x[2];

    x[0] = x1, x[1] = x2;
    tesc_guest_n(event, x);
}

void tesc_guest_3(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3)
{
    uint64_t x[3];

    x[0] = x1, x[1] = x2, x[2] = x3;
    tesc_guest_n(event, x);
}

void tesc_guest_4(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4)
{
    uint64_t x[4];

    x[0] = x1, x[1] = x2, x[2] = x3, x[3] = x4;
    tesc_guest_n(event, x);
}

void tesc_guest_5(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4, uint64_t x5)
{
    uint64_t x[5];

    x[0] = x1, x[1] = x2, x[2] = x3, x[3] = x4, x[4] = x5;
    tesc_guest_n(event, x);
}

void tesc_guest_6(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4, uint64_t x5, uint64_t x6)
{
    uint64_t x[6];

    x[0] = x1, x[1] = x2, x[2] = x3, x[3] = x4, x[4] = x5, x[5] = x6;
    tesc_guest_n(event, x);
}

/* What is between two stars may as well match where it first can, so one way back is enough. */
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
    const struct tesc_guest_file *file;
    size_t found = 0;
    uint32_t i;

    for (file = tesc_guest_files; file->on != NULL; file++) {
        for (i = 0; i < file->count; i++) {
            const char *name = tesc_guest_events[file->ids[i]];

            while (*name++ != '\0') {
            }
            if (matches(pattern, name)) {
                file->on[i] = on;
                found++;
            }
        }
    }
    return found;
}
