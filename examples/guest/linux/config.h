/* SPDX-License-Identifier: 0BSD */
/* What a Linux module has: the kernel's types, clock and CPUs; each CPU has its own ring. */
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/smp.h>
#include <linux/stddef.h>

/* In quotes: gcc has a macro called linux. */
#define LAMP_TRACE_TYPES_H "linux/types.h"
#define LAMP_TRACE_NAME "lamp-linux"
#define LAMP_TRACE_CLOCK() ktime_get_mono_fast_ns()
#define LAMP_TRACE_CLOCK_HZ 1000000000
#define LAMP_TRACE_RINGS 64
/* No other thread of this CPU may come between, and this one must not be moved to another. */
#define LAMP_TRACE_LOCK(flags) local_irq_save(flags)
#define LAMP_TRACE_UNLOCK(flags) local_irq_restore(flags)
#define LAMP_TRACE_SOURCE() smp_processor_id()
