/* The transports' I/O, led to the model of the device: compiled in by -include. */
#ifndef FW_CFG_MODEL_H
#define FW_CFG_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* The registers of the memory-mapped device: only their addresses mean something. */
extern uint16_t fw_cfg_selector;
extern uint8_t fw_cfg_data;

void fw_cfg_outw(uint16_t port, uint16_t value);
void fw_cfg_outb(uint16_t port, uint8_t value);
void fw_cfg_store16(volatile void *address, uint16_t value);
void fw_cfg_store8(volatile void *address, uint8_t value);

/* The host's side: `callback` gets the eight bytes of each word. */
void fw_cfg_add_callback(void (*callback)(const void *data, size_t size));

/* How often a key was selected. */
extern unsigned fw_cfg_selections;

#define TESC_GUEST_OUTW(port, value) fw_cfg_outw((port), (value))
#define TESC_GUEST_OUTB(port, value) fw_cfg_outb((port), (value))
#define TESC_GUEST_STORE16(address, value) fw_cfg_store16((address), (value))
#define TESC_GUEST_STORE8(address, value) fw_cfg_store8((address), (value))

#endif
