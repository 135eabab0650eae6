/* SPDX-License-Identifier: 0BSD */
/* A PC: no clock of a known rate, so events get the time at which they arrive. */
#define TESC_GUEST_NAME "lamp-i386"
