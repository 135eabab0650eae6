/* SPDX-License-Identifier: 0BSD */
/*
 * Events as frames: a packet whose zeros are stuffed away (COBS), then a zero. A packet is a head, a
 * body and a checksum; docs/reference/guest-wire.md of tesc has every byte of it.
 */
#include "tesc_guest.h"

#define KIND_EVENT 0x00u
#define KIND_TIMED_EVENT 0x40u
#define KIND_CONTROL 0x80u
#define SEQUENCE_MASK 0x3fu
#define CONTROL_HELLO 1u
#define CONTROL_LOST 2u
#define CONTROL_START 0xffffu
#define VERSION 1u
#define STARTS 1u
#define BIG_ENDIAN_GUEST 2u
#define HAS_CLOCK 4u
#define WIDE 8u
#define LISTENS 16u
#define NAME_BYTES 32u

/* One code byte, at most 254 bytes of a packet, and the zero. */
#define MOST_PACKET 254u
#define CHECKSUM_BYTES 2u
#define LONGEST_ARGUMENT 11u

struct packet {
    unsigned size; /* with the code byte */
    unsigned char bytes[1 + MOST_PACKET + 1];
};

uint32_t tesc_guest_lost;

/* Interrupt handlers look at it too. */
static volatile bool sending;
static bool started;
/* A frame may have gone out in part, or something else before us: a zero ends it. */
static bool unended = true;
static uint32_t sequence;
static uint32_t next_hello;
static uint32_t told_lost;
#ifdef TESC_GUEST_CLOCK
static uint64_t hello_time;
#endif

/* What the macros name is the firmware's: no variable of ours may have such a name. */
static uint64_t read_clock(void)
{
#ifdef TESC_GUEST_CLOCK
    return TESC_GUEST_CLOCK();
#else
    return 0;
#endif
}

#ifdef TESC_GUEST_SOURCE
static unsigned event_source(void)
{
    return (unsigned)TESC_GUEST_SOURCE();
}
#endif

static void put(struct packet *packet, uint32_t byte)
{
    if (packet->size <= MOST_PACKET - CHECKSUM_BYTES) {
        packet->bytes[packet->size++] = (unsigned char)byte;
    }
}

static void put_32(struct packet *packet, uint32_t value)
{
    unsigned i;

    for (i = 0; i < 4; i++) {
        put(packet, value & 0xff);
        value >>= 8;
    }
}

/*
 * Seven bits a byte, the lowest first; the ninth byte has eight. By halves: shifting 64 bits is a
 * function of libgcc on some machines.
 */
static void put_varint(struct packet *packet, uint64_t value)
{
    uint32_t low = (uint32_t)value;
    uint32_t high = (uint32_t)(value >> 32);
    unsigned i;

    for (i = 0; i < 8 && (high != 0 || low > 0x7f); i++) {
        put(packet, (low & 0x7f) | 0x80);
        low = low >> 7 | high << 25;
        high >>= 7;
    }
    put(packet, low & 0xff);
}

/* A signed number: 0, -1, 1, -2 and so on are 0, 1, 2, 3. */
static void put_signed(struct packet *packet, uint64_t value)
{
    uint64_t twice = value + value;

    put_varint(packet, (uint32_t)(value >> 32) >> 31 ? ~twice : twice);
}

/*
 * A text: its length and how it is sent, its bytes, and where it is if it is not all there. A text may
 * change at any time, so each byte is read once: two bytes after its place, as its length is not known yet.
 */
static void put_text(struct packet *packet, uint64_t address, unsigned rest)
{
    const volatile char *text = (const volatile char *)(uintptr_t)address;
    unsigned char *copy = packet->bytes + packet->size + 2;
    unsigned room = MOST_PACKET - CHECKSUM_BYTES - packet->size;
    unsigned size = 0;
    unsigned how = TESC_GUEST_TEXT == 0 ? 3 : 1;
    unsigned i;
    char byte;

    if (text == NULL) {
        put(packet, 0);
        return;
    }
    rest = (rest + 1) * LONGEST_ARGUMENT;
    room = room > rest ? room - rest : 0;
    while (how == 1 && (byte = text[size]) != '\0') {
        if (size >= TESC_GUEST_TEXT || size >= room) {
            how = 2;
        } else {
            copy[size++] = (unsigned char)byte;
        }
    }
    put_varint(packet, (uint64_t)size << 2 | how);
    for (i = 0; i < size; i++) {
        put(packet, copy[i]);
    }
    if (how != 1) {
        put_varint(packet, address);
    }
}

/* CRC-16/IBM-3740, eight bits at once. */
uint32_t tesc_guest_checksum(uint32_t crc, const unsigned char *bytes, unsigned size)
{
    for (; size > 0; size--) {
        uint32_t x = (crc >> 8 ^ *bytes++) & 0xff;

        x ^= x >> 4;
        crc = crc << 8 ^ x << 12 ^ x << 5 ^ x;
    }
    return crc & 0xffff;
}

static bool send_packet(struct packet *packet, uint32_t start)
{
    static const unsigned char zero;
    unsigned char *bytes = packet->bytes;
    uint32_t crc = tesc_guest_checksum(start, bytes + 1, packet->size - 1);
    unsigned code = 0;
    unsigned i;

    bytes[packet->size++] = (unsigned char)(crc >> 8);
    bytes[packet->size++] = (unsigned char)crc;
    for (i = 1; i < packet->size; i++) {
        if (bytes[i] == 0) {
            bytes[code] = (unsigned char)(i - code);
            code = i;
        }
    }
    bytes[code] = (unsigned char)(i - code);
    bytes[packet->size++] = 0;
    if (unended && !tesc_guest_send(&zero, 1)) {
        return false;
    }
    unended = !tesc_guest_send(bytes, packet->size);
    return !unended;
}

