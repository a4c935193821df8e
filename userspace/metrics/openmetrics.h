/* SPDX-License-Identifier: GPL-2.0 */
/* Counts as OpenMetrics text. */
#ifndef PORTSOCK_METRICS_OPENMETRICS_H
#define PORTSOCK_METRICS_OPENMETRICS_H

#include "../util/buf.h"
#include "../view/version.h"
#include "count.h"

/**
 * struct openmetrics - All input of the text
 * @counts: counts, finished
 * @header: first line of the view
 * @module: version of the loaded module, empty if it is not known
 * @first_port: first ephemeral port
 * @last_port: last ephemeral port, 0 if the range is not known
 * @max_listening: number of listening ports with series of their own
 */
struct openmetrics {
	struct socket_counts counts;
	const struct ps_header *header;
	char module[VERSION_MAX];
	u32 first_port;
	u32 last_port;
	u64 max_listening;
};

void openmetrics_put(struct buf *t, const struct openmetrics *m);

#endif /* PORTSOCK_METRICS_OPENMETRICS_H */
