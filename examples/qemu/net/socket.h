#ifndef SOCKET_H
#define SOCKET_H

/* Pretend to send a text. */
void socket_send(const char *host, int port, const char *text);

#endif
