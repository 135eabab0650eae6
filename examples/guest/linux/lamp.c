// SPDX-License-Identifier: 0BSD
/* A module whose events go into rings in memory, one per CPU, that the host reads. */
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/utsname.h>

#include "trace.h"

/* 64 KiB per CPU, physically contiguous: the host does not know the kernel's page tables. */
#define ORDER 4

static unsigned long rings[LAMP_TRACE_RINGS];

static void free_rings(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < LAMP_TRACE_RINGS; cpu++)
		free_pages(rings[cpu], ORDER);
}

static void on_cpu(void *unused)
{
	trace_lamp_cpu(smp_processor_id(), numa_node_id());
}

static int __init lamp_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (cpu >= LAMP_TRACE_RINGS)
			continue;
		rings[cpu] = __get_free_pages(GFP_KERNEL | __GFP_ZERO, ORDER);
		if (!rings[cpu]) {
			free_rings();
			return -ENOMEM;
		}
		lamp_trace_ring_at(cpu, (void *)rings[cpu], PAGE_SIZE << ORDER);
	}
	trace_lamp_load(utsname()->release, S64_MIN, U64_MAX);
	on_each_cpu(on_cpu, NULL, 1);
	return 0;
}

static void __exit lamp_exit(void)
{
	trace_lamp_unload(-1);
	free_rings();
}

module_init(lamp_init);
module_exit(lamp_exit);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("Trace events that the host of a virtual machine reads from its memory");
