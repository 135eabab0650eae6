/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: a file of QEMU's fw_cfg device, by DMA: two accesses a frame. The host has to have a file of
 * this name that takes writes of 256 bytes. A stock QEMU has none; the device is asked, and then events
 * are lost and counted.
 *
 * DANGER: a transfer selects its file, as the firmware's own reads of fw_cfg do, and a read that has been
 * begun continues in the other file. Keep these apart by TESC_GUEST_LOCK(), or do not trace within them.
 *
 * On PCs the device is behind ports. Elsewhere tesc_guest_fw_cfg_at() says where its DMA register is
 * mapped (16 bytes after the device's beginning on most boards); before that events are lost.
 */
#include "tesc_guest.h"

#ifndef TESC_GUEST_FW_CFG_FILE
#define TESC_GUEST_FW_CFG_FILE "opt/tesc/guest"
#endif
/* The address that the device sees. */
#ifndef TESC_GUEST_PHYSICAL
#define TESC_GUEST_PHYSICAL(pointer) ((uint64_t)(uintptr_t)(pointer))
#endif

#define FW_CFG_DIRECTORY 0x19u
#define DMA_ERROR 0x01u
#define DMA_READ 0x02u
#define DMA_SELECT 0x08u
#define DMA_WRITE 0x10u
#define MOST_FILES 4096u

/* Four bytes as they are in memory. */
union word {
    uint32_t whole;
    unsigned char bytes[4];
};

#if defined(__i386__) || defined(__x86_64__)
static uint32_t load(unsigned at)
{
    uint32_t value;

    __asm__ __volatile__("inl %1, %0" : "=a"(value) : "Nd"((uint16_t)(0x514 + at)));
    return value;
}

static void store(unsigned at, uint32_t value)
{
    __asm__ __volatile__("outl %0, %1" : : "a"(value), "Nd"((uint16_t)(0x514 + at)) : "memory");
}

static bool mapped(void)
{
    return true;
}
#else
static volatile uint32_t *dma_register;

void tesc_guest_fw_cfg_at(volatile void *address)
{
    dma_register = (volatile uint32_t *)address;
}

static uint32_t load(unsigned at)
{
    return dma_register[at / 4];
}

static void store(unsigned at, uint32_t value)
{
    /* What the device is to read comes first. */
    __asm__ __volatile__("" : : : "memory");
    __sync_synchronize();
    dma_register[at / 4] = value;
}

static bool mapped(void)
{
    return dma_register != NULL;
}
#endif

static bool is_there(void)
{
    union word high, low;
    static const char name[] = "QEMU CFG";
    unsigned i;

    high.whole = load(0);
    low.whole = load(4);
    for (i = 0; i < 4; i++) {
        if (high.bytes[i] != (unsigned char)name[i] || low.bytes[i] != (unsigned char)name[4 + i]) {
            return false;
        }
    }
    return true;
}

static uint32_t big_endian(uint32_t value)
{
    union word word;

    word.bytes[0] = (unsigned char)(value >> 24);
    word.bytes[1] = (unsigned char)(value >> 16);
    word.bytes[2] = (unsigned char)(value >> 8);
    word.bytes[3] = (unsigned char)value;
    return word.whole;
}

static bool transfer(uint32_t control, const void *data, size_t size)
{
    static volatile uint32_t access[4] __attribute__((aligned(16)));
    uint64_t address = TESC_GUEST_PHYSICAL(data);
    uint64_t where = TESC_GUEST_PHYSICAL(access);

    access[0] = big_endian(control);
    access[1] = big_endian((uint32_t)size);
    access[2] = big_endian((uint32_t)(address >> 32));
    access[3] = big_endian((uint32_t)address);
    store(0, big_endian((uint32_t)(where >> 32)));
    store(4, big_endian((uint32_t)where));
    while ((access[0] & ~big_endian(DMA_ERROR)) != 0) {
    }
    __asm__ __volatile__("" : : : "memory");
    return access[0] == 0;
}

/* The file's key, 0 if there is none. */
static uint32_t find(void)
{
    static const char name[] = TESC_GUEST_FW_CFG_FILE;
    static unsigned char entry[64];
    static union word count;
    uint32_t files, i;

    if (!is_there() || !transfer(FW_CFG_DIRECTORY << 16 | DMA_SELECT | DMA_READ, &count, sizeof(count))) {
        return 0;
    }
    files = big_endian(count.whole);
    for (i = 0; i < files && i < MOST_FILES; i++) {
        unsigned at = 0;

        if (!transfer(DMA_READ, entry, sizeof(entry))) {
            return 0;
        }
        while (at < sizeof(name) && at < 56 && entry[8 + at] == (unsigned char)name[at]) {
            at++;
        }
        if (at == sizeof(name)) {
            return (uint32_t)entry[4] << 8 | entry[5];
        }
    }
    return 0;
}

bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    static uint32_t key;
    static bool asked;

    if (!mapped()) {
        return false;
    }
    if (!asked) {
        asked = true;
        key = find();
    }
    return key != 0 && transfer(key << 16 | DMA_SELECT | DMA_WRITE, frame, size);
}
