#ifndef SOCKET_H
#define SOCKET_H

/* Send a text, or pretend to. */
void socket_send(const char *host, int port, const char *text);

#endif
