#ifndef LAMP_H
#define LAMP_H

#include <stdint.h>

/* A lamp with one register: its level. */
typedef struct Lamp {
    int level;
} Lamp;

void lamp_reset(Lamp *lamp);
void lamp_write(Lamp *lamp, uint64_t addr, uint64_t value, unsigned size);

#endif
