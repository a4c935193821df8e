/* SPDX-License-Identifier: GPL-2.0 */
/* linux/tracepoint.h */
#ifndef PORTSOCK_COMPAT_TRACEPOINT_H
#define PORTSOCK_COMPAT_TRACEPOINT_H

#include <linux/string.h>
#include <linux/tracepoint.h>

struct ps_tracepoint_search {
	const char *name;
	struct tracepoint *found;
};

static inline void ps_tracepoint_compare(struct tracepoint *tp, void *priv)
{
	struct ps_tracepoint_search *search = priv;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/*
 * Return a tracepoint of the kernel image by its name, NULL if not found.  May
 * sleep.
 */
static inline struct tracepoint *ps_tracepoint_find(const char *name)
{
	struct ps_tracepoint_search search = { .name = name };

#ifdef CONFIG_TRACEPOINTS
	for_each_kernel_tracepoint(ps_tracepoint_compare, &search);
#endif
	return search.found;
}

/**
 * ps_tracepoint_register() - Register a probe
 * @tp: tracepoint
 * @probe: called with NULL and the arguments of the tracepoint
 *
 * Context: process, may sleep; patches the text of the kernel.
 * Return: 0 or an error.
 */
static inline int ps_tracepoint_register(struct tracepoint *tp, void *probe)
{
#ifdef CONFIG_TRACEPOINTS
	return tracepoint_probe_register(tp, probe, NULL);
#else
	return -ENODEV;
#endif
}

/**
 * ps_tracepoint_unregister() - Unregister a probe
 * @tp: tracepoint
 * @probe: its probe, which may run until tracepoint_synchronize_unregister()
 *
 * Context: process, may sleep; patches the text of the kernel.
 */
static inline void ps_tracepoint_unregister(struct tracepoint *tp, void *probe)
{
#ifdef CONFIG_TRACEPOINTS
	tracepoint_probe_unregister(tp, probe, NULL);
#endif
}

#endif /* PORTSOCK_COMPAT_TRACEPOINT_H */
