/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: a virtio console behind virtio-mmio (QEMU: -device virtio-serial-device -device
 * virtconsole,chardev=...), one access a frame. Virtio 1.2, 4.2.2 and 5.3; devices of before 1.0, which QEMU's
 * boards have by default (virtio-mmio.force-legacy), have another layout and the guest's byte order.
 *
 * tesc_guest_virtio_at() takes the registers of one slot and says whether a console is there; before that
 * events are lost and counted. Nothing is read from the console.
 *
 * An event waits until the device has taken it: switch all off by tesc_guest_set_state() before an operating
 * system drives the device, or it waits for ever.
 */
#include "tesc_guest.h"

/* The address that the device sees. */
#ifndef TESC_GUEST_PHYSICAL
#define TESC_GUEST_PHYSICAL(pointer) ((uint64_t)(uintptr_t)(pointer))
#endif
#ifndef TESC_GUEST_FENCE
#define TESC_GUEST_FENCE() __sync_synchronize()
#endif

enum {
    MAGIC = 0x00, VERSION = 0x04, DEVICE = 0x08, FEATURES = 0x20, FEATURES_SELECT = 0x24,
    PAGE_SIZE = 0x28, QUEUE = 0x30, QUEUE_MOST = 0x34, QUEUE_SIZE = 0x38, QUEUE_ALIGN = 0x3c,
    QUEUE_PAGE = 0x40, QUEUE_READY = 0x44, NOTIFY = 0x50, STATUS = 0x70, TABLE = 0x80, AVAILABLE = 0x90,
    USED = 0xa0
};

#define VIRT 0x74726976u /* "virt" */
#define CONSOLE 3u
#define TRANSMIT 1u
#define ACKNOWLEDGE 1u
#define DRIVER 2u
#define DRIVER_OK 4u
#define FEATURES_OK 8u
#define VERSION_1 1u /* bit 32 */
#define SIZE 2u
#define PAGE 4096u
#define MOST_FRAME 260u

/* One queue as devices of before 1.0 want it: what the device writes begins at a page. */
static struct queue {
    struct {
        uint32_t address[2];
        uint32_t size;
        uint16_t flags, next;
    } table[SIZE];
    uint16_t flags, count, ring[SIZE];
    unsigned char frame[MOST_FRAME];
    unsigned char gap[PAGE - 16 * SIZE - 4 - 2 * SIZE - MOST_FRAME];
    volatile uint16_t used_flags, used_count;
    uint32_t used[2 * SIZE];
} queue __attribute__((aligned(4096)));

static volatile uint32_t *registers;
static bool foreign; /* the registers' byte order is not ours */
static bool swapped; /* nor is that of the queue */

static bool big_endian(void)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return true;
#else
    return false;
#endif
}

static uint32_t swap(uint32_t value)
{
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

static uint32_t order_32(uint32_t value)
{
    return swapped ? swap(value) : value;
}

static uint16_t order_16(uint16_t value)
{
    return (uint16_t)(swapped ? value >> 8 | value << 8 : value);
}

static void set(unsigned at, uint32_t value)
{
    TESC_GUEST_FENCE();
    registers[at / 4] = foreign ? swap(value) : value;
}

static uint32_t get(unsigned at)
{
    uint32_t value = registers[at / 4];

    return foreign ? swap(value) : value;
}

static void set_address(unsigned at, const void *pointer)
{
    uint64_t address = TESC_GUEST_PHYSICAL(pointer);

    set(at, (uint32_t)address);
    set(at + 4, (uint32_t)(address >> 32));
}

static bool start(void)
{
    bool modern = get(VERSION) >= 2;

    set(STATUS, 0);
    /* The device counts from 0 again, also where it is found for the second time. */
    queue.count = 0;
    queue.used_count = 0;
    set(STATUS, ACKNOWLEDGE | DRIVER);
    swapped = modern && big_endian();
    set(FEATURES_SELECT, 0);
    set(FEATURES, 0);
    if (modern) {
        set(FEATURES_SELECT, 1);
        set(FEATURES, VERSION_1);
        set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        if ((get(STATUS) & FEATURES_OK) == 0) {
            return false;
        }
    } else {
        set(PAGE_SIZE, PAGE);
    }
    set(QUEUE, TRANSMIT);
    if (get(QUEUE_MOST) < SIZE) {
        return false;
    }
    set(QUEUE_SIZE, SIZE);
    if (modern) {
        set_address(TABLE, queue.table);
        set_address(AVAILABLE, &queue.flags);
        set_address(USED, (const void *)(uintptr_t)&queue.used_flags);
        set(QUEUE_READY, 1);
    } else {
        set(QUEUE_ALIGN, PAGE);
        set(QUEUE_PAGE, (uint32_t)(TESC_GUEST_PHYSICAL(&queue) / PAGE));
    }
    set(STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK | (modern ? FEATURES_OK : 0));
    return true;
}

bool tesc_guest_virtio_at(volatile void *address)
{
    registers = (volatile uint32_t *)address;
    /* Little-endian, but of a big-endian machine QEMU's legacy devices have the machine's own order. */
    foreign = registers[MAGIC / 4] != VIRT;
    if (get(MAGIC) != VIRT || get(DEVICE) != CONSOLE || !start()) {
        registers = NULL;
        return false;
    }
    return true;
}

bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    uint64_t where = TESC_GUEST_PHYSICAL(queue.frame);
    unsigned low = swapped || !big_endian() ? 0 : 1;
    uint16_t count;
    size_t i;

    if (registers == NULL || size > MOST_FRAME) {
        return false;
    }
    for (i = 0; i < size; i++) {
        queue.frame[i] = frame[i];
    }
    queue.table[0].address[low] = order_32((uint32_t)where);
    queue.table[0].address[1 - low] = order_32((uint32_t)(where >> 32));
    queue.table[0].size = order_32((uint32_t)size);
    count = (uint16_t)(order_16(queue.count) + 1);
    TESC_GUEST_FENCE();
    queue.count = order_16(count);
    set(NOTIFY, TRANSMIT);
    while (order_16(queue.used_count) != count) {
    }
    return true;
}
