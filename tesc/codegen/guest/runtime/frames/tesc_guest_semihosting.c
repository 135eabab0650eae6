/* SPDX-License-Identifier: 0BSD */
/*
 * Transport: a file of the host's by semihosting, on ARM and RISC-V (QEMU: -semihosting-config
 * enable=on,target=native). A processor without anybody who takes semihosting calls stops at the first one,
 * so link this only where it is switched on.
 *
 * With TESC_GUEST_SEMIHOSTING_CONSOLE frames go to the console of semihosting, a byte a call, and so to a
 * character device (QEMU: -semihosting-config enable=on,chardev=ID). Who takes that for text, as debug probes
 * do, gets no frames. On an ARM that runs big-endian only this arrives at QEMU, which takes what other calls
 * are about for little-endian numbers.
 */
#include "tesc_guest.h"

#ifndef TESC_GUEST_FILE
#define TESC_GUEST_FILE "guest.trace"
#endif

#define SYS_OPEN 0x01
#define SYS_WRITEC 0x03
#define SYS_WRITE 0x05
#define OPEN_WB 5

#ifndef TESC_GUEST_SEMIHOSTING
static uintptr_t call(uintptr_t operation, const uintptr_t *block)
{
#if defined(__riscv)
    register uintptr_t a0 __asm__("a0") = operation;
    register const uintptr_t *a1 __asm__("a1") = block;

    __asm__ __volatile__(".balign 16\n"
                         ".option push\n"
                         ".option norvc\n"
                         "slli x0, x0, 0x1f\n"
                         "ebreak\n"
                         "srai x0, x0, 7\n"
                         ".option pop\n"
                         : "+r"(a0)
                         : "r"(a1)
                         : "memory");
    return a0;
#elif defined(__aarch64__)
    register uintptr_t x0 __asm__("x0") = operation;
    register const uintptr_t *x1 __asm__("x1") = block;

    __asm__ __volatile__("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
#elif defined(__arm__)
    register uintptr_t r0 __asm__("r0") = operation;
    register const uintptr_t *r1 __asm__("r1") = block;

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
    __asm__ __volatile__("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
#elif defined(__thumb__)
    __asm__ __volatile__("svc #0xab" : "+r"(r0) : "r"(r1) : "memory", "lr");
#else
    __asm__ __volatile__("svc #0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
#endif
    return r0;
#else
#error "define TESC_GUEST_SEMIHOSTING(operation, block) for this machine"
#endif
}
#define TESC_GUEST_SEMIHOSTING(operation, block) call((operation), (block))
#endif

#ifdef TESC_GUEST_SEMIHOSTING_CONSOLE
bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    for (; size > 0; size--) {
        /* It takes the address of a byte. */
        (void)TESC_GUEST_SEMIHOSTING(SYS_WRITEC, (const uintptr_t *)(const void *)frame++);
    }
    return true;
}
#else
bool tesc_guest_send(const unsigned char *frame, size_t size)
{
    static const char name[] = TESC_GUEST_FILE;
    static uintptr_t file;
    uintptr_t block[3];

    if (file == 0) {
        block[0] = (uintptr_t)name;
        block[1] = OPEN_WB;
        block[2] = sizeof(name) - 1;
        file = TESC_GUEST_SEMIHOSTING(SYS_OPEN, block);
        if (file == 0 || file == (uintptr_t)-1) {
            file = 0;
            return false;
        }
    }
    block[0] = file;
    block[1] = (uintptr_t)frame;
    block[2] = size;
    /* It gives the number of bytes that were not written. */
    return TESC_GUEST_SEMIHOSTING(SYS_WRITE, block) == 0;
}
#endif
