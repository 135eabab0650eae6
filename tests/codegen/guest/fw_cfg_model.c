/*
 * The write channel of a fw_cfg device, as guests see it: the entry 0x4000 holds eight bytes, and
 * the host is called when the last one is written. Selecting it, which every word needs, starts at
 * the first byte.
 */
#include "fw_cfg_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY 0x4000
#define BYTES 8

uint16_t fw_cfg_selector;
uint8_t fw_cfg_data;
unsigned fw_cfg_selections;

static void (*host)(const void *data, size_t size);
static uint8_t entry[BYTES];
static size_t offset = BYTES;

static void must(int fact, const char *what)
{
    if (!fact) {
        fprintf(stderr, "fw_cfg: %s\n", what);
        exit(3);
    }
}

void fw_cfg_add_callback(void (*callback)(const void *data, size_t size))
{
    host = callback;
}

static void select_key(uint16_t key)
{
    must(key == ENTRY, "another key than that of the write channel");
    must(offset == BYTES, "a key selected within a word");
    offset = 0;
    fw_cfg_selections++;
}

static void write_byte(uint8_t value)
{
    must(offset < BYTES, "a word that was not selected");
    entry[offset++] = value;
    if (offset == BYTES) {
        host(entry, sizeof(entry));
    }
}

void fw_cfg_outw(uint16_t port, uint16_t value)
{
    must(port == 0x510, "another port than the selector's");
    select_key(value);
}

void fw_cfg_outb(uint16_t port, uint8_t value)
{
    must(port == 0x511, "another port than the data's");
    write_byte(value);
}

/* The register is big-endian, whatever the machine is. */
void fw_cfg_store16(volatile void *address, uint16_t value)
{
    uint8_t bytes[2];

    must(address == &fw_cfg_selector, "another address than the selector's");
    memcpy(bytes, &value, sizeof(bytes));
    select_key((uint16_t)(bytes[0] << 8 | bytes[1]));
}

void fw_cfg_store8(volatile void *address, uint8_t value)
{
    must(address == &fw_cfg_data, "another address than the data's");
    write_byte(value);
}
