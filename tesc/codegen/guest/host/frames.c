/*
 * The reader of frames. A guest is not trusted: whatever the bytes are, an event is given out only where
 * its checksum is right and each argument is in the bounds of its type, with not a byte more.
 */
#include <string.h>

enum {
    GUEST_KIND_TIMED = 1,
    GUEST_KIND_CONTROL = 2,
    GUEST_CONTROL_HELLO = 1,
    GUEST_CONTROL_LOST = 2,
    GUEST_CONTROL_WORD = 3,
    GUEST_VERSION = 1,
    GUEST_STARTS = 1,
    GUEST_HAS_CLOCK = 4,
    GUEST_LISTENS = 16,
    GUEST_FLAGS = 31,
    GUEST_MASK = 63,
    /* After so many bytes without a zero they are counted as skipped. */
    GUEST_ENDLESS = 4096,
    /* So many events can be missed until the number that comes next is taken for one of a new start. */
    GUEST_MISSED = 1 << 20,
    /* Bytes of texts in a packet, each with its end; an address takes at most ten times what it took there. */
    GUEST_TEXTS = 10 * GUEST_FRAMES_PACKET
};

#define GUEST_CONTROL_START 0xffffu
#define GUEST_NUMBERS (INT64_C(1) << 32)

typedef struct GuestReading {
    const unsigned char *bytes;
    unsigned size, at;
    bool wrong;
} GuestReading;

typedef struct GuestHello {
    unsigned flags;
    uint64_t hash;
    int64_t sequence, lost;
    const unsigned char *name;
    unsigned name_size;
} GuestHello;

static void guest_say(GuestFrames *stream, GuestFramesNews what, uint64_t offset, uint64_t count, const char *name)
{
    if (stream->news != NULL) {
        stream->news(stream, what, offset, count, name);
    }
}

static void guest_skip(GuestFrames *stream, uint64_t offset, uint64_t size)
{
    stream->skipped += size;
    guest_say(stream, GUEST_FRAMES_SKIPPED, offset, size, "");
}

/* CRC-16/IBM-3740, eight bits at once; 0 over a packet whose checksum is right. */
static uint32_t guest_checksum(uint32_t crc, const unsigned char *bytes, unsigned size)
{
    unsigned i;

    for (i = 0; i < size; i++) {
        uint32_t x = (crc >> 8 ^ bytes[i]) & 0xff;

        x ^= x >> 4;
        crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xffff;
    }
    return crc;
}

/* COBS, in place: the packet's size, 0 for bytes that no encoder writes. */
static unsigned guest_unstuffed(unsigned char *bytes, unsigned size)
{
    unsigned at = 0, made = 0;

    while (at < size) {
        unsigned code = bytes[at];

        if (code == 0 || code > size - at) {
            return 0;
        }
        memmove(bytes + made, bytes + at + 1, code - 1);
        made += code - 1;
        at += code;
        if (code < 0xff && at < size) {
            bytes[made++] = 0;
        }
    }
    return made;
}

static unsigned guest_byte(GuestReading *from)
{
    if (from->at >= from->size) {
        from->wrong = true;
        return 0;
    }
    return from->bytes[from->at++];
}

static uint64_t guest_fixed(GuestReading *from, unsigned size)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < size; i++) {
        value |= (uint64_t)guest_byte(from) << (8 * i);
    }
    return value;
}

static uint64_t guest_varint(GuestReading *from)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < 9; i++) {
        unsigned byte = guest_byte(from);

        if (i == 8 || byte < 0x80) {
            /* Each number has one spelling. */
            from->wrong |= i > 0 && byte == 0;
            return value | (uint64_t)byte << (7 * i);
        }
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
    }
    return value;
}

/* A signed number between two bounds. */
static uint64_t guest_signed(GuestReading *from, int64_t low, int64_t high)
{
    uint64_t sent = guest_varint(from);
    int64_t value = sent & 1 ? -(int64_t)(sent >> 1) - 1 : (int64_t)(sent >> 1);

    from->wrong |= value < low || value > high;
    return (uint64_t)value;
}

