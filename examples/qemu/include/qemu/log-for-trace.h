/* The log backend's side of the program. SPDX-License-Identifier: 0BSD */
#ifndef QEMU_LOG_FOR_TRACE_H
#define QEMU_LOG_FOR_TRACE_H

#define LOG_TRACE 1
#define qemu_loglevel_mask(mask) ((mask) != 0)

void qemu_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
