#include "qemu/osdep.h"

#include "net/socket.h"
#include "trace.h"

void socket_send(const char *host, int port, const char *text)
{
    trace_socket_send(host, (uint16_t)port, strlen(text));
}
