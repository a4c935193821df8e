/* SPDX-License-Identifier: GPL-2.0 */
/* The present run of a service, as systemd publishes it. */
#ifndef PORTSOCK_RESOLVE_SERVICE_H
#define PORTSOCK_RESOLVE_SERVICE_H

#include "../../module/format/base.h"

enum service_state {
	SERVICE_UNKNOWN,	/* not published */
	SERVICE_STOPPED,	/* inactive or failed */
	SERVICE_RUNS,
};

enum service_state service_run(const char *unit, u64 *since);

#endif /* PORTSOCK_RESOLVE_SERVICE_H */