static uint64_t guest_unsigned(GuestReading *from, uint64_t high)
{
    uint64_t value = guest_varint(from);

    from->wrong |= value > high;
    return value;
}

static char *guest_address(char *text, uint64_t address)
{
    int shift = 60;

    *text++ = '0';
    *text++ = 'x';
    while (shift > 0 && address >> shift == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        *text++ = "0123456789abcdef"[address >> shift & 15];
    }
    return text;
}

/* A text, written to `made`; returns where it ends there. One that was cut ends with dots. */
static char *guest_text(GuestReading *from, char *made)
{
    uint64_t head = guest_varint(from);
    unsigned how = head & 3;
    uint64_t size = head >> 2;

    if (from->wrong || size > from->size - from->at || ((how == 0 || how == 3) && size != 0)) {
        from->wrong = true;
        return made;
    }
    if (size != 0) {
        memcpy(made, from->bytes + from->at, (size_t)size);
        from->wrong |= memchr(made, 0, (size_t)size) != NULL;
        from->at += (unsigned)size;
        made += size;
    }
    if (how >= 2) {
        uint64_t address = guest_varint(from);

        if (how == 3) {
            made = guest_address(made, address);
        } else {
            memcpy(made, "...", 3);
            made += 3;
        }
    }
    *made++ = '\0';
    return made;
}

static uint64_t guest_number(GuestReading *from, char kind)
{
    uint64_t value;

    switch (kind) {
    case 'b':
        value = guest_byte(from);
        from->wrong |= value > 1;
        return value;
    case 'e':
        return (uint64_t)(((int64_t)guest_byte(from) ^ 0x80) - 0x80);
    case 'E':
        return guest_byte(from);
    case 'c':
        return guest_signed(from, -128, 255);
    case 'h':
        return guest_signed(from, INT16_MIN, INT16_MAX);
    case 'H':
        return guest_unsigned(from, UINT16_MAX);
    case 'w':
        return guest_signed(from, INT32_MIN, INT32_MAX);
    case 'W':
        return guest_unsigned(from, UINT32_MAX);
    case 'x':
        return guest_signed(from, INT64_MIN, INT64_MAX);
    default:
        return guest_varint(from);
    }
}

/* So many events are missing before this one: its six bits say. */
static uint32_t guest_gap(GuestFrames *stream, uint32_t number)
{
    uint32_t gap, place;

    if (!stream->counting) {
        stream->counting = true;
        stream->next = number;
    }
    gap = (number - (uint32_t)stream->next) & GUEST_MASK;
    if (gap != 0) {
        place = (stream->gap_first + stream->gap_count) % GUEST_FRAMES_GAPS;
        if (stream->gap_count < GUEST_FRAMES_GAPS) {
            stream->gap_count++;
        } else {
            stream->gap_first = (stream->gap_first + 1) % GUEST_FRAMES_GAPS;
        }
        stream->gaps[place].came = stream->came;
        stream->gaps[place].size = gap;
        stream->gaps[place].number = number;
        stream->gap_total += gap;
    }
    stream->next += gap + 1;
    stream->came++;
    stream->missing += gap;
    return gap;
}

/* An intact packet: the event, if it is one that is declared. */
static bool guest_event(GuestFrames *stream, const unsigned char *packet, unsigned size, uint64_t offset)
{
    GuestValue values[GUEST_FRAMES_PACKET];
    char texts[GUEST_TEXTS];
    GuestReading from;
    const char *kinds;
    char *text = texts;
    uint64_t head;
    uint32_t gap;
    unsigned i;

    from.bytes = packet;
    from.size = size - 2;
    from.at = 1;
    from.wrong = false;
    head = guest_varint(&from);
    if (head & 1) {
        guest_varint(&from);
    }
    if (packet[0] >> 6 == GUEST_KIND_TIMED) {
        guest_fixed(&from, 4);
    }
    if (from.wrong || head >> 1 >= stream->guest->count) {
        return false;
    }
    kinds = stream->guest->kinds[head >> 1];
    for (i = 0; kinds[i] != '\0' && !from.wrong; i++) {
        if (kinds[i] == 't') {
            values[i].text = text;
            text = guest_text(&from, text);
        } else {
            values[i].number = guest_number(&from, kinds[i]);
        }
    }
    if (from.wrong || from.at != from.size) {
        return false;
    }
    gap = guest_gap(stream, packet[0] & GUEST_MASK);
    if (gap != 0) {
        guest_say(stream, GUEST_FRAMES_MISSING, offset, gap, "");
    }
    stream->events++;
    stream->guest->call((uint32_t)(head >> 1), values);
    return true;
}

