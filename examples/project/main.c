#include "heater/heater.h"
#include "net/net.h"
#include "trace/control.h"

int main(int argc, char **argv)
{
    trace_enable_events(argc > 1 ? argv[1] : "*");
    heater_run(100000);
    net_send("kettle/state", "boiling");
    return 0;
}
