/* SPDX-License-Identifier: 0BSD */
/* A Linux module uses the kernel's types, clock and CPU numbers; each CPU has its own ring. */
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
/* Meanwhile, nothing else may run on this CPU, and this thread must not move to another one. */
#define LAMP_TRACE_LOCK(flags) local_irq_save(flags)
#define LAMP_TRACE_UNLOCK(flags) local_irq_restore(flags)
#define LAMP_TRACE_SOURCE() smp_processor_id()
