#include "net/net.h"

#include <string.h>

#include "trace-net.h"

void net_send(const char *topic, const char *text)
{
    trace_net_send(topic, strlen(text));
}