static bool big_endian(void)
{
    static const uint16_t one = 1;

    return *(const unsigned char *)&one == 0;
}

static bool hello(unsigned flags, uint64_t now)
{
    struct packet packet;
    const char *name = TESC_GUEST_NAME;
    unsigned i;

    flags |= big_endian() ? BIG_ENDIAN_GUEST : 0;
    flags |= sizeof(void *) > 4 ? WIDE : 0;
#ifdef TESC_GUEST_LISTENS
    flags |= LISTENS;
#endif
    packet.size = 1;
    put(&packet, KIND_CONTROL | (sequence & SEQUENCE_MASK));
    put(&packet, CONTROL_HELLO);
    put(&packet, VERSION);
#ifdef TESC_GUEST_CLOCK
    flags |= HAS_CLOCK;
#endif
    put(&packet, flags);
    put_32(&packet, tesc_guest_hash[0]);
    put_32(&packet, tesc_guest_hash[1]);
    put_32(&packet, sequence);
    put_32(&packet, tesc_guest_lost);
    if (flags & HAS_CLOCK) {
        put_32(&packet, (uint32_t)now);
        put_32(&packet, (uint32_t)(now >> 32));
        put_varint(&packet, TESC_GUEST_CLOCK_HZ);
    }
    for (i = 0; i < NAME_BYTES && name[i] != '\0'; i++) {
        put(&packet, (unsigned char)name[i]);
    }
    return send_packet(&packet, CONTROL_START);
}

/* What the reader must know before the next event: who we are, what was lost. */
static bool greet(uint64_t now)
{
    bool due = sequence == next_hello;
    uint32_t lost = tesc_guest_lost;

    if (!started) {
        /* Twice, the second one below: who misses the start can't count what came before it. */
        if (!hello(STARTS, now)) {
            return false;
        }
        started = true;
    }
#ifdef TESC_GUEST_CLOCK
    /* Events have 32 bits of the time only. */
    due = due || now - hello_time >= (uint32_t)1 << 30;
#endif
    if (due) {
        if (!hello(0, now)) {
            return false;
        }
#ifdef TESC_GUEST_CLOCK
        hello_time = now;
#endif
        next_hello = sequence + SEQUENCE_MASK + 1 - (sequence & SEQUENCE_MASK);
    } else if (lost != told_lost) {
        struct packet packet;

        packet.size = 1;
        put(&packet, KIND_CONTROL | (sequence & SEQUENCE_MASK));
        put(&packet, CONTROL_LOST);
        put_32(&packet, sequence);
        put_32(&packet, lost);
        if (!send_packet(&packet, CONTROL_START)) {
            return false;
        }
    }
    told_lost = lost;
    return true;
}

static void put_arguments(struct packet *packet, const char *letters, const uint64_t *x)
{
    unsigned rest = 0;

    while (letters[rest] != '\0') {
        rest++;
    }
    for (; rest > 0; rest--, x++) {
        switch (*letters++) {
        case '1':
            put(packet, (uint32_t)*x & 0xff);
            break;
        case 's':
            put_signed(packet, *x);
            break;
        case 't':
            put_text(packet, *x, rest - 1);
            break;
        default:
            put_varint(packet, *x);
            break;
        }
    }
}

static bool send_event(uint32_t id, const uint64_t *x, uint64_t now)
{
    struct packet packet;

    packet.size = 1;
#ifdef TESC_GUEST_CLOCK
    put(&packet, KIND_TIMED_EVENT | (sequence & SEQUENCE_MASK));
#else
    put(&packet, KIND_EVENT | (sequence & SEQUENCE_MASK));
#endif
#ifdef TESC_GUEST_SOURCE
    put_varint(&packet, (uint64_t)id << 1 | 1);
    put_varint(&packet, event_source());
#else
    put_varint(&packet, (uint64_t)id << 1);
#endif
#ifdef TESC_GUEST_CLOCK
    put_32(&packet, (uint32_t)now);
#else
    (void)now;
#endif
    put_arguments(&packet, tesc_guest_events[id], x);
    return send_packet(&packet, tesc_guest_hash[0] & 0xffff);
}

void tesc_guest_n(uint32_t event, const uint64_t *x)
{
    uint32_t id = tesc_guest_files[event >> 16].ids[event & 0xffff];
    unsigned long flags = 0;
    uint64_t now = 0;

    if (id >= tesc_guest_count) {
        return;
    }
    TESC_GUEST_LOCK(flags);
    if (sending) {
        tesc_guest_lost++;
    } else {
        sending = true;
        now = read_clock();
        if (greet(now) && send_event(id, x, now)) {
            sequence++;
        } else {
            tesc_guest_lost++;
        }
        sending = false;
    }
    TESC_GUEST_UNLOCK(flags);
}

void tesc_guest_hello(void)
{
    unsigned long flags = 0;
    uint64_t now = 0;

    TESC_GUEST_LOCK(flags);
    if (!sending) {
        sending = true;
        now = read_clock();
        next_hello = sequence;
        (void)greet(now);
        sending = false;
    }
    TESC_GUEST_UNLOCK(flags);
}
