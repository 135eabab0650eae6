#ifndef HEATER_H
#define HEATER_H

/* Heat the water to this temperature, in millidegrees. */
void heater_run(int millidegrees);

#endif