/* Give out what waited for a hello. */
static void guest_release(GuestFrames *stream)
{
    uint32_t i, held = stream->held;

    stream->held = 0;
    for (i = 0; i < held; i++) {
        const unsigned char *bytes = stream->waiting[i].bytes;
        unsigned size = stream->waiting[i].size;

        if (stream->guest == NULL || guest_checksum(stream->guest->hash & 0xffff, bytes, size) != 0 ||
            !guest_event(stream, bytes, size, stream->waiting[i].offset)) {
            guest_skip(stream, stream->waiting[i].offset, stream->waiting[i].chunk);
        }
    }
}

/*
 * The guest has started again, and its next event has this number: how many are missing of the new
 * start. Where its hello was not read, one of the gaps is the start, and what was counted for it is wrong.
 */
static int64_t guest_restarted(GuestFrames *stream, int64_t sequence)
{
    int64_t later = 0, fewest = -1, fewest_gap = 0;
    uint32_t i;

    if (sequence == 0) {
        return 0;
    }
    stream->inexact = true;
    for (i = stream->gap_count; i > 0; i--) {
        uint32_t place = (stream->gap_first + i - 1) % GUEST_FRAMES_GAPS;
        int64_t gap = stream->gaps[place].size;
        int64_t behind = stream->came - stream->gaps[place].came + later;
        int64_t missing = sequence - behind;

        later += gap;
        if (stream->gaps[place].number + behind > sequence) {
            continue;
        }
        if (fewest < 0 || missing < fewest || (missing == fewest && gap < fewest_gap)) {
            fewest = missing;
            fewest_gap = gap;
        }
    }
    if (fewest < 0) {
        return sequence > stream->came ? sequence - stream->came : 0;
    }
    stream->missing -= (uint64_t)fewest_gap;
    return fewest;
}

/* A guest's number, of 32 bits, as that of all events since its start; one far behind is of a new start. */
static int64_t guest_continued(const GuestFrames *stream, int64_t sequence)
{
    int64_t full = stream->next / GUEST_NUMBERS * GUEST_NUMBERS + sequence;

    if (full < stream->next && full + GUEST_NUMBERS - stream->next < GUEST_MISSED) {
        full += GUEST_NUMBERS;
    }
    return full >= stream->next ? full : sequence;
}

/* A number in full: what is missing, and what the guest has dropped. */
static void guest_anchor(GuestFrames *stream, int64_t sequence, int64_t lost, bool starts, uint64_t offset)
{
    int64_t missing = 0, before = 0, dropped;
    bool restarted = false;

    if (!stream->anchored) {
        before = sequence - stream->came - stream->gap_total;
        if (before < 0) {
            before = 0;
            stream->inexact = restarted = true;
        }
        dropped = starts ? lost : 0;
    } else {
        sequence = starts ? sequence : guest_continued(stream, sequence);
        /* The count wraps: one that seems to have grown by more than half of that has begun again. */
        dropped = (int64_t)(uint32_t)(lost - stream->lost);
        restarted = starts || sequence < stream->next || dropped > GUEST_NUMBERS / 2;
        missing = restarted ? guest_restarted(stream, sequence) : sequence - stream->next;
        dropped = restarted ? lost : dropped;
    }
    stream->starts += starts || restarted;
    stream->missing += (uint64_t)missing;
    stream->dropped += (uint64_t)dropped;
    stream->anchored = stream->counting = true;
    stream->next = sequence;
    stream->lost = lost;
    stream->came = stream->gap_total = 0;
    stream->gap_first = stream->gap_count = 0;
    if (restarted) {
        guest_say(stream, GUEST_FRAMES_STARTED, offset, 0, "");
    }
    if (before != 0) {
        guest_say(stream, GUEST_FRAMES_BEFORE, offset, (uint64_t)before, "");
    }
    if (missing != 0) {
        guest_say(stream, GUEST_FRAMES_MISSING, offset, (uint64_t)missing, "");
    }
    if (dropped != 0) {
        guest_say(stream, GUEST_FRAMES_DROPPED, offset, (uint64_t)dropped, "");
    }
}

