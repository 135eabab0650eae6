/*
 * As much of QEMU's interface as guest-trace.c uses, for one character device whose front end is the guest
 * in main.c: written from QEMU 10.2's headers' documentation, in our own words.
 */
#ifndef QEMU_MODEL_H
#define QEMU_MODEL_H

#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct Object { int unused; } Object;
typedef struct ObjectClass { int unused; } ObjectClass;
typedef struct Error Error;
typedef struct ChardevBackend ChardevBackend;
typedef struct Chardev {
    Object object;
    char *label;
} Chardev;
typedef struct ChardevClass {
    ObjectClass parent;
    bool (*chr_open)(Chardev *chr, ChardevBackend *backend, Error **errp);
    int (*chr_write)(Chardev *chr, const uint8_t *buf, int len);
    void (*chr_accept_input)(Chardev *chr);
} ChardevClass;
typedef struct TypeInfo {
    const char *name, *parent;
    size_t instance_size;
    void (*instance_init)(Object *obj);
    void (*instance_finalize)(Object *obj);
    void (*class_init)(ObjectClass *oc, const void *data);
} TypeInfo;

#define TYPE_CHARDEV "chardev"
#define CHARDEV(obj) ((Chardev *)(void *)(obj))
#define CHARDEV_CLASS(oc) ((ChardevClass *)(void *)(oc))
#define OBJECT_DECLARE_SIMPLE_TYPE(Type, NAME)        \
    typedef struct Type Type;                         \
    static inline Type *NAME(void *obj) { return obj; }
#define type_init(function) void model_register(void) { function(); }
void type_register_static(const TypeInfo *info);

enum { OBJ_PROP_FLAG_READ = 1 };
void object_property_add_uint64_ptr(Object *obj, const char *name, const uint64_t *value, int flags);

#define error_report(...) model_report("error", __VA_ARGS__)
#define warn_report_once_cond(printed, ...) (*(printed) ? false : (*(printed) = true, model_report("warning", __VA_ARGS__)))
bool model_report(const char *kind, const char *form, ...) G_GNUC_PRINTF(2, 3);

typedef struct QEMUTimer {
    void (*tick)(void *opaque);
    void *opaque;
    int64_t due;
} QEMUTimer;
enum { QEMU_CLOCK_REALTIME };
int64_t qemu_clock_get_ms(int clock);
QEMUTimer *timer_new_ms(int clock, void (*tick)(void *), void *opaque);
void timer_mod(QEMUTimer *timer, int64_t due);
void timer_free(QEMUTimer *timer);

enum { CHR_EVENT_OPENED };
int qemu_chr_be_can_write(Chardev *chr);
void qemu_chr_be_write(Chardev *chr, const uint8_t *buf, int len);
void qemu_chr_be_event(Chardev *chr, int event);

static inline unsigned long *bitmap_new(long bits)
{
    return g_new0(unsigned long, (bits + 63) / 64);
}
static inline int test_bit(long nr, const unsigned long *bits)
{
    return bits[nr / (8 * (long)sizeof(long))] >> nr % (8 * (long)sizeof(long)) & 1;
}
static inline void change_bit(long nr, unsigned long *bits)
{
    bits[nr / (8 * (long)sizeof(long))] ^= 1ul << nr % (8 * (long)sizeof(long));
}
#endif
