/* SPDX-License-Identifier: 0BSD */
/*
 * Trace events of a guest's firmware, on their way to the host.
 *
 * The header that `tesc guest header` generates includes this one and calls trace0() to trace6();
 * the source that `tesc guest source` generates holds trace_list. Link both with tesc_guest.c and
 * with exactly one transport, a file that defines tesc_guest_send():
 *
 *     tesc_guest_fw_cfg_port.c   QEMU's fw_cfg write channel behind I/O ports
 *     tesc_guest_fw_cfg_mmio.c   the same, memory-mapped
 *     tesc_guest_debugcon.c      QEMU's debug console
 *     tesc_guest_function.c      a function of yours
 *
 * Everything is freestanding C99: no libc, no arithmetic of libgcc's, no heap, no static buffer, 32 or
 * 64 bits, either byte order.
 */
#ifndef TESC_GUEST_H
#define TESC_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t TraceEventID;

/* An event: its name, and whether it is on. Calls of an event that is off send nothing. */
typedef struct TraceEvent {
    const char *tp_name;
    bool state;
} TraceEvent;

/* All events by their IDs, disabled ones too, and how many there are. */
extern TraceEvent trace_list[];
extern const uint32_t tesc_guest_events;

/* Records that did not go out: the transport could not, or was busy with another record. */
extern uint32_t tesc_guest_lost;

/*
 * Whether an event is on. The arguments of trace_NAME() are evaluated by the caller whether it is
 * or not, as C does for any function: ask this first where they take long to compute.
 */
#define tesc_guest_on(id) (trace_list[(id)].state)

/*
 * Switch the events on or off whose names match, where `*` stands for any characters and `?` for
 * any one; returns how many do. An event that was disabled at build time sends nothing either way.
 */
size_t tesc_guest_set_state(const char *pattern, bool on);

/*
 * Send one record: the event's ID and six arguments, zeros for the missing ones, as seven
 * little-endian 64-bit words. An event that is off, or an ID that is none, sends nothing.
 *
 * A record that is made while another one is being sent is dropped and counted, so a transport
 * may trace, and so may an interrupt handler. Several processors need a lock around these calls.
 */
void trace0(TraceEventID event);
void trace1(TraceEventID event, uint64_t x1);
void trace2(TraceEventID event, uint64_t x1, uint64_t x2);
void trace3(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3);
void trace4(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4);
void trace5(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4, uint64_t x5);
void trace6(TraceEventID event, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4, uint64_t x5,
            uint64_t x6);

#define TESC_GUEST_WORDS 7
#define TESC_GUEST_RECORD_BYTES (8 * TESC_GUEST_WORDS)

/* The transport: send a record's bytes, in this order; returns whether they went out. */
bool tesc_guest_send(const unsigned char record[TESC_GUEST_RECORD_BYTES]);

/* For tesc_guest_fw_cfg_mmio.c: where the device's selector and data registers are. */
void tesc_guest_fw_cfg_at(volatile void *selector, volatile void *data);

/* For tesc_guest_function.c: what sends records from now on, NULL for nothing. */
typedef bool TescGuestFunction(void *opaque, const unsigned char record[TESC_GUEST_RECORD_BYTES]);
void tesc_guest_send_by(TescGuestFunction *function, void *opaque);

#endif /* TESC_GUEST_H */
