/* The ftrace backend's side of the program. */
#ifndef STUB_FTRACE_H
#define STUB_FTRACE_H

void __attribute__((format(printf, 1, 2))) ftrace_write(const char *format, ...);

#endif
