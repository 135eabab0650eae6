/* SPDX-License-Identifier: 0BSD */
/*
 * Trace events of a guest, on their way to the host.
 *
 * The headers that `tesc guest header` generates include this one; the source that `tesc guest source`
 * generates holds the tables. Link them with tesc_guest.c and with exactly one of
 *
 *     tesc_guest_frames.c   frames for a transport, a file that defines tesc_guest_send():
 *         tesc_guest_bytes.c      a function of yours that takes a byte, such as a UART's
 *         tesc_guest_function.c   a function of yours that takes whole frames
 *         tesc_guest_debugcon.c   QEMU's debug console
 *         tesc_guest_virtio.c     a virtio console behind virtio-mmio
 *         tesc_guest_fw_cfg_dma.c   a file of QEMU's fw_cfg, for a host that takes it
 *         tesc_guest_semihosting.c   a file or a character device of the host's, on ARM and RISC-V
 *     tesc_guest_ring.c     a ring in memory, which the host reads
 *
 * and, with frames, with tesc_guest_listen.c if the host is to say which events are on.
 *
 * Everything is freestanding C99: no libc, no arithmetic of libgcc's, no heap, 32 or 64 bits, either
 * byte order. What your code base has in its own way is said by macros, best in a header that
 * TESC_GUEST_CONFIG_H names (-DTESC_GUEST_CONFIG_H='"my-trace.h"'):
 *
 *     TESC_GUEST_TYPES_H     a header in place of <stdbool.h>, <stddef.h> and <stdint.h>; it declares
 *                            bool, true, false, NULL, size_t, uint16_t, uint32_t, uint64_t, uintptr_t
 *     TESC_GUEST_NAME        what the guest is called, at most 32 bytes ("guest")
 *     TESC_GUEST_CLOCK()     the time as a uint64_t that only grows; without one events have no time
 *     TESC_GUEST_CLOCK_HZ    how many of its ticks are a second; 0 if that is not known
 *     TESC_GUEST_SOURCE()    the CPU or thread as an unsigned number
 *     TESC_GUEST_LOCK(flags), TESC_GUEST_UNLOCK(flags)
 *                            keep out other CPUs, threads, and interrupts that trace; `flags` is an
 *                            unsigned long of your own. Whatever runs in between must not trace.
 *     TESC_GUEST_LISTENS     defined if tesc_guest_take() gets what the host sends
 *     TESC_GUEST_RINGS       of how many CPUs tesc_guest_ring.c keeps rings (1)
 *     TESC_GUEST_TEXT        how many bytes of a text are sent (64); 0 sends its address only
 */
#ifndef TESC_GUEST_H
#define TESC_GUEST_H

#ifdef TESC_GUEST_CONFIG_H
#include TESC_GUEST_CONFIG_H
#endif
#ifdef TESC_GUEST_TYPES_H
#include TESC_GUEST_TYPES_H
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#ifndef TESC_GUEST_NAME
#define TESC_GUEST_NAME "guest"
#endif
#ifndef TESC_GUEST_CLOCK_HZ
#define TESC_GUEST_CLOCK_HZ 0
#endif
#ifndef TESC_GUEST_TEXT
#define TESC_GUEST_TEXT 64
#endif
#ifndef TESC_GUEST_LOCK
#define TESC_GUEST_LOCK(flags) ((void)(flags))
#define TESC_GUEST_UNLOCK(flags) ((void)(flags))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* For the states of a file's events: s390x takes the address of what may be odd from memory. */
#ifdef __GNUC__
#define TESC_GUEST_STATES __attribute__((aligned(2)))
#else
#define TESC_GUEST_STATES
#endif

/*
 * Whether an event is on: `tesc_guest_on(TRACE_NAME)`. The arguments of trace_NAME() are evaluated
 * whether it is or not, as C does for any function: ask this first where they take long to compute.
 */
#define tesc_guest_on(event) ((event) != 0)

/*
 * Switch the events on or off whose names match, where `*` means any characters and `?` any one;
 * returns how many do. An event that was disabled at build time sends nothing either way.
 */
size_t tesc_guest_set_state(const char *pattern, bool on);

/*
 * Events that were dropped: the transport could not take them, or was busy with another one. The
 * host is informed as soon as possible.
 */
extern uint32_t tesc_guest_lost;

/*
 * What the generated functions call, with as many arguments as the event has: `event` is the number of its
 * file, in the upper half, and its own number there. They look at a byte that says whether it is on.
 */
void tesc_guest_n(uint32_t event, const uint64_t *x);
void tesc_guest_0(uint32_t event);
void tesc_guest_1(uint32_t event, uint64_t x1);
void tesc_guest_2(uint32_t event, uint64_t x1, uint64_t x2);
void tesc_guest_3(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3);
void tesc_guest_4(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4);
void tesc_guest_5(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4, uint64_t x5);
void tesc_guest_6(uint32_t event, uint64_t x1, uint64_t x2, uint64_t x3,
                  uint64_t x4, uint64_t x5, uint64_t x6);

/* The transport: send these bytes, a whole frame; returns whether all of them went out. */
bool tesc_guest_send(const unsigned char *frame, size_t size);

/*
 * Say hello to the host, as is done anyway when the first event is sent. A guest that listens and starts
 * with no event on calls it once its port can be used.
 */
void tesc_guest_hello(void);

/* For tesc_guest_listen.c: a byte that the host has sent. */
void tesc_guest_take(unsigned char byte);

/* The checksum of frames. */
uint32_t tesc_guest_checksum(uint32_t crc, const unsigned char *bytes, unsigned size);

/* For tesc_guest_bytes.c: a function of yours that sends one byte, and waits until it can. */
void tesc_guest_putc(unsigned char byte);

/* For tesc_guest_function.c: what sends frames from now on, NULL for nothing. */
typedef bool tesc_guest_function(void *opaque, const unsigned char *frame, size_t size);
void tesc_guest_send_by(tesc_guest_function *function, void *opaque);

/* For tesc_guest_virtio.c: the registers of a virtio-mmio slot; returns whether a console is there. */
bool tesc_guest_virtio_at(volatile void *address);

/* For tesc_guest_fw_cfg_dma.c, but on PCs: where the device's DMA register is. */
void tesc_guest_fw_cfg_at(volatile void *address);

/*
 * For tesc_guest_ring.c: keep the events of a CPU in this memory, at a multiple of 4 KiB. Its size less
 * 256 is rounded down to a power of two. Events are lost and counted until there is a ring.
 */
bool tesc_guest_ring_at(unsigned cpu, void *memory, size_t size);

/* The generated tables: of each event its arguments' letters, a zero, and its name, by wire ID. */
extern const char *const tesc_guest_events[];

/* The events of one file: whether each is on, and its wire ID. */
struct tesc_guest_file {
    unsigned char *on;
    const uint16_t *ids;
    uint32_t count;
};

/* All of them, one without events at the end. */
extern const struct tesc_guest_file tesc_guest_files[];

/* How many events there are, and the hash of their declarations. */
extern const uint32_t tesc_guest_count;
extern const uint32_t tesc_guest_hash[2];

#ifdef __cplusplus
}
#endif

#endif /* TESC_GUEST_H */
