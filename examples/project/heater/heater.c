#include "heater/heater.h"

#include "trace-heater.h"

void heater_run(int millidegrees)
{
    trace_heater_on(2000);
    for (int now = 20000; now < millidegrees; now += 40000) {
        trace_heater_sensor_read(now);
    }
    trace_heater_off();
}
