#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef GUEST_FRAMES_TYPE
#define GUEST_FRAMES_TYPE
/* An argument: a number, which a signed type converts as it is, or a text that ends with a zero. */
typedef union GuestValue {
    uint64_t number;
    const char *text;
} GuestValue;

/* A guest as it was declared. */
typedef struct GuestFramed {
    const char *name;         /* its prefix, without the last underscore */
    uint64_t hash;            /* of its declarations */
    uint32_t count;           /* of its events */
    const char *const *kinds; /* by wire ID, a letter for each argument */
    void (*call)(uint32_t wire_id, const GuestValue *values);
    bool (*on)(uint32_t wire_id); /* whether anybody on the host wants the event */
} GuestFramed;

/* What there is to say of a stream, and what goes with it. */
typedef enum GuestFramesNews {
    GUEST_FRAMES_HELLO,    /* the guest's name; the count is its number of the next event */
    GUEST_FRAMES_STARTED,  /* the guest has started again */
    GUEST_FRAMES_BEFORE,   /* so many events were sent before the first one that was read */
    GUEST_FRAMES_SKIPPED,  /* so many bytes are no intact frame */
    GUEST_FRAMES_MISSING,  /* so many events were sent and did not arrive */
    GUEST_FRAMES_DROPPED,  /* so many events the guest had to drop */
    GUEST_FRAMES_FOREIGN   /* the guest was built from different declarations: their hash, the guest's name */
} GuestFramesNews;

enum {
    GUEST_FRAMES_PACKET = 254, /* the most bytes of a packet */
    GUEST_FRAMES_HELD = 128,   /* events that wait for the first hello */
    GUEST_FRAMES_GAPS = 256,   /* places with missing events, from hello to hello */
    GUEST_FRAMES_WORD = 257    /* the most bytes that guest_frames_word() writes */
};

/*
 * A line from a guest: zero all of it to begin. What comes before the end of `news` the host may set;
 * the counters it may read. Calls for one line must not overlap.
 */
typedef struct GuestFrames {
    const GuestFramed *guest; /* the guest at the other end; NULL: whose declarations its hello names */
    void (*news)(struct GuestFrames *stream, GuestFramesNews what, uint64_t offset, uint64_t count, const char *name);
    void *opaque;

    uint64_t events;   /* given out */
    uint64_t missing;  /* sent, and not here */
    uint64_t dropped;  /* by the guest */
    uint64_t skipped;  /* bytes that are no intact frame */
    uint64_t refused;  /* frames of a guest that was built from different declarations */
    uint64_t starts;   /* of the guest, the first one that was read too */
    uint64_t offset;   /* bytes taken, up to the last zero */
    bool inexact;      /* a start was inferred: `missing` may be off by the events around it */
    bool listens;      /* the guest takes what guest_frames_word() says */
    bool greeted;      /* a hello was read */

    bool foreign;
    uint64_t foreign_hash;
    /* Sequence numbers: of the next event, as far as known; what the guest said last. */
    bool counting, anchored;
    int64_t next, lost, came, gap_total;
    uint32_t gap_first, gap_count;
    struct {
        int64_t came;
        uint32_t size, number;
    } gaps[GUEST_FRAMES_GAPS];
    /* Packets that wait, and the bytes since the last zero. */
    uint32_t held;
    struct {
        uint64_t offset;
        uint32_t size, chunk;
        unsigned char bytes[GUEST_FRAMES_PACKET];
    } waiting[GUEST_FRAMES_HELD];
    uint64_t size;
    unsigned char bytes[GUEST_FRAMES_PACKET + 1];
} GuestFrames;

/* Bytes as they come, in pieces of any size. */
void guest_frames_take(GuestFrames *stream, const void *data, size_t size);

/* The line ends here. */
void guest_frames_end(GuestFrames *stream);

/*
 * What to send to a guest that listens: which events are wanted, from `first` on. Returns how many of
 * the GUEST_FRAMES_WORD bytes are set, and the ID to go on with in `next`, the guest's count at the end.
 */
size_t guest_frames_word(const GuestFrames *stream, uint32_t first, unsigned char *frame, uint32_t *next);

/* All guests that send frames, NULL at the end. */
extern const GuestFramed *const guest_frames_all[];
#endif
