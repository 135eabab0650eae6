/* The side of the traced program that the backends call, each of them writing to a file of its own
   that the environment names: LOG_FILE, FTRACE_FILE, SIMPLE_FILE; EXPECTED is what printf makes of the calls. */
#include "qemu/osdep.h"

#include <fcntl.h>
#include <stdarg.h>
#ifndef _WIN32
#include <sys/mman.h>
#include <unistd.h>
#else
#include <io.h>
#endif

#include "qemu/log-for-trace.h"
#include "trace/control.h"
#include "trace/ftrace.h"
#include "trace/simple.h"

int trace_events_enabled_count;
int qemu_loglevel = LOG_TRACE;

#ifndef MAX_EVENTS
#define MAX_EVENTS 1024
#endif
static TraceEvent *registered[MAX_EVENTS];
static uint32_t events;
static FILE *expected_file, *log_file, *simple_file;
static int ftrace_file = -1;

void begin(void);
void expect(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *null(void);
char *bounded(const char *text, size_t most);

void trace_event_register_group(TraceEvent **group)
{
    for (; *group != NULL && events < MAX_EVENTS; group++) {
        (*group)->id = events;
        registered[events++] = *group;
    }
}

static void put(const void *data, size_t size)
{
    if (size != 0 && fwrite(data, 1, size, simple_file) != size) {
        abort();
    }
}

static void put_u32(uint32_t value)
{
    put(&value, sizeof(value));
}

static void put_u64(uint64_t value)
{
    put(&value, sizeof(value));
}

static FILE *opened(const char *variable)
{
    const char *path = getenv(variable);

    return path != NULL ? fopen(path, "wb") : NULL;
}

/* Open what is to be written, and switch everything on. */
void begin(void)
{
#ifndef _WIN32
    /* A probe in the kernel cannot fetch a page of the program that nothing has read yet: its text would be empty. */
    (void)mlockall(MCL_CURRENT);
#endif
    expected_file = opened("EXPECTED");
    log_file = opened("LOG_FILE");
    simple_file = opened("SIMPLE_FILE");
    if (getenv("FTRACE_FILE") != NULL) {
        ftrace_file = open(getenv("FTRACE_FILE"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    if (simple_file != NULL) {
        put_u64(UINT64_MAX);
        put_u64(UINT64_C(0xf2b177cb0aa429b4));
        put_u64(4);
    }
    for (uint32_t i = 0; i < events; i++) {
        if (registered[i]->sstate) {
            *registered[i]->dstate = 1;
            trace_events_enabled_count++;
        }
        if (simple_file != NULL) {
            put_u64(0);
            put_u64(registered[i]->id);
            put_u32((uint32_t)strlen(registered[i]->name));
            put(registered[i]->name, strlen(registered[i]->name));
        }
    }
}

void *null(void)
{
    return NULL;
}

char *bounded(const char *text, size_t most)
{
    size_t length = strlen(text);
    /* The NUL is there only if it lies within the bound. */
    size_t size = length < most ? length + 1 : most;
    char *copy = malloc(size);

    return size != 0 ? memcpy(copy, text, size) : copy;
}

void expect(const char *format, ...)
{
    va_list arguments;

    if (expected_file != NULL) {
        va_start(arguments, format);
        vfprintf(expected_file, format, arguments);
        va_end(arguments);
        /* Text may hold line ends; no text of a call holds this. */
        fputs("\036", expected_file);
    }
}

void qemu_log(const char *format, ...)
{
    va_list arguments;

    if (log_file != NULL) {
        va_start(arguments, format);
        vfprintf(log_file, format, arguments);
        va_end(arguments);
        fputs("\036", log_file);
    }
}

/* As QEMU's: what does not fit 512 bytes is cut, and an event is one write. */
void ftrace_write(const char *format, ...)
{
    char line[MAX_TRACE_STRLEN];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (ftrace_file >= 0 && length > 0) {
        length = MIN(length, MAX_TRACE_STRLEN - 1);
        if (write(ftrace_file, line, length) != length) {
            abort();
        }
    }
}

int trace_record_start(TraceBufferRecord *rec, uint32_t id, size_t size)
{
    if (simple_file == NULL) {
        return -1;
    }
    rec->left = size;
    put_u64(1);
    put_u64(id);
    put_u64(0);
    put_u32((uint32_t)(24 + size));
    put_u32(0);
    return 0;
}

void trace_record_write_u64(TraceBufferRecord *rec, uint64_t value)
{
    rec->left -= sizeof(value);
    put_u64(value);
}

void trace_record_write_str(TraceBufferRecord *rec, const char *text, uint32_t length)
{
    rec->left -= sizeof(length) + length;
    put_u32(length);
    put(text, length);
}

/* The event must have written just what it announced. */
void trace_record_finish(TraceBufferRecord *rec)
{
    if (rec->left != 0) {
        abort();
    }
}
