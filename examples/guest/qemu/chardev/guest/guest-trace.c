/* SPDX-License-Identifier: 0BSD */
/*
 * A character device for a guest that traces: use -chardev guest-trace,id=ID instead of a file or a socket
 * for any port that the guest writes its events to. They become events of QEMU, in the order in which the
 * guest and QEMU's own devices produce them, because the device runs while the guest writes.
 *
 * If the guest listens, the device tells it which of its events are on: when it starts, and when that changes.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "chardev/char.h"
#include "qom/object.h"
#include "trace/trace-guest_trace_events.h"
#include "guest-demux.h"

#define TYPE_CHARDEV_GUEST_TRACE "chardev-guest-trace"
OBJECT_DECLARE_SIMPLE_TYPE(GuestTraceChardev, CHARDEV_GUEST_TRACE)

/* How often to check whether events were switched on or off: QEMU does not notify anyone. */
#define STATES_INTERVAL_MS 100

struct GuestTraceChardev {
    Chardev parent;

    GuestFrames frames;
    bool complained;
    /* What the guest was last told, one bit per event, and the bytes that are still on their way to it. */
    unsigned long *told;
    bool told_once;
    GByteArray *words;
    QEMUTimer *timer;
};

static void guest_trace_accept_input(Chardev *chr)
{
    GuestTraceChardev *s = CHARDEV_GUEST_TRACE(chr);

    while (s->words->len > 0) {
        int room = qemu_chr_be_can_write(chr);
        g_autofree uint8_t *bytes = NULL;
        guint size;

        if (room <= 0) {
            break;
        }
        size = MIN((guint)room, s->words->len);
        /* The guest may answer before this returns. */
        bytes = g_memdup2(s->words->data, size);
        g_byte_array_remove_range(s->words, 0, size);
        qemu_chr_be_write(chr, bytes, size);
    }
}

/* Queue the events' states for the guest, unless it already knows them. */
static void guest_trace_tell(GuestTraceChardev *s)
{
    const GuestFramed *guest = s->frames.guest;
    /* This zero ends a partly sent word, if the guest says hello again in the middle of one. */
    static const uint8_t zero;
    uint8_t frame[GUEST_FRAMES_WORD];
    bool changed = !s->told_once;
    uint32_t id;

    if (s->told == NULL) {
        s->told = bitmap_new(MAX(guest->count, 1));
    }
    for (id = 0; id < guest->count; id++) {
        if (guest->on(id) != test_bit(id, s->told)) {
            change_bit(id, s->told);
            changed = true;
        }
    }
    if (!changed) {
        return;
    }
    s->told_once = true;
    g_byte_array_append(s->words, &zero, 1);
    for (id = 0; id < guest->count;) {
        size_t size = guest_frames_word(&s->frames, id, frame, &id);

        g_byte_array_append(s->words, frame, size);
    }
}

static void guest_trace_tick(void *opaque)
{
    GuestTraceChardev *s = opaque;

    /* Do not queue the states again while the guest has not taken the last ones. */
    if (s->words->len == 0) {
        guest_trace_tell(s);
    }
    guest_trace_accept_input(CHARDEV(s));
    timer_mod(s->timer, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + STATES_INTERVAL_MS);
}

/* List the guests that this QEMU was built for, so that the user sees why none of them fits. */
static char *guest_trace_known(const GuestFramed *chosen)
{
    GString *text = g_string_new("");
    int i;

    for (i = 0; guest_frames_all[i] != NULL; i++) {
        const GuestFramed *guest = guest_frames_all[i];

        if (chosen == NULL || chosen == guest) {
            g_string_append_printf(text, "%s'%s' is %016" PRIx64, text->len ? ", " : "", guest->name, guest->hash);
        }
    }
    return g_string_free(text, false);
}

