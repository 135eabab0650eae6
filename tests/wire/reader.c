/*
 * The reader of frames in C, held against the one in Python.
 *
 * usage: reader SEED < STREAM          its events, a line each, and what was counted
 *        reader SEED SIZE < STREAM     hostile bytes made of it, as many as SIZE
 */
#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demux.h"

static GuestFrames stream;
static uint64_t state, heard[GUEST_FRAMES_FOREIGN + 1];
static uint64_t given, called;
static bool quiet;

static uint64_t any(uint64_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x2545f4914f6cdd1d) % limit;
}

void reader_event(int id, unsigned count, ...)
{
    va_list values;

    called++;
    va_start(values, count);
    if (!quiet) {
        printf("%d", id);
        for (; count > 0; count--) {
            printf(" %" PRIu64, va_arg(values, uint64_t));
        }
        putchar('\n');
    }
    va_end(values);
}

void reader_text(int id, const char *text, const char *suffix, uint64_t a, uint64_t b)
{
    size_t size = strlen(text);

    called++;
    if (quiet) {
        return;
    }
    printf("%d ", id);
    for (; size > 0; size--) {
        printf("%02x", (unsigned char)*text++);
    }
    printf("%s %" PRIu64 " %" PRIu64 "\n", suffix, a, b);
}

static void news(GuestFrames *from, GuestFramesNews what, uint64_t offset, uint64_t count, const char *name)
{
    static const uint64_t most = UINT64_C(1) << 33;

    (void)strlen(name);
    heard[what] += what <= GUEST_FRAMES_STARTED || what == GUEST_FRAMES_FOREIGN ? 1 : count;
    if (offset > from->offset || (what != GUEST_FRAMES_FOREIGN && count > most)) {
        abort();
    }
}

/* Bytes in pieces, each in memory of its own, so that reading beyond it is found. */
static void take(const unsigned char *bytes, size_t size)
{
    size_t at, part;

    for (at = 0; at < size; at += part) {
        unsigned char *piece;

        part = 1 + (size_t)any(any(4) ? 64 : 4096);
        part = part < size - at ? part : size - at;
        piece = malloc(part);
        memcpy(piece, bytes + at, part);
        guest_frames_take(&stream, piece, part);
        free(piece);
    }
    given += size;
}

static void hostile(const unsigned char *bytes, size_t size)
{
    unsigned char piece[3000];
    size_t length = 1 + (size_t)any(sizeof(piece)), i;

    switch (any(4)) {
    case 0:
        for (i = 0; i < length; i++) {
            piece[i] = (unsigned char)any(256);
        }
        break;
    case 1:
        memset(piece, (int)any(256), length);
        break;
    default:
        i = (size_t)any(size);
        length = length < size - i ? length : size - i;
        memcpy(piece, bytes + i, length);
        for (i = (size_t)any(20); i > 0; i--) {
            piece[any(length)] = (unsigned char)any(256);
        }
        break;
    }
    take(piece, length);
}

int main(int argc, char **argv)
{
    static unsigned char bytes[1 << 23];
    size_t size = fread(bytes, 1, sizeof(bytes), stdin);
    unsigned char word[GUEST_FRAMES_WORD];
    uint32_t next;

    state = strtoull(argv[1], NULL, 10) | 1;
    stream.news = news;
    if (argc > 2) {
        quiet = true;
        while (given < strtoull(argv[2], NULL, 10)) {
            hostile(bytes, size);
            if (any(100) == 0) {
                guest_frames_end(&stream);
                memset(&stream, 0, sizeof(stream));
                stream.news = news;
            }
        }
        printf("given %" PRIu64 " called %" PRIu64 "\n", given, called);
        return 0;
    } else {
        take(bytes, size);
    }
    guest_frames_end(&stream);
    if (guest_frames_word(&stream, 0, word, &next) > sizeof(word)) {
        return 1;
    }
    printf("events %" PRIu64 " missing %" PRIu64 " dropped %" PRIu64 " skipped %" PRIu64 " refused %" PRIu64
           " exact %d\n", stream.events, stream.missing, stream.dropped, stream.skipped, stream.refused,
           !stream.inexact);
    printf("heard: started %" PRIu64 " foreign %" PRIu64 " hellos %" PRIu64 "\n", heard[GUEST_FRAMES_STARTED],
           heard[GUEST_FRAMES_FOREIGN], heard[GUEST_FRAMES_HELLO]);
    return 0;
}
