/* Registration: a function that runs before main(). */
#ifndef STUB_MODULE_H
#define STUB_MODULE_H

#define trace_init(function) \
    static void __attribute__((constructor)) function##_at_start(void) { function(); }

#endif
