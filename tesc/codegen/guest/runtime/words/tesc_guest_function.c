/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: a function of the firmware's. It gets records whole and one at a time; those that are
 * made while it runs are lost and counted. Records are lost until there is a function.
 */
#include "tesc_guest.h"

static TescGuestFunction *send_function;
static void *send_opaque;

void tesc_guest_send_by(TescGuestFunction *function, void *opaque)
{
    send_opaque = opaque;
    send_function = function;
}

bool tesc_guest_send(const unsigned char record[TESC_GUEST_RECORD_BYTES])
{
    return send_function != NULL && send_function(send_opaque, record);
}