static bool guest_read_hello(const unsigned char *packet, unsigned size, GuestHello *hello)
{
    GuestReading from;

    from.bytes = packet;
    from.size = size - 2;
    from.at = 2;
    from.wrong = false;
    from.wrong |= guest_byte(&from) != GUEST_VERSION;
    hello->flags = guest_byte(&from);
    from.wrong |= hello->flags > GUEST_FLAGS;
    hello->hash = guest_fixed(&from, 8);
    hello->sequence = (int64_t)guest_fixed(&from, 4);
    hello->lost = (int64_t)guest_fixed(&from, 4);
    if (hello->flags & GUEST_HAS_CLOCK) {
        guest_fixed(&from, 8);
        guest_varint(&from);
    }
    hello->name = packet + from.at;
    hello->name_size = from.size - from.at;
    return !from.wrong;
}

/* The guest with these declarations; of several the one that the host has chosen. */
static const GuestFramed *guest_declared(const GuestFrames *stream, uint64_t hash)
{
    unsigned i;

    if (stream->guest != NULL) {
        return stream->guest->hash == hash ? stream->guest : NULL;
    }
    for (i = 0; guest_frames_all[i] != NULL; i++) {
        if (guest_frames_all[i]->hash == hash) {
            return guest_frames_all[i];
        }
    }
    return NULL;
}

static void guest_greeted(GuestFrames *stream, const GuestHello *hello, uint64_t offset)
{
    const GuestFramed *guest = guest_declared(stream, hello->hash);
    char name[GUEST_FRAMES_PACKET + 1];

    memcpy(name, hello->name, hello->name_size);
    name[hello->name_size] = '\0';
    if (guest == NULL) {
        if (!stream->foreign || stream->foreign_hash != hello->hash) {
            guest_say(stream, GUEST_FRAMES_FOREIGN, offset, hello->hash, name);
        }
        stream->foreign = true;
        stream->foreign_hash = hello->hash;
        return;
    }
    stream->guest = guest;
    stream->foreign = false;
    stream->listens = (hello->flags & GUEST_LISTENS) != 0;
    if (!stream->greeted) {
        stream->greeted = true;
        guest_release(stream);
    }
    guest_anchor(stream, hello->sequence, hello->lost, (hello->flags & GUEST_STARTS) != 0, offset);
    guest_say(stream, GUEST_FRAMES_HELLO, offset, (uint64_t)hello->sequence, name);
}

static bool guest_control(GuestFrames *stream, const unsigned char *packet, unsigned size, uint64_t offset)
{
    GuestHello hello;

    if (size < 4 || guest_checksum(GUEST_CONTROL_START, packet, size) != 0) {
        return false;
    }
    if (packet[1] == GUEST_CONTROL_HELLO && guest_read_hello(packet, size, &hello)) {
        guest_greeted(stream, &hello, offset);
        return true;
    }
    if (packet[1] == GUEST_CONTROL_LOST && size == 1 + 9 + 2) {
        GuestReading from;

        from.bytes = packet;
        from.size = size;
        from.at = 2;
        from.wrong = false;
        if (!stream->foreign && stream->greeted) {
            int64_t sequence = (int64_t)guest_fixed(&from, 4);

            guest_anchor(stream, sequence, (int64_t)guest_fixed(&from, 4), false, offset);
        }
        return true;
    }
    return false;
}

