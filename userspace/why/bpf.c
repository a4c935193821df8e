// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

static int sys_bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/**
 * bpf_query_programs() - Look up the programs that are attached
 * @fd: cgroup or network namespace
 * @type: enum bpf_attach_type
 * @flags: BPF_F_QUERY_EFFECTIVE or 0
 * @ids: result: ids of the first programs
 *
 * Return: number of programs, a negative errno if that fails.
 */
int bpf_query_programs(int fd, u32 type, u32 flags, u32 ids[BPF_PROGRAMS_MAX])
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = fd;
	attr.query.attach_type = type;
	attr.query.query_flags = flags;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = BPF_PROGRAMS_MAX;
	if (sys_bpf(BPF_PROG_QUERY, &attr) && errno != ENOSPC)
		return -errno;
	return attr.query.prog_cnt;
}

/* Look up the name of a program; @name is unchanged if that fails. */
void bpf_read_name(u32 id, char name[BPF_NAME_SIZE])
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return;
	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (!sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		snprintf(name, BPF_NAME_SIZE, "%s", info.name);
	close(fd);
}
