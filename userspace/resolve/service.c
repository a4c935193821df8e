// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "service.h"

#define UNITS	"/run/systemd/units"

static int64_t milliseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/**
 * service_run() - Look up the present run of a service of the system's systemd
 * @unit: name
 * @since: its start in milliseconds since the machine has started
 *
 * For each run systemd makes a symbolic link with its invocation ID, and
 * removes it when the service becomes inactive or fails.  The link has the time
 * of the wall clock: if that was set since, @since is wrong.
 */
enum service_state service_run(const char *unit, u64 *since)
{
	char path[sizeof(UNITS) + sizeof("/invocation:") + NAME_MAX];
	struct timespec wall, boot;
	struct stat st;
	int64_t start;

	snprintf(path, sizeof(path), UNITS "/invocation:%s", unit);
	if (lstat(path, &st))
		return errno == ENOENT && !lstat(UNITS, &st) ?
			SERVICE_STOPPED : SERVICE_UNKNOWN;
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	start = milliseconds(&st.st_mtim) - milliseconds(&wall) +
		milliseconds(&boot);
	*since = start > 0 ? start : 0;
	return SERVICE_RUNS;
}
