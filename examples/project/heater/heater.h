#ifndef HEATER_H
#define HEATER_H

/* Heat until the water is at so many millidegrees. */
void heater_run(int millidegrees);

#endif
