/* A guest and the character device guest-trace in one program: what is said and done is printed. */
#include "qemu_model.h"

#include "tesc_guest.h"

extern unsigned char tesc_guest_on_root[];
bool wanted[4];
static TypeInfo type;
static ChardevClass class;
static Chardev *device;
static QEMUTimer timer = { .due = INT64_MAX };
static const uint64_t *counts[16];
static const char *names[16];
static int64_t now;
static int room;

void model_register(void);

void type_register_static(const TypeInfo *info)
{
    type = *info;
    info->class_init(&class.parent, NULL);
}

void object_property_add_uint64_ptr(Object *obj, const char *name, const uint64_t *value, int flags)
{
    int i;

    (void)obj;
    (void)flags;
    for (i = 0; names[i] != NULL; i++) {
    }
    names[i] = name;
    counts[i] = value;
}

bool model_report(const char *kind, const char *form, ...)
{
    va_list values;

    va_start(values, form);
    printf("%s: ", kind);
    vprintf(form, values);
    putchar('\n');
    va_end(values);
    return true;
}

int64_t qemu_clock_get_ms(int clock)
{
    (void)clock;
    return now;
}

QEMUTimer *timer_new_ms(int clock, void (*tick)(void *), void *opaque)
{
    (void)clock;
    timer.tick = tick;
    timer.opaque = opaque;
    return &timer;
}

void timer_mod(QEMUTimer *one, int64_t due)
{
    one->due = due;
}

void timer_free(QEMUTimer *one)
{
    one->due = INT64_MAX;
}

/* The port has room for a few bytes, which the guest takes when it looks. */
static unsigned char port[4];
static int in_port;

int qemu_chr_be_can_write(Chardev *chr)
{
    (void)chr;
    return room - in_port;
}

void qemu_chr_be_write(Chardev *chr, const uint8_t *buf, int len)
{
    (void)chr;
    g_assert(len <= room - in_port);
    memcpy(port + in_port, buf, (size_t)len);
    in_port += len;
}

void qemu_chr_be_event(Chardev *chr, int event)
{
    g_assert(chr == device && event == CHR_EVENT_OPENED);
}

static void poll_port(void)
{
    while (in_port > 0) {
        int i, size = in_port;

        for (i = 0; i < size; i++) {
            tesc_guest_take(port[i]);
        }
        in_port = 0;
        class.chr_accept_input(device);
    }
}

/* What the guest said at its start: a zero and two hellos. */
static GByteArray *said;
static int frames;

static bool send_frame(void *opaque, const unsigned char *frame, size_t size)
{
    (void)opaque;
    if (frames++ < 3) {
        g_byte_array_append(said, frame, (guint)size);
    }
    return class.chr_write(device, frame, (int)size) == (int)size;
}

static void wait_ms(int64_t time)
{
    for (time += now; now < time; now++) {
        if (now >= timer.due) {
            timer.tick(timer.opaque);
            poll_port();
        }
    }
}

static void all(const char *when)
{
    printf("-- %s\n", when);
    if (tesc_guest_on_root[0] != 0) {
        tesc_guest_1(0, (uint64_t)-5);
    }
    if (tesc_guest_on_root[1] != 0) {
        tesc_guest_1(1, (uint64_t)(uintptr_t) "text");
    }
    wait_ms(200);
}

static void show(void)
{
    int i;

    for (i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], "bytes") != 0) {
            printf("%s %" PRIu64 "%s", names[i], *counts[i], names[i + 1] == NULL ? "\n" : ", ");
        }
    }
}

int main(int argc, char **argv)
{
    static const unsigned char noise[] = { 1, 2, 3, 0, 'x', 0 };

    model_register();
    device = g_malloc0(type.instance_size);
    device->label = argc > 1 ? argv[1] : (char *)"port";
    type.instance_init(&device->object);
    g_assert(class.chr_open(device, NULL, NULL));
    room = sizeof(port);
    said = g_byte_array_new();
    tesc_guest_send_by(send_frame, NULL);
    all("both off on the host, on in the guest");
    all("both off, as the guest knows");
    wanted[0] = true;
    wait_ms(200);
    all("the first on");
    wanted[1] = true;
    room = 0;
    wait_ms(500);
    all("the second on, and the guest takes nothing");
    wanted[0] = false;
    wait_ms(500);
    room = sizeof(port);
    class.chr_accept_input(device);
    poll_port();
    wait_ms(200);
    all("the first off, and it takes all");
    class.chr_write(device, noise, sizeof(noise));
    class.chr_write(device, noise, sizeof(noise));
    /* A second hello while a word is on its way: what came of that one must not spoil the next. */
    wanted[0] = true;
    for (int i = 0; i < 1000 && in_port == 0; i++) {
        now++;
        if (now >= timer.due) {
            timer.tick(timer.opaque);
        }
    }
    class.chr_write(device, said->data, (int)said->len);
    poll_port();
    wait_ms(200);
    all("the first on again, and the guest started meanwhile");
    show();
    type.instance_finalize(&device->object);
    g_byte_array_unref(said);
    g_free(device);
    return 0;
}