/* Keep an event until a hello has come. */
static bool guest_hold(GuestFrames *stream, const unsigned char *packet, unsigned size, unsigned chunk)
{
    uint32_t at = stream->held;

    stream->waiting[at].offset = stream->offset;
    stream->waiting[at].size = size;
    stream->waiting[at].chunk = chunk;
    memcpy(stream->waiting[at].bytes, packet, size);
    stream->held++;
    if (stream->held == GUEST_FRAMES_HELD) {
        guest_release(stream);
    }
    return true;
}

/* What is between two zeros: whether it is a frame. */
static bool guest_frame(GuestFrames *stream, unsigned char *bytes, unsigned chunk)
{
    unsigned size = guest_unstuffed(bytes, chunk);

    if (size < 4 || size > GUEST_FRAMES_PACKET) {
        return false;
    }
    if (bytes[0] >> 6 == GUEST_KIND_CONTROL) {
        return guest_control(stream, bytes, size, stream->offset);
    }
    if (stream->foreign) {
        bool intact = guest_checksum(stream->foreign_hash & 0xffff, bytes, size) == 0;

        stream->refused += intact;
        return intact;
    }
    if (bytes[0] >> 6 > GUEST_KIND_CONTROL) {
        return false;
    }
    if (stream->guest != NULL && guest_checksum(stream->guest->hash & 0xffff, bytes, size) != 0) {
        return false;
    }
    if (!stream->greeted) {
        return guest_hold(stream, bytes, size, chunk);
    }
    return guest_event(stream, bytes, size, stream->offset);
}

static void guest_chunk(GuestFrames *stream)
{
    uint64_t size = stream->size;

    if (size > sizeof(stream->bytes) || !guest_frame(stream, stream->bytes, (unsigned)size)) {
        guest_skip(stream, stream->offset, size);
    }
    stream->offset += size;
    stream->size = 0;
}

void guest_frames_take(GuestFrames *stream, const void *data, size_t size)
{
    const unsigned char *next = data;

    if (stream->guest == NULL && guest_frames_all[0] != NULL && guest_frames_all[1] == NULL) {
        stream->guest = guest_frames_all[0];
    }
    for (; size > 0; size--, next++) {
        if (*next == 0) {
            if (stream->size != 0) {
                guest_chunk(stream);
            }
            stream->offset++;
            continue;
        }
        if (stream->size < sizeof(stream->bytes)) {
            stream->bytes[stream->size] = *next;
        }
        stream->size++;
        if (stream->size == GUEST_ENDLESS) {
            /* It remains too long for a frame. */
            uint64_t most = stream->size - sizeof(stream->bytes) - 1;

            guest_skip(stream, stream->offset, most);
            stream->offset += most;
            stream->size -= most;
        }
    }
}

void guest_frames_end(GuestFrames *stream)
{
    if (stream->size != 0) {
        guest_chunk(stream);
    }
    guest_release(stream);
}

size_t guest_frames_word(const GuestFrames *stream, uint32_t first, unsigned char *frame, uint32_t *next)
{
    uint32_t count = stream->guest == NULL ? 0 : stream->guest->count;
    uint32_t id = first, crc;
    unsigned size = 1, code = 0, i;

    frame[size++] = GUEST_KIND_CONTROL << 6;
    frame[size++] = GUEST_CONTROL_WORD;
    frame[size++] = first & 0xff;
    frame[size++] = first >> 8 & 0xff;
    while (id < count && size < GUEST_FRAMES_PACKET - 1) {
        unsigned bits = 0;

        for (i = 0; i < 8 && id < count; i++, id++) {
            bits |= (unsigned)stream->guest->on(id) << i;
        }
        frame[size++] = (unsigned char)bits;
    }
    *next = id;
    crc = guest_checksum(count == 0 ? 0 : stream->guest->hash & 0xffff, frame + 1, size - 1);
    frame[size++] = (unsigned char)(crc >> 8);
    frame[size++] = (unsigned char)crc;
    for (i = 1; i < size; i++) {
        if (frame[i] == 0) {
            frame[code] = (unsigned char)(i - code);
            code = i;
        }
    }
    frame[code] = (unsigned char)(size - code);
    frame[size++] = 0;
    return size;
}
