// SPDX-License-Identifier: GPL-2.0
/*
 * The credentials of the open() of /proc/portsock decide which owners the view
 * contains.  CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are not needed after it.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"
#include "../../module/format/base.h"

/**
 * privilege_drop() - Drop the capabilities that opening the view needed
 *
 * Other users choose much of the content of the rows.  A reader that one of
 * them has taken over must not read or change other processes.  With hidepid
 * in /proc, CAP_SYS_PTRACE stays: without it nothing is known of owners.
 */
void privilege_drop(void)
{
	const u32 ptrace = 1U << CAP_SYS_PTRACE;
	u32 dropped = ptrace | 1U << CAP_DAC_READ_SEARCH;
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int fd;

	if (syscall(SYS_capget, &header, data) ||
	    !(data[0].permitted & dropped))
		return;
	data[0].effective &= ~dropped;
	if (syscall(SYS_capset, &header, data))
		return;
	/* Fails with hidepid: other users' processes have no directory then. */
	fd = open("/proc/1/stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		data[0].effective |= data[0].permitted & ptrace;
		dropped &= ~ptrace;
	} else {
		close(fd);
	}
	/* The ambient set loses what these two lose. */
	data[0].permitted &= ~dropped;
	data[0].inheritable &= ~dropped;
	syscall(SYS_capset, &header, data);
}
