/* SPDX-License-Identifier: 0BSD */
/* A PC: it has no clock of known rate, so events get the time at which they arrive. */
#define TESC_GUEST_NAME "lamp-i386"
