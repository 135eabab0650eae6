#ifndef NET_H
#define NET_H

void net_send(const char *topic, const char *text);

#endif
