/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: a function of yours. It gets frames whole and one at a time; events that are made while it
 * runs are lost and counted. They are until there is a function.
 */
#include "tesc_guest.h"

static tesc_guest_function *send_function;
static void *send_opaque;

void tesc_guest_send_by(tesc_guest_function *function, void *opaque)
{
    send_opaque = opaque;
    send_function = function;
}

bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    return send_function != NULL && send_function(send_opaque, frame, size);
}
