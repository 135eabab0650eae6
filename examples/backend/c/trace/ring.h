/* The ring backend's side of the program. SPDX-License-Identifier: 0BSD */
#ifndef TRACE_RING_H
#define TRACE_RING_H

#include <stdio.h>

void trace_ring_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print the events that are still in the ring, oldest first. */
void trace_ring_dump(FILE *stream);

#endif