static void guest_trace_news(GuestFrames *frames, GuestFramesNews what, uint64_t offset, uint64_t count,
                             const char *name)
{
    GuestTraceChardev *s = frames->opaque;
    const char *label = CHARDEV(s)->label;
    g_autofree char *known = NULL;

    switch (what) {
    case GUEST_FRAMES_HELLO:
        trace_guest_trace_hello(label, name, count);
        if (frames->listens && (count == 0 || !s->told_once)) {
            /* The guest has started and knows nothing yet; what is still queued was for its previous boot. */
            g_byte_array_set_size(s->words, 0);
            s->told_once = false;
            timer_mod(s->timer, qemu_clock_get_ms(QEMU_CLOCK_REALTIME));
        }
        break;
    case GUEST_FRAMES_STARTED:
        trace_guest_trace_started(label, offset);
        s->told_once = false;
        break;
    case GUEST_FRAMES_FOREIGN:
        known = guest_trace_known(frames->guest);
        error_report("chardev %s: the guest '%s' was built from different declarations: their hash is %016" PRIx64
                     ", that of %s; its events are dropped", label, name, count, known);
        break;
    case GUEST_FRAMES_BEFORE:
        trace_guest_trace_before(label, offset, count);
        break;
    case GUEST_FRAMES_SKIPPED:
        trace_guest_trace_skipped(label, offset, count);
        break;
    case GUEST_FRAMES_MISSING:
        trace_guest_trace_missing(label, offset, count);
        break;
    case GUEST_FRAMES_DROPPED:
        trace_guest_trace_dropped(label, offset, count);
        break;
    }
    if (what == GUEST_FRAMES_SKIPPED || what == GUEST_FRAMES_MISSING || what == GUEST_FRAMES_DROPPED) {
        warn_report_once_cond(&s->complained, "chardev %s: not all of the guest's trace arrives; "
                              "enable guest_trace_* to see what is missing, or read its properties", label);
    }
}

static int guest_trace_write(Chardev *chr, const uint8_t *buf, int len)
{
    GuestTraceChardev *s = CHARDEV_GUEST_TRACE(chr);

    guest_frames_take(&s->frames, buf, len);
    return len;
}

static const GuestFramed *guest_trace_named(const char *label)
{
    int i;

    for (i = 0; guest_frames_all[i] != NULL; i++) {
        if (strcmp(guest_frames_all[i]->name, label) == 0) {
            return guest_frames_all[i];
        }
    }
    return NULL;
}

static bool guest_trace_open(Chardev *chr, ChardevBackend *backend, Error **errp)
{
    GuestTraceChardev *s = CHARDEV_GUEST_TRACE(chr);

    /* A device named after a guest is for that guest; any other device is for whichever guest says hello. */
    s->frames.guest = guest_trace_named(chr->label);
    s->frames.news = guest_trace_news;
    s->frames.opaque = s;
    s->words = g_byte_array_new();
    s->timer = timer_new_ms(QEMU_CLOCK_REALTIME, guest_trace_tick, s);
    qemu_chr_be_event(chr, CHR_EVENT_OPENED);
    return true;
}

static void guest_trace_init(Object *obj)
{
    GuestFrames *frames = &CHARDEV_GUEST_TRACE(obj)->frames;

    object_property_add_uint64_ptr(obj, "bytes", &frames->offset, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "events", &frames->events, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "missing", &frames->missing, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "dropped", &frames->dropped, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "skipped-bytes", &frames->skipped, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "refused-frames", &frames->refused, OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "starts", &frames->starts, OBJ_PROP_FLAG_READ);
}

static void guest_trace_finalize(Object *obj)
{
    GuestTraceChardev *s = CHARDEV_GUEST_TRACE(obj);

    if (s->timer != NULL) {
        timer_free(s->timer);
        guest_frames_end(&s->frames);
        g_byte_array_unref(s->words);
        g_free(s->told);
    }
}

static void guest_trace_class_init(ObjectClass *oc, const void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(oc);

    cc->chr_open = guest_trace_open;
    cc->chr_write = guest_trace_write;
    cc->chr_accept_input = guest_trace_accept_input;
}

static const TypeInfo guest_trace_type_info = {
    .name = TYPE_CHARDEV_GUEST_TRACE,
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(GuestTraceChardev),
    .instance_init = guest_trace_init,
    .instance_finalize = guest_trace_finalize,
    .class_init = guest_trace_class_init,
};

static void register_types(void)
{
    type_register_static(&guest_trace_type_info);
}

type_init(register_types);
