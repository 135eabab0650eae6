/* SPDX-License-Identifier: 0BSD */
#ifndef TOUR_H
#define TOUR_H

/* Trace one event of each kind, with values that a wrong conversion would change. */
void tour(void);

#endif
