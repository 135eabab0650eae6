/* Registration: a function that runs before main(). SPDX-License-Identifier: 0BSD */
#ifndef QEMU_MODULE_H
#define QEMU_MODULE_H

#define trace_init(function) \
    static void __attribute__((constructor)) function##_at_start(void) { function(); }

#endif
