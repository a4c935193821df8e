// SPDX-License-Identifier: GPL-2.0
/*
 * The credentials of the open() of /proc/portsock decide which owners the view
 * contains.  CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are not needed after it.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"
#include "../../module/format/base.h"

static int set(const struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capset, &header, data);
}

/* Whether other users' processes have no directory in /proc (hidepid). */
static bool are_hidden(void)
{
	int fd = open("/proc/1/stat", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/**
 * privilege_drop() - drop the capabilities that opening the view needed
 *
 * Other users choose much of what the rows contain.  A reader that is taken over
 * by one of them must not read or change other processes.  Where /proc has
 * hidepid, CAP_SYS_PTRACE stays: without it nothing is known of owners.
 */
void privilege_drop(void)
{
	const u32 ptrace = 1U << CAP_SYS_PTRACE;
	u32 dropped = ptrace | 1U << CAP_DAC_READ_SEARCH;
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) ||
	    !(data[0].permitted & dropped))
		return;
	data[0].effective &= ~dropped;
	if (set(data))
		return;
	if (are_hidden()) {
		data[0].effective |= data[0].permitted & ptrace;
		dropped &= ~ptrace;
	}
	/* The ambient set loses what these two lose. */
	data[0].permitted &= ~dropped;
	data[0].inheritable &= ~dropped;
	set(data);
}
