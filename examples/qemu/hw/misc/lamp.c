#include "qemu/osdep.h"

#include "hw/misc/lamp.h"
#include "trace.h"

void lamp_reset(Lamp *lamp)
{
    trace_lamp_reset(lamp);
    lamp->level = 0;
}

void lamp_write(Lamp *lamp, uint64_t addr, uint64_t value, unsigned size)
{
    trace_lamp_write(addr, value, size);
    trace_lamp_level(lamp->level, (int)value);
    lamp->level = (int)value;
}
